"""Virtual links inside a VNF (SOL001 clause 6.8, VnfVirtualLink): layer 2, layer 3 and profile."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from descriptors.fields import Field
from descriptors.sol001.topology import VIRTUAL_LINK, Node, Topology
from descriptors.sol001.units import bits_per_second
from manoflow.domain.vnfd import VirtualLink
from manoflow.domain.vnfd_connectivity import AddressPool, QualityOfService

_IPV6_MODES = ("slaac", "dhcpv6-stateful", "dhcpv6-stateless")
_MANAGED = ("allowed", "required")


def virtual_links(topology: Topology) -> tuple[VirtualLink, ...]:
    """Every internal network."""
    return tuple(_virtual_link(node, topology) for node in topology.nodes(VIRTUAL_LINK))


def addresses(listed: Field) -> tuple[str, ...]:
    """A list of addresses; raises `InvalidInputError` for one that is none."""
    single = [listed] if isinstance(listed.value, str) else listed.entries()
    return tuple(address_of(address) for address in single)


def address_of(address: Field) -> str:
    """An address; raises `InvalidInputError` where it is none."""
    try:
        return str(ip_address(address.text()))
    except ValueError as error:
        raise address.refusal(f"is {address.shown()}, not an address", "write one such as 192.168.1.1") from error


def _virtual_link(node: Node, topology: Topology) -> VirtualLink:
    profile = node.prop("vl_profile")
    protocols = list(profile.at("virtual_link_protocol_data").entries())
    layer_2 = next((data.at("l2_protocol_data") for data in protocols if data.at("l2_protocol_data").given), None)
    layer_3 = [data.at("l3_protocol_data") for data in protocols if data.at("l3_protocol_data").given]
    topology.warnings.extend(extra.warning("is passed over: a link has one subnet") for extra in layer_3[1:])
    managed = node.prop("externally_managed")
    link = VirtualLink(
        id=node.name,
        description=node.prop("description").text(""),
        externally_managed=_one_of(managed, _MANAGED) if managed.given else None,
        max_bitrate=bits_per_second(profile.at("max_bitrate_requirements", "root")),
        min_bitrate=bits_per_second(profile.at("min_bitrate_requirements", "root")),
        quality=_quality(profile.at("qos")),
    )
    found = {**(dict(_carrier(layer_2, topology)) if layer_2 else {}), **(dict(_subnet(layer_3[0])) if layer_3 else {})}
    return link.model_copy(update=found)


def _carrier(layer_2: Field, topology: Topology) -> Iterator[tuple[str, object]]:
    transparent = layer_2.at("vlan_transparent")
    yield "network_type", layer_2.at("network_type").text("") or None
    yield "mtu", layer_2.at("mtu").integer(0) or None
    yield "vlan_transparent", transparent.truth(default=False)
    if transparent.truth(default=False):
        topology.warnings.append(transparent.warning("is passed over: whether VLAN tags pass is the VIM's choice"))
    if layer_2.at("segmentation_id").text(""):
        told = "is passed over: the VIM numbers its networks itself"
        topology.warnings.append(layer_2.at("segmentation_id").warning(told))


def _subnet(layer_3: Field) -> Iterator[tuple[str, object]]:
    cidr = layer_3.at("cidr")
    network = _network(cidr) if cidr.given else None
    stated = 6 if layer_3.at("ip_version").text("ipv4").lower() == "ipv6" else 4
    yield "ip_version", network.version if network else stated
    yield "cidr", str(network) if network else None
    yield "dhcp_enabled", layer_3.at("dhcp_enabled").truth(default=True)
    gateway = layer_3.at("gateway_ip")
    yield "gateway_ip", address_of(gateway) if gateway.given else None
    yield "address_pools", tuple(_pool(pool, network) for pool in layer_3.at("ip_allocation_pools").entries())
    mode = layer_3.at("ipv6_address_mode")
    yield "ipv6_mode", _one_of(mode, _IPV6_MODES) if mode.given else None


def _pool(pool: Field, network: IPv4Network | IPv6Network | None) -> AddressPool:
    start, end = pool.at("start_ip_address"), pool.at("end_ip_address")
    for address in (start, end):
        if network is not None and ip_address(address_of(address)) not in network:
            raise address.refusal(f"is {address.text()}, which is not in {network}", "choose addresses of the subnet")
    return AddressPool(start=address_of(start), end=address_of(end))


def _quality(qos: Field) -> QualityOfService | None:
    if not qos.given:
        return None
    return QualityOfService(
        latency=qos.at("latency").text("") or None,
        packet_delay_variation=qos.at("packet_delay_variation").text("") or None,
        packet_loss_ratio=qos.at("packet_loss_ratio").text("") or None,
    )


def _one_of(word: Field, known: tuple[str, ...]) -> str:
    if word.text() not in known:
        raise word.refusal(f"is {word.text()}", f"write one of {', '.join(known)}")
    return word.text()


def _network(cidr: Field) -> IPv4Network | IPv6Network:
    try:
        return ip_network(cidr.text(), strict=False)
    except ValueError as error:
        raise cidr.refusal(f"is {cidr.shown()}, not a network", "write one such as 192.168.1.0/24") from error
