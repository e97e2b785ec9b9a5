"""The picture of a flavour at a size: elements in their places.

Shared by every operation that keeps the flavour's shape.
"""

from collections.abc import Iterator, Mapping

from manoflow.domain.identity import Kind, key_of
from manoflow.domain.targets.addressing import fixed_addresses, shared_addresses
from manoflow.domain.targets.connectivity import Attachments, addresses, attachment_of
from manoflow.domain.targets.managed_links import Managed
from manoflow.domain.topology import (
    Element,
    PlacementGroupElement,
    PortElement,
    StorageElement,
    Topology,
    VirtualLinkElement,
    VnfcElement,
)
from manoflow.domain.vnfd import Flavour, PlacementScope, Vdu, VduCp


def picture(
    flavour: Flavour, counts: Mapping[str, int], given: Attachments, managed: Managed, boot_data: Mapping[str, str]
) -> Topology:
    """Every group, link, storage, port and VNFC of the flavour with `counts` instances of each VDU.

    Links that somebody else manages are not in it: their ports join a network that was there before. `boot_data` has
    the reference of each VDU's.
    """
    return Topology.of(_elements(flavour, counts, given, managed, boot_data))


def _elements(
    flavour: Flavour, counts: Mapping[str, int], given: Attachments, managed: Managed, boot_data: Mapping[str, str]
) -> Iterator[Element]:
    yield from _groups(flavour, counts)
    yield from _virtual_links(flavour, managed)
    for vdu in flavour.vdus:
        for ordinal in range(counts[vdu.id]):
            yield from _storages(flavour, vdu, ordinal)
            yield from (_placed(port, managed) for port in _ports(flavour, vdu, ordinal, given))
            yield _vnfc(flavour, vdu, ordinal, boot_data.get(vdu.id))


def _groups(flavour: Flavour, counts: Mapping[str, int]) -> Iterator[Element]:
    for group in flavour.placement_groups:
        populated = any(counts.get(member) for member in group.members)
        if group.scope is PlacementScope.HOST and populated:
            key = key_of(Kind.PLACEMENT_GROUP, group.id)
            yield PlacementGroupElement(key=key, group_id=group.id, anti_affinity=group.anti_affinity)


def _virtual_links(flavour: Flavour, managed: Managed) -> Iterator[Element]:
    for link in flavour.virtual_links:
        if link.id in managed:
            continue
        yield VirtualLinkElement(
            key=key_of(Kind.VIRTUAL_LINK, link.id),
            vl_desc_id=link.id,
            network_type=link.network_type,
            ip_version=link.ip_version,
            cidr=link.cidr,
            gateway_ip=link.gateway_ip,
            dhcp_enabled=link.dhcp_enabled,
            mtu=link.mtu,
            address_pools=link.address_pools,
            ipv6_mode=link.ipv6_mode,
        )


def _storages(flavour: Flavour, vdu: Vdu, ordinal: int) -> Iterator[Element]:
    described = {storage.id: storage for storage in flavour.storages}
    for storage_id in vdu.storages:
        storage = described[storage_id]
        yield StorageElement(
            key=_storage_key(vdu, ordinal, storage_id),
            storage_desc_id=storage_id,
            vdu_id=vdu.id,
            ordinal=ordinal,
            size_gib=storage.size_gib,
            image=storage.image,
        )


def _ports(flavour: Flavour, vdu: Vdu, ordinal: int, given: Attachments) -> Iterator[PortElement]:
    external = {cp.vdu_cp: cp.id for cp in flavour.ext_cps}
    for cp in _cps_of(flavour, vdu):
        port = PortElement(
            key=_port_key(vdu, ordinal, cp),
            cpd_id=cp.id,
            vdu_id=vdu.id,
            ordinal=ordinal,
            link=key_of(Kind.VIRTUAL_LINK, cp.virtual_link) if cp.virtual_link else None,
            vnic_type=cp.vnic_type,
            addresses=fixed_addresses(cp, vdu, ordinal),
            allowed_addresses=shared_addresses(flavour, cp),
        )
        entry = attachment_of(given.get(external.get(cp.id, ""), ()), ordinal)
        if cp.virtual_link is None and entry is not None:
            outside = {
                "network_id": entry.network_id,
                "ext_virtual_link_id": entry.ext_virtual_link_id,
                "cp_config_id": entry.cp_config_id,
                "mac_address": entry.mac_address,
                "addresses": addresses(entry),
            }
            port = port.model_copy(update=outside)
        yield port


def _placed(port: PortElement, managed: Managed) -> PortElement:
    """The port on the network of its link, where somebody else manages that link."""
    found = (link for desc, link in managed.items() if port.link == key_of(Kind.VIRTUAL_LINK, desc))
    link = next(found, None)
    if link is None:
        return port
    inside = {
        "link": None,
        "network_id": link.resource_id,
        "ext_managed_virtual_link_id": link.id,
        "vl_desc_id": link.vnf_virtual_link_desc_id,
    }
    return port.model_copy(update=inside)


def _vnfc(flavour: Flavour, vdu: Vdu, ordinal: int, boot_data: str | None) -> Element:
    described = {storage.id: storage for storage in flavour.storages}
    boot = next((storage for storage in vdu.storages if described[storage].image is not None), None)
    group = next((group for group in flavour.placement_groups if _holds(group.scope, group.members, vdu)), None)
    return VnfcElement(
        key=key_of(Kind.VNFC, vdu.id, ordinal),
        vdu_id=vdu.id,
        ordinal=ordinal,
        compute=vdu.compute,
        image=vdu.image if boot is None else None,
        boot_storage=_storage_key(vdu, ordinal, boot) if boot else None,
        storages=tuple(_storage_key(vdu, ordinal, storage) for storage in vdu.storages if storage != boot),
        ports=tuple(_port_key(vdu, ordinal, cp) for cp in _cps_of(flavour, vdu)),
        group=key_of(Kind.PLACEMENT_GROUP, group.id) if group else None,
        user_data=boot_data,
    )


def _holds(scope: PlacementScope, members: tuple[str, ...], vdu: Vdu) -> bool:
    return scope is PlacementScope.HOST and vdu.id in members


def _cps_of(flavour: Flavour, vdu: Vdu) -> list[VduCp]:
    return sorted((cp for cp in flavour.cps if cp.vdu == vdu.id), key=lambda cp: cp.order)


def _storage_key(vdu: Vdu, ordinal: int, storage_id: str) -> str:
    return key_of(Kind.STORAGE, vdu.id, ordinal, storage_id)


def _port_key(vdu: Vdu, ordinal: int, cp: VduCp) -> str:
    return key_of(Kind.PORT, vdu.id, ordinal, cp.id)
