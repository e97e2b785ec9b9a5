"""Cinder volume driver without storage: volumes are records, nothing is written.

It stands where a vendor's driver stands (`volume_driver` of a backend); the
rest of cinder is unmodified.  A volume whose name ends in "-fail" cannot be
created (status error), one that ends in "-stuck" cannot be deleted
(status error_deleting).
"""

import io

from cinder import exception, interface
from cinder.volume import driver


@interface.volumedriver
class OslabVolumeDriver(driver.VolumeDriver):
    VERSION = "1"
    CI_WIKI_NAME = "none"

    def check_for_setup_error(self):
        pass

    def _update_volume_stats(self):
        self._stats = {
            "volume_backend_name": "oslab",
            "vendor_name": "oslab",
            "driver_version": self.VERSION,
            "storage_protocol": "fake",
            "pools": [
                {
                    "pool_name": "oslab",
                    "total_capacity_gb": 102400,
                    "free_capacity_gb": 102400,
                    "reserved_percentage": 0,
                    "thin_provisioning_support": True,
                    "max_over_subscription_ratio": 100.0,
                    "multiattach": True,
                    "QoS_support": False,
                    "online_extend_support": True,
                }
            ],
        }

    def create_volume(self, volume):
        if (volume.display_name or "").endswith("-fail"):
            raise exception.VolumeDriverException("refused by name")

    def delete_volume(self, volume):
        if (volume.display_name or "").endswith("-stuck"):
            raise exception.VolumeDriverException("refused by name")

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        self.create_volume(volume)
        return {}, True  # "already holds the image": no download

    def copy_volume_to_image(self, context, volume, image_service, image_meta):
        image_service.update(context, image_meta["id"], {}, io.BytesIO(b"\0" * 4096))

    def create_volume_from_snapshot(self, volume, snapshot):
        self.create_volume(volume)

    def create_cloned_volume(self, volume, src_vref):
        self.create_volume(volume)

    def create_snapshot(self, snapshot):
        pass

    delete_snapshot = create_snapshot

    def revert_to_snapshot(self, context, volume, snapshot):
        pass

    def extend_volume(self, volume, new_size):
        pass

    def local_path(self, volume):
        return f"/nonexistent/{volume.id}"

    def ensure_export(self, context, volume):
        pass

    remove_export = ensure_export

    def create_export(self, context, volume, connector):
        pass

    def create_export_snapshot(self, context, snapshot, connector):
        pass

    def remove_export_snapshot(self, context, snapshot):
        pass

    def initialize_connection(self, volume, connector, **kwargs):
        return {"driver_volume_type": "fake", "data": {"access_mode": "rw", "volume_id": volume.id}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass
