"""What an occurrence has changed, as ETSI shows it (SOL003 clauses 5.5.2.13 and 5.5.3.13 to 5.5.3.15)."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from api.views.base import ResourceHandle, Row, ext_cp_id, handle, of_type, vnfc_cp_id
from manoflow.domain.base import Model
from manoflow.domain.resources import AffectedResource, Resource
from manoflow.domain.topology import PortElement, StorageElement, VirtualLinkElement, VnfcElement

ADDED = "ADDED"
REMOVED = "REMOVED"


class AffectedVnfc(Model):
    """SOL003 clause 5.5.3.13."""

    id: str
    vdu_id: str
    vnfd_id: str
    change_type: str
    compute_resource: ResourceHandle
    zone_id: str | None = None
    affected_vnfc_cp_ids: tuple[str, ...] | None = None
    added_storage_resource_ids: tuple[str, ...] | None = None
    removed_storage_resource_ids: tuple[str, ...] | None = None


class AffectedVirtualLink(Model):
    """SOL003 clause 5.5.3.14."""

    id: str
    vnf_virtual_link_desc_id: str
    vnfd_id: str
    change_type: str
    network_resource: ResourceHandle
    vnf_link_port_ids: tuple[str, ...] | None = None


class AffectedExtLinkPort(Model):
    """SOL003 clause 5.5.3.14b."""

    id: str
    change_type: str
    ext_cp_instance_id: str
    resource_handle: ResourceHandle


class AffectedVirtualStorage(Model):
    """SOL003 clause 5.5.3.15."""

    id: str
    virtual_storage_desc_id: str
    vnfd_id: str
    change_type: str
    storage_resource: ResourceHandle


class ResourceChanges(Model):
    """SOL003 clause 5.5.2.13, resourceChanges."""

    affected_vnfcs: tuple[AffectedVnfc, ...] | None = None
    affected_virtual_links: tuple[AffectedVirtualLink, ...] | None = None
    affected_ext_link_ports: tuple[AffectedExtLinkPort, ...] | None = None
    affected_virtual_storages: tuple[AffectedVirtualStorage, ...] | None = None


def resource_changes(
    vnf_instance_id: UUID, vnfd_id: str, affected: Sequence[AffectedResource], recorded: Sequence[Resource]
) -> ResourceChanges | None:
    """All changes, or None where there are none. `recorded` is the present inventory: links whose ports changed."""
    changes = ResourceChanges(
        affected_vnfcs=tuple(_vnfcs(vnf_instance_id, vnfd_id, affected)) or None,
        affected_virtual_links=tuple(_virtual_links(vnfd_id, affected, recorded)) or None,
        affected_ext_link_ports=tuple(_ext_link_ports(vnf_instance_id, affected)) or None,
        affected_virtual_storages=tuple(_storages(vnfd_id, affected)) or None,
    )
    return changes if changes != ResourceChanges() else None


def _vnfcs(vnf_instance_id: UUID, vnfd_id: str, affected: Sequence[AffectedResource]) -> Iterator[AffectedVnfc]:
    storages = {(row.key, row.change): str(row.uid) for row, _ in of_type(affected, StorageElement)}
    for row, vnfc in of_type(affected, VnfcElement):
        own = ((vnfc.boot_storage,) if vnfc.boot_storage else ()) + vnfc.storages
        yield AffectedVnfc(
            id=str(row.uid),
            vdu_id=vnfc.vdu_id,
            vnfd_id=vnfd_id,
            change_type=row.change,
            compute_resource=handle(row),
            zone_id=row.observed.zone if row.observed else None,
            affected_vnfc_cp_ids=tuple(vnfc_cp_id(vnf_instance_id, port) for port in vnfc.ports) or None,
            added_storage_resource_ids=_of_change(storages, own, ADDED) if row.change == ADDED else None,
            removed_storage_resource_ids=_of_change(storages, own, REMOVED) if row.change == REMOVED else None,
        )


def _of_change(storages: dict[tuple[str, str], str], keys: tuple[str, ...], change: str) -> tuple[str, ...] | None:
    return tuple(storages[key, change] for key in keys if (key, change) in storages) or None


def _virtual_links(
    vnfd_id: str, affected: Sequence[AffectedResource], recorded: Sequence[Resource]
) -> Iterator[AffectedVirtualLink]:
    ports: dict[tuple[str, str], list[str]] = {}
    for row, port in of_type(affected, PortElement):
        if port.link is not None:
            ports.setdefault((port.link, row.change), []).append(str(row.uid))
    for row, link in of_type(affected, VirtualLinkElement):
        yield _virtual_link(vnfd_id, row, link, row.change, ports.pop((link.key, row.change), []))
    standing = {link.key: (row, link) for row, link in of_type(recorded, VirtualLinkElement)}
    for (key, change), changed in ports.items():
        if key in standing:
            yield _virtual_link(vnfd_id, *standing[key], f"LINK_PORT_{change}", changed)
    yield from _managed_links(vnfd_id, affected)


def _managed_links(vnfd_id: str, affected: Sequence[AffectedResource]) -> Iterator[AffectedVirtualLink]:
    """Links that somebody else manages: never made or removed by us, only joined and left."""
    changed: dict[tuple[str, str], list[tuple[AffectedResource, PortElement]]] = {}
    for row, port in of_type(affected, PortElement):
        if port.ext_managed_virtual_link_id is not None:
            changed.setdefault((port.ext_managed_virtual_link_id, row.change), []).append((row, port))
    for (link, change), ports in changed.items():
        row, port = ports[0]
        yield AffectedVirtualLink(
            id=link,
            vnf_virtual_link_desc_id=port.vl_desc_id or "",
            vnfd_id=vnfd_id,
            change_type=f"LINK_PORT_{change}",
            network_resource=ResourceHandle(vim_connection_id=row.vim_connection_id, resource_id=port.network_id or ""),
            vnf_link_port_ids=tuple(str(row.uid) for row, _ in ports),
        )


def _virtual_link(
    vnfd_id: str, row: Row, link: VirtualLinkElement, change: str, ports: Sequence[str]
) -> AffectedVirtualLink:
    return AffectedVirtualLink(
        id=str(row.uid),
        vnf_virtual_link_desc_id=link.vl_desc_id,
        vnfd_id=vnfd_id,
        change_type=change,
        network_resource=handle(row),
        vnf_link_port_ids=tuple(ports) or None,
    )


def _ext_link_ports(vnf_instance_id: UUID, affected: Sequence[AffectedResource]) -> Iterator[AffectedExtLinkPort]:
    for row, port in of_type(affected, PortElement):
        if port.ext_virtual_link_id is not None:
            yield AffectedExtLinkPort(
                id=str(row.uid),
                change_type=row.change,
                ext_cp_instance_id=ext_cp_id(vnf_instance_id, port.key),
                resource_handle=handle(row),
            )


def _storages(vnfd_id: str, affected: Sequence[AffectedResource]) -> Iterator[AffectedVirtualStorage]:
    for row, storage in of_type(affected, StorageElement):
        yield AffectedVirtualStorage(
            id=str(row.uid),
            virtual_storage_desc_id=storage.storage_desc_id,
            vnfd_id=vnfd_id,
            change_type=row.change,
            storage_resource=handle(row),
        )
