"""Storages: Cinder volumes, blank or made from an image, marked by metadata from the first moment.

Cinder has no unique names, so twins are possible; but a volume is reserved for one server while that server is
being asked for, so two servers cannot boot from one (400).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openstack import exceptions
from openstack.block_storage.v2.volume import Volume as VolumeV2
from openstack.block_storage.v3.volume import Volume as VolumeV3
from openstack.connection import Connection

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.images import OpenStackImages
from manoflow.adapters.vim.openstack.kinds import CloudResources, moment
from manoflow.adapters.vim.openstack.tags import Marks, Tag, tags_of
from manoflow.domain.cloud import NewStorage, ResourceState, VimResource
from manoflow.domain.errors import BusyError
from manoflow.domain.identity import Kind

STATES = {
    "available": ResourceState.READY,
    "in-use": ResourceState.READY,
    "reserved": ResourceState.READY,
    "attaching": ResourceState.READY,
    "detaching": ResourceState.READY,
    "error": ResourceState.BROKEN,
    "error_deleting": ResourceState.BROKEN,
    "deleting": ResourceState.DELETING,
}
"""All others (creating, downloading, extending...) pass by themselves."""


DELETABLE = frozenset({"available", "error", "error_deleting"})


class OpenStackStorages(CloudResources[NewStorage]):
    """Volumes."""

    kind = Kind.STORAGE
    noun = "volume"
    finds_together = False

    def __init__(self, cloud: Cloud, images: OpenStackImages) -> None:
        """`images`: where what volumes are made from is found."""
        super().__init__(cloud)
        self._images = images

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        # Cinder reads this filter as a Python literal; a dict would be compared by the SDK, after listing all.
        asked: dict[str, Any] = {"properties": str(dict([tag]))} if tag else {}
        volumes = sdk.block_storage.volumes(**asked)
        return [_seen(found, uid) for found in volumes if (uid := Marks(found.metadata).uid)]

    def _create(self, sdk: Connection, new: NewStorage) -> VimResource:
        image_id = self._images.vim_ids(sdk, [new.image_uid], new)[0] if new.image_uid else new.image_id
        made = sdk.block_storage.create_volume(
            name=new.name, size=new.size_gib, image_id=image_id, metadata=dict(tags_of(new))
        )
        return _seen(made, new.uid)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        try:
            sdk.block_storage.delete_volume(resource.vim_id)
        except exceptions.BadRequestException as refused:
            # Not a bad request but a wrong moment: attached still, or being made. It may have passed meanwhile.
            state = sdk.block_storage.get_volume(resource.vim_id).status
            if state == "deleting":
                return
            if state in DELETABLE:
                sdk.block_storage.delete_volume(resource.vim_id)
                return
            raise BusyError(
                f"cannot delete volume {resource.name} ({resource.vim_id}) while it is '{state}'; if it stays so, an "
                f"administrator can reset it: openstack volume set --state error {resource.vim_id}"
            ) from refused


def _seen(found: VolumeV2 | VolumeV3, uid: UUID) -> VimResource:
    state = STATES.get(found.status, ResourceState.BUILDING)
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name or "",
        state=state,
        created_at=moment(found.created_at),
        vnf_instance_id=Marks(found.metadata).vnf_instance_id,
        detail=f"its status in Cinder is '{found.status}'" if state is not ResourceState.READY else None,
        zone=found.availability_zone,
    )
