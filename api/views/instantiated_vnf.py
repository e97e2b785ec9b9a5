"""What an instantiated VNF consists of, as ETSI shows it (SOL003 clause 5.5.2.2, instantiatedVnfInfo).

Everything is read from the rows of its resources, so an operation that is parked or still runs shows exactly what
exists by now. Beside SOL003's vnfcResourceInfo stands SOL002's vnfcInfo.
"""

from collections.abc import Mapping, Sequence

from api.views.base import ResourceHandle, Row, handle, of_type
from api.views.connectivity import (
    ExtManagedVirtualLinkInfo,
    ExtVirtualLinkInfo,
    VnfcCpInfo,
    VnfExtCpInfo,
    VnfVirtualLinkResourceInfo,
    ext_cp_infos,
    ext_managed_virtual_link_infos,
    ext_virtual_link_infos,
    virtual_link_infos,
    vnfc_cp_info,
)
from manoflow.domain.base import Model
from manoflow.domain.cloud import Power
from manoflow.domain.identity import place_id
from manoflow.domain.resources import Resource
from manoflow.domain.topology import PortElement, StorageElement, VnfcElement
from manoflow.domain.vnf import InstantiatedState, VnfInstance

STARTED = "STARTED"
STOPPED = "STOPPED"


class ScaleInfo(Model):
    """SOL003 clause 4.4.1.4."""

    aspect_id: str
    vnfd_id: str
    scale_level: int


class VnfcResourceInfo(Model):
    """SOL003 clause 5.5.3.5. The id is that of the incarnation."""

    id: str
    vdu_id: str
    vnfd_id: str
    compute_resource: ResourceHandle
    zone_id: str | None = None
    storage_resource_ids: tuple[str, ...] | None = None
    vnfc_cp_info: tuple[VnfcCpInfo, ...] | None = None


class VnfcInfo(Model):
    """SOL002 clause 5.5.3.25. The id is that of the place: it survives healing."""

    id: str
    vdu_id: str
    vnfc_resource_info_id: str
    vnfc_state: str


class VirtualStorageResourceInfo(Model):
    """SOL003 clause 5.5.3.7."""

    id: str
    virtual_storage_desc_id: str
    vnfd_id: str
    storage_resource: ResourceHandle
    zone_id: str | None = None


class InstantiatedVnfInfo(Model):
    """SOL003 clause 5.5.2.2, instantiatedVnfInfo."""

    flavour_id: str
    vnf_state: str
    scale_status: tuple[ScaleInfo, ...] | None = None
    max_scale_levels: tuple[ScaleInfo, ...] | None = None
    ext_cp_info: tuple[VnfExtCpInfo, ...]
    ext_virtual_link_info: tuple[ExtVirtualLinkInfo, ...] | None = None
    ext_managed_virtual_link_info: tuple[ExtManagedVirtualLinkInfo, ...] | None = None
    localization_language: str | None = None
    vnfc_resource_info: tuple[VnfcResourceInfo, ...] | None = None
    vnf_virtual_link_resource_info: tuple[VnfVirtualLinkResourceInfo, ...] | None = None
    virtual_storage_resource_info: tuple[VirtualStorageResourceInfo, ...] | None = None
    vnfc_info: tuple[VnfcInfo, ...] | None = None


def instantiated_vnf_info(
    instance: VnfInstance, state: InstantiatedState, rows: Sequence[Resource]
) -> InstantiatedVnfInfo:
    """All of it. `state` is the instance's own, and there is one."""
    vnfcs = tuple(_vnfc_info(instance, row, vnfc) for row, vnfc in of_type(rows, VnfcElement))
    stopped = bool(vnfcs) and all(vnfc.vnfc_state == STOPPED for vnfc in vnfcs)
    return InstantiatedVnfInfo(
        flavour_id=state.flavour_id,
        vnf_state=STOPPED if stopped else STARTED,
        scale_status=_levels(instance, state.scale_levels),
        max_scale_levels=_levels(instance, state.max_scale_levels),
        ext_cp_info=ext_cp_infos(instance.id, instance.vnfd_id, rows),
        ext_virtual_link_info=ext_virtual_link_infos(instance.id, state.ext_virtual_links, rows) or None,
        ext_managed_virtual_link_info=ext_managed_virtual_link_infos(instance, state, rows) or None,
        localization_language=state.localization_language,
        vnfc_resource_info=_vnfc_resources(instance, rows) or None,
        vnf_virtual_link_resource_info=virtual_link_infos(instance.id, instance.vnfd_id, rows) or None,
        virtual_storage_resource_info=_storages(instance, rows) or None,
        vnfc_info=vnfcs or None,
    )


def _levels(instance: VnfInstance, levels: Mapping[str, int]) -> tuple[ScaleInfo, ...] | None:
    infos = [
        ScaleInfo(aspect_id=aspect, vnfd_id=instance.vnfd_id, scale_level=level) for aspect, level in levels.items()
    ]
    return tuple(infos) or None


def _vnfc_info(instance: VnfInstance, row: Row, vnfc: VnfcElement) -> VnfcInfo:
    power = row.observed.power if row.observed else None
    return VnfcInfo(
        id=str(place_id(instance.id, vnfc.key)),
        vdu_id=vnfc.vdu_id,
        vnfc_resource_info_id=str(row.uid),
        vnfc_state=STOPPED if power is Power.STOPPED else STARTED,
    )


def _vnfc_resources(instance: VnfInstance, rows: Sequence[Resource]) -> tuple[VnfcResourceInfo, ...]:
    ports = {port.key: vnfc_cp_info(instance.id, row, port) for row, port in of_type(rows, PortElement)}
    storages = {storage.key: str(row.uid) for row, storage in of_type(rows, StorageElement)}
    return tuple(
        VnfcResourceInfo(
            id=str(row.uid),
            vdu_id=vnfc.vdu_id,
            vnfd_id=instance.vnfd_id,
            compute_resource=handle(row),
            zone_id=row.observed.zone,
            storage_resource_ids=tuple(storages[key] for key in _storage_keys(vnfc) if key in storages) or None,
            vnfc_cp_info=tuple(ports[key] for key in vnfc.ports if key in ports) or None,
        )
        for row, vnfc in of_type(rows, VnfcElement)
    )


def _storage_keys(vnfc: VnfcElement) -> tuple[str, ...]:
    return ((vnfc.boot_storage,) if vnfc.boot_storage else ()) + vnfc.storages


def _storages(instance: VnfInstance, rows: Sequence[Resource]) -> tuple[VirtualStorageResourceInfo, ...]:
    return tuple(
        VirtualStorageResourceInfo(
            id=str(row.uid),
            virtual_storage_desc_id=storage.storage_desc_id,
            vnfd_id=instance.vnfd_id,
            storage_resource=handle(row),
            zone_id=row.observed.zone,
        )
        for row, storage in of_type(rows, StorageElement)
    )
