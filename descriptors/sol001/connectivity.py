"""Virtual links and connection points (SOL001 clause 6.8), and which are external (clause 6.11)."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from descriptors.fields import Field
from descriptors.sol001.topology import COMPUTE, EXT_CP, VDU_CP, VIRTUAL_LINK, Node, Topology
from manoflow.domain.vnfd import ExternalCp, VduCp, VirtualLink

_DEFAULT_PROTOCOLS = ("ipv4",)


def vdu_cps(topology: Topology) -> tuple[VduCp, ...]:
    """Every connection point of a VDU, in the order they are written."""
    return tuple(_vdu_cp(node, topology) for node in topology.nodes(VDU_CP))


def external_cps(topology: Topology, cps: tuple[VduCp, ...]) -> tuple[ExternalCp, ...]:
    """A VDU's CP without a virtual link is external: its id is the cpdId, the requirement's name is accepted too."""
    names = _mapped_names(topology)
    for node in topology.nodes(EXT_CP):
        topology.warnings.append(
            node.field.warning("shows an internal link outside: it is passed over, nothing connects it")
        )
    return tuple(
        ExternalCp(id=cp.id, vdu_cp=cp.id, mapped_names=tuple(names.get(cp.id, ())))
        for cp in cps
        if cp.virtual_link is None
    )


def virtual_links(topology: Topology) -> tuple[VirtualLink, ...]:
    """Every internal network."""
    return tuple(_virtual_link(node, topology) for node in topology.nodes(VIRTUAL_LINK))


def _vdu_cp(node: Node, topology: Topology) -> VduCp:
    vdu = _target(node, "virtual_binding", COMPUTE, topology)
    if vdu is None:
        raise node.field.refusal("has no requirement virtual_binding", "bind it to a VDU")
    return VduCp(
        id=node.name,
        vdu=vdu,
        order=node.prop("order").integer(0),
        virtual_link=_target(node, "virtual_link", VIRTUAL_LINK, topology),
        vnic_type=node.prop("vnic_type").text("normal"),
        layer_protocols=node.prop("layer_protocols").texts() or _DEFAULT_PROTOCOLS,
    )


def _target(node: Node, requirement: str, base: str, topology: Topology) -> str | None:
    """The one node a requirement names. Raises `InvalidInputError` where there is no such node, or are two."""
    targets = list(node.requirements(requirement))
    for target in targets:
        if topology.node(target.text(), base) is None:
            kind = base.removeprefix("tosca.nodes.nfv.")
            raise target.refusal(f"is {target.text()}, which is not a {kind} of this template", "correct the name")
    if len(targets) > 1:
        raise targets[1].refusal("is given twice for one connection point", "leave one out")
    return targets[0].text() if targets else None


def _mapped_names(topology: Topology) -> dict[str, list[str]]:
    """Names of the VNF's requirements by the node they are mapped to."""
    names: dict[str, list[str]] = {}
    for name, mapping in topology.root.at("substitution_mappings", "requirements").named_entries():
        mapped = mapping.at("mapping") if isinstance(mapping.value, dict) else mapping
        node = next(iter(mapped.texts()), None)
        if node is None:
            continue
        if node not in topology.every_node:
            topology.warnings.append(mapping.warning(f"is mapped to {node}, which is not a node of this template"))
        names.setdefault(node, []).append(name)
    return names


def _virtual_link(node: Node, topology: Topology) -> VirtualLink:
    protocols = list(node.prop("vl_profile").at("virtual_link_protocol_data").entries())
    layer_2 = next((data.at("l2_protocol_data") for data in protocols if data.at("l2_protocol_data").given), None)
    layer_3 = [data.at("l3_protocol_data") for data in protocols if data.at("l3_protocol_data").given]
    topology.warnings.extend(extra.warning("is passed over: a link has one subnet") for extra in layer_3[1:])
    link = VirtualLink(
        id=node.name,
        description=node.prop("description").text(""),
        network_type=(layer_2.at("network_type").text("") or None) if layer_2 else None,
    )
    return link.model_copy(update=dict(_subnet(layer_3[0]))) if layer_3 else link


def _subnet(layer_3: Field) -> Iterator[tuple[str, object]]:
    cidr = layer_3.at("cidr")
    network = _network(cidr) if cidr.given else None
    stated = 6 if layer_3.at("ip_version").text("ipv4").lower() == "ipv6" else 4
    yield "ip_version", network.version if network else stated
    yield "cidr", str(network) if network else None
    yield "dhcp_enabled", layer_3.at("dhcp_enabled").truth(default=True)
    gateway = layer_3.at("gateway_ip")
    yield "gateway_ip", _address(gateway) if gateway.given else None


def _network(cidr: Field) -> IPv4Network | IPv6Network:
    try:
        return ip_network(cidr.text(), strict=False)
    except ValueError as error:
        raise cidr.refusal(f"is {cidr.shown()}, not a network", "write one such as 192.168.1.0/24") from error


def _address(address: Field) -> str:
    try:
        return str(ip_address(address.text()))
    except ValueError as error:
        raise address.refusal(f"is {address.shown()}, not an address", "write one such as 192.168.1.1") from error
