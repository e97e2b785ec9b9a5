"""Connection points of VDUs (SOL001 clause 6.8), and which of them are external (clause 6.11).

Links are read by `links`, connection points that are no VDU's by `other_cps`.
"""

from collections.abc import Iterator, Mapping

from descriptors.fields import Field
from descriptors.sol001.links import addresses
from descriptors.sol001.topology import (
    COMPUTE,
    DEPLOYABLE_UNIT,
    EXT_CP,
    SUB_CP,
    VDU_CP,
    VIRTUAL_LINK,
    Node,
    Topology,
)
from descriptors.sol001.units import bits_per_second
from manoflow.domain.vnfd import ExternalCp, VduCp
from manoflow.domain.vnfd_connectivity import ExposedLink
from manoflow.domain.vnfd_containers import ContainerCp

_DEFAULT_PROTOCOLS = ("ipv4",)
_SR_IOV = "direct"
_NIC_KEYS = frozenset({"vnictype", "interfacetype"})


def vdu_cps(topology: Topology) -> tuple[VduCp, ...]:
    """Every connection point of a VDU on a machine, in the order they are written."""
    return tuple(_vdu_cp(node, vdu, topology) for node, vdu in _bound(topology, COMPUTE))


def container_cps(topology: Topology) -> tuple[ContainerCp, ...]:
    """Every connection point of a deployable unit."""
    return tuple(
        ContainerCp(
            id=node.name,
            unit=unit,
            order=node.prop("order").integer(0),
            virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
            vnic_type=node.prop("vnic_type").text("normal"),
        )
        for node, unit in _bound(topology, DEPLOYABLE_UNIT)
    )


def external_cps(topology: Topology, cps: tuple[VduCp, ...]) -> tuple[ExternalCp, ...]:
    """A VDU's CP without a virtual link is external: its id is the cpdId, the requirement's name is accepted too."""
    names = _mapped_names(topology)
    return tuple(
        ExternalCp(id=cp.id, vdu_cp=cp.id, mapped_names=tuple(names.get(cp.id, ())))
        for cp in cps
        if cp.virtual_link is None
    )


def exposed_links(topology: Topology) -> tuple[ExposedLink, ...]:
    """Every external CP of an internal link; told as a warning, because nothing connects it."""
    names = _mapped_names(topology, told=False)
    found: list[ExposedLink] = []
    for node in topology.nodes(EXT_CP):
        link = topology.one(node, "internal_virtual_link", VIRTUAL_LINK)
        if link is None:
            topology.warnings.append(node.field.warning("is passed over: it has no requirement internal_virtual_link"))
            continue
        told = f"shows an internal link outside: it is passed over, nothing connects it; {link} can be brought instead"
        topology.warnings.append(node.field.warning(f"{told}, as an extManagedVirtualLink"))
        found.append(ExposedLink(id=node.name, virtual_link=link, mapped_names=tuple(names.get(node.name, ()))))
    return tuple(found)


def layer_3_data(node: Node) -> Iterator[Field]:
    """What a connection point asks of its addresses, protocol by protocol."""
    for protocol in node.prop("protocol").entries():
        for address in protocol.at("address_data").entries():
            if address.at("l3_address_data").given:
                yield address.at("l3_address_data")


def _bound(topology: Topology, base: str) -> Iterator[tuple[Node, str]]:
    """The connection points of a kind of VDU, each with its VDU."""
    for node in topology.nodes(VDU_CP):
        if node.is_a(SUB_CP):
            continue
        vdu = topology.one(node, "virtual_binding", COMPUTE, DEPLOYABLE_UNIT)
        if vdu is None:
            raise node.field.refusal("has no requirement virtual_binding", "bind it to a VDU")
        if topology.node(vdu, base) is not None:
            yield node, vdu


def _vdu_cp(node: Node, vdu: str, topology: Topology) -> VduCp:
    interface = dict(_interface(node.prop("virtual_network_interface_requirements")))
    layer_3 = list(layer_3_data(node))
    cp = VduCp(
        id=node.name,
        vdu=vdu,
        order=node.prop("order").integer(0),
        virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
        vnic_type=_vnic_type(node.prop("vnic_type"), interface),
        layer_protocols=node.prop("layer_protocols").texts() or _DEFAULT_PROTOCOLS,
        fixed_addresses=tuple(address for data in layer_3 for address in addresses(data.at("fixed_ip_address"))),
        addresses_each=sum(data.at("number_of_ip_address").integer(0) for data in layer_3) or None,
        floating=any(data.at("floating_ip_activated").truth(default=False) for data in layer_3),
        trunk=node.prop("trunk_mode").truth(default=False),
        bitrate=bits_per_second(node.prop("bitrate_requirement")),
        interface_requirements=interface,
    )
    topology.warnings.extend(node.field.warning(told) for told in _not_given(cp))
    return cp


def _not_given(cp: VduCp) -> Iterator[str]:
    if cp.floating:
        yield "asks for a floating address, which is not made"
    if cp.trunk:
        yield "asks for a trunk; its port is made without subports"
    if cp.fixed_addresses and cp.virtual_link is None:
        yield "is external, so its addresses come with a request; fixed_ip_address is passed over"


def _interface(listed: Field) -> Iterator[tuple[str, str]]:
    """What is asked of the interface and of the logical node's I/O, in one map."""
    for requirement in listed.entries():
        maps = (
            requirement.at("network_interface_requirements"),
            requirement.at("nic_io_requirements", "logical_node_requirements"),
        )
        for key, value in (item for given in maps for item in given.items()):
            yield key, value.text("")


def _vnic_type(stated: Field, interface: Mapping[str, str]) -> str:
    """As stated; where nothing special is, ``direct`` if the interface's requirements ask for SR-IOV.

    Up to SOL001 2.6.1 ``virtio`` is what is called ``normal`` since.
    """
    written = stated.text("normal")
    if written not in {"normal", "virtio"}:
        return written
    return _SR_IOV if any(_asks_for_sr_iov(key, value) for key, value in interface.items()) else "normal"


def _asks_for_sr_iov(key: str, value: str) -> bool:
    """``interfaceType: SR-IOV``, also inside of the registry's JSON; ``sriov: true``; ``vnicType: direct``."""
    bare_key, bare_value = (text.lower().replace("-", "").replace("_", "") for text in (key, value))
    if bare_key == "sriov":
        return bare_value not in {"false", "no", "0"}
    return bare_key in _NIC_KEYS and ("sriov" in bare_value or bare_value == _SR_IOV)


def _mapped_names(topology: Topology, *, told: bool = True) -> dict[str, list[str]]:
    """Names of the VNF's requirements by the node they are mapped to."""
    names: dict[str, list[str]] = {}
    for name, mapping in topology.root.at("substitution_mappings", "requirements").named_entries():
        mapped = mapping.at("mapping") if isinstance(mapping.value, dict) else mapping
        node = next(iter(mapped.texts()), None)
        if node is None:
            continue
        if told and node not in topology.every_node:
            topology.warnings.append(mapping.warning(f"is mapped to {node}, which is not a node of this template"))
        names.setdefault(node, []).append(name)
    return names
