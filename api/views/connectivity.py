"""Connection points and virtual links as ETSI shows them (SOL003 clauses 5.5.3.2 to 5.5.3.11)."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from uuid import UUID

from pydantic import JsonValue

from api.views.base import ResourceHandle, Row, ext_cp_id, handle, of_type, vnfc_cp_id
from manoflow.domain.base import Model
from manoflow.domain.cloud import FixedAddress
from manoflow.domain.topology import PortElement, VirtualLinkElement
from manoflow.domain.vnf import ExtVirtualLinkData, InstantiatedState, VnfInstance


class IpAddressInfo(Model):
    """One address of a CP."""

    type: str
    addresses: tuple[str, ...]
    is_dynamic: bool
    subnet_id: str | None = None


class IpOverEthernetAddressInfo(Model):
    """SOL003 clause 5.5.3.10."""

    mac_address: str | None = None
    ip_addresses: tuple[IpAddressInfo, ...] | None = None


class CpProtocolInfo(Model):
    """SOL003 clause 5.5.3.9b."""

    layer_protocol: str = "IP_OVER_ETHERNET"
    ip_over_ethernet: IpOverEthernetAddressInfo | None = None


class VnfcCpInfo(Model):
    """A connection point of a VNFC (SOL003 clause 5.5.3.5, vnfcCpInfo)."""

    id: str
    cpd_id: str
    vnf_ext_cp_id: str | None = None
    cp_protocol_info: tuple[CpProtocolInfo, ...]
    vnf_link_port_id: str | None = None


class VnfExtCpInfo(Model):
    """A connection point that the VNF shows outside (SOL003 clause 5.5.3.9)."""

    id: str
    cpd_id: str
    cp_config_id: str
    vnfd_id: str
    cp_protocol_info: tuple[CpProtocolInfo, ...]
    ext_link_port_id: str
    associated_vnfc_cp_id: str


class VnfLinkPortInfo(Model):
    """A port of an internal virtual link (SOL003 clause 5.5.3.8)."""

    id: str
    resource_handle: ResourceHandle
    cp_instance_id: str
    cp_instance_type: str = "VNFC_CP"


class VnfVirtualLinkResourceInfo(Model):
    """An internal virtual link (SOL003 clause 5.5.3.6)."""

    id: str
    vnf_virtual_link_desc_id: str
    vnfd_id: str
    network_resource: ResourceHandle
    zone_id: str | None = None
    vnf_link_ports: tuple[VnfLinkPortInfo, ...]


class ExtLinkPortInfo(Model):
    """A port on an external virtual link (SOL003 clause 5.5.3.4)."""

    id: str
    resource_handle: ResourceHandle
    cp_instance_id: str


class ExtVirtualLinkInfo(Model):
    """An external virtual link that the VNF is connected to (SOL003 clause 5.5.3.2)."""

    id: str
    resource_handle: ResourceHandle
    ext_link_ports: tuple[ExtLinkPortInfo, ...]
    current_vnf_ext_cp_data: tuple[JsonValue, ...]


class ExtManagedVirtualLinkInfo(Model):
    """An internal virtual link that somebody else manages (SOL003 clause 5.5.3.3)."""

    id: str
    vnf_virtual_link_desc_id: str
    vnfd_id: str
    network_resource: ResourceHandle
    vnf_link_ports: tuple[VnfLinkPortInfo, ...] | None = None
    ext_managed_multisite_virtual_link_id: str | None = None


def vnfc_cp_info(vnf_instance_id: UUID, row: Row, port: PortElement) -> VnfcCpInfo:
    """The connection point that a port serves."""
    outside = port.ext_virtual_link_id is not None
    return VnfcCpInfo(
        id=vnfc_cp_id(vnf_instance_id, port.key),
        cpd_id=port.cpd_id,
        vnf_ext_cp_id=ext_cp_id(vnf_instance_id, port.key) if outside else None,
        cp_protocol_info=(_protocol(row, port),),
        vnf_link_port_id=None if outside else str(row.uid),
    )


def ext_cp_infos(vnf_instance_id: UUID, vnfd_id: str, rows: Iterable[Row]) -> tuple[VnfExtCpInfo, ...]:
    """Every connection point on an external link."""
    return tuple(
        VnfExtCpInfo(
            id=ext_cp_id(vnf_instance_id, port.key),
            cpd_id=port.cpd_id,
            cp_config_id=port.cp_config_id or "",
            vnfd_id=vnfd_id,
            cp_protocol_info=(_protocol(row, port),),
            ext_link_port_id=str(row.uid),
            associated_vnfc_cp_id=vnfc_cp_id(vnf_instance_id, port.key),
        )
        for row, port in of_type(rows, PortElement)
        if port.ext_virtual_link_id is not None
    )


def virtual_link_infos(
    vnf_instance_id: UUID, vnfd_id: str, rows: Sequence[Row]
) -> tuple[VnfVirtualLinkResourceInfo, ...]:
    """Every internal link with its ports."""
    ports = of_type(rows, PortElement)
    return tuple(
        VnfVirtualLinkResourceInfo(
            id=str(row.uid),
            vnf_virtual_link_desc_id=link.vl_desc_id,
            vnfd_id=vnfd_id,
            network_resource=handle(row),
            zone_id=row.observed.zone if row.observed else None,
            vnf_link_ports=tuple(
                _link_port(vnf_instance_id, port_row) for port_row, port in ports if port.link == link.key
            ),
        )
        for row, link in of_type(rows, VirtualLinkElement)
    )


def ext_managed_virtual_link_infos(
    instance: VnfInstance, state: InstantiatedState, rows: Sequence[Row]
) -> tuple[ExtManagedVirtualLinkInfo, ...]:
    """Every internal link that somebody else manages, with the ports of these rows."""
    ports = of_type(rows, PortElement)
    return tuple(
        ExtManagedVirtualLinkInfo(
            id=link.id,
            vnf_virtual_link_desc_id=link.vnf_virtual_link_desc_id,
            vnfd_id=instance.vnfd_id,
            network_resource=ResourceHandle(vim_connection_id=state.vim_connection_id, resource_id=link.resource_id),
            vnf_link_ports=tuple(
                _link_port(instance.id, row) for row, port in ports if port.ext_managed_virtual_link_id == link.id
            )
            or None,
            ext_managed_multisite_virtual_link_id=link.ext_managed_multisite_virtual_link_id,
        )
        for link in state.ext_managed_virtual_links
    )


def _link_port(vnf_instance_id: UUID, row: Row) -> VnfLinkPortInfo:
    return VnfLinkPortInfo(
        id=str(row.uid), resource_handle=handle(row), cp_instance_id=vnfc_cp_id(vnf_instance_id, row.key)
    )


def ext_virtual_link_infos(
    vnf_instance_id: UUID, links: Iterable[ExtVirtualLinkData], rows: Sequence[Row]
) -> tuple[ExtVirtualLinkInfo, ...]:
    """The external links that ports of these rows are on."""
    on_link: dict[str, list[Row]] = {}
    for row, port in of_type(rows, PortElement):
        if port.ext_virtual_link_id is not None:
            on_link.setdefault(port.ext_virtual_link_id, []).append(row)
    return tuple(_ext_virtual_link(vnf_instance_id, link, on_link[link.id]) for link in links if link.id in on_link)


def _ext_virtual_link(vnf_instance_id: UUID, link: ExtVirtualLinkData, rows: Sequence[Row]) -> ExtVirtualLinkInfo:
    return ExtVirtualLinkInfo(
        id=link.id,
        resource_handle=ResourceHandle(vim_connection_id=rows[0].vim_connection_id, resource_id=link.resource_id),
        ext_link_ports=tuple(
            ExtLinkPortInfo(
                id=str(row.uid), resource_handle=handle(row), cp_instance_id=ext_cp_id(vnf_instance_id, row.key)
            )
            for row in rows
        ),
        current_vnf_ext_cp_data=tuple(_pruned(cp.model_dump(mode="json")) for cp in link.ext_cps),
    )


def _protocol(row: Row, port: PortElement) -> CpProtocolInfo:
    seen = row.observed
    if seen is None or not (seen.mac_address or seen.addresses):
        return CpProtocolInfo()
    asked = {address.ip_address for address in port.addresses}
    addresses = tuple(_address(one, asked) for one in seen.addresses if one.ip_address)
    return CpProtocolInfo(
        ip_over_ethernet=IpOverEthernetAddressInfo(mac_address=seen.mac_address, ip_addresses=addresses or None)
    )


def _address(address: FixedAddress, asked: set[str | None]) -> IpAddressInfo:
    text = address.ip_address or ""
    return IpAddressInfo(
        type=f"IPV{ip_address(text).version}",
        addresses=(text,),
        is_dynamic=text not in asked,
        subnet_id=address.subnet_id,
    )


def _pruned(value: JsonValue) -> JsonValue:
    """What was given: an absent attribute and an empty one mean the same in requests, only the first is shown."""
    if isinstance(value, dict):
        pruned = {name: _pruned(part) for name, part in value.items()}
        return {name: part for name, part in pruned.items() if part not in (None, [], {})}
    if isinstance(value, list):
        return [_pruned(part) for part in value]
    return value
