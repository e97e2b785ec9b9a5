"""Connection points beside those of VDUs: shared addresses, subports, services (SOL001 clause 6.8)."""

from descriptors.sol001.connectivity import layer_3_data
from descriptors.sol001.links import addresses
from descriptors.sol001.topology import (
    SUB_CP,
    VDU_CP,
    VIRTUAL_CP,
    VIRTUAL_IP_CP,
    VIRTUAL_LINK,
    Node,
    Topology,
)
from manoflow.domain.vnfd_connectivity import SubCp, VirtualIpCp
from manoflow.domain.vnfd_containers import ServicePort, VirtualCp


def virtual_ip_cps(topology: Topology) -> tuple[VirtualIpCp, ...]:
    """Every address that VNFCs share; told as a warning, because it is allowed at their ports and not reserved."""
    return tuple(_virtual_ip_cp(node, topology) for node in topology.nodes(VIRTUAL_IP_CP))


def sub_cps(topology: Topology) -> tuple[SubCp, ...]:
    """Every subport; told as a warning, because none is made."""
    return tuple(_sub_cp(node, topology) for node in topology.nodes(SUB_CP))


def virtual_cps(topology: Topology) -> tuple[VirtualCp, ...]:
    """Every connection point that stands before deployable units."""
    return tuple(
        VirtualCp(
            id=node.name,
            targets=tuple(target.text() for target in node.requirements("target")),
            virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
            ports=tuple(
                ServicePort(
                    name=port.at("name").text(),
                    protocol=port.at("protocol").text(),
                    port=port.at("port").integer(),
                    configurable=port.at("portConfigurable").truth(default=False),
                )
                for service in node.prop("additionalServiceData").entries()
                for port in service.at("portData").entries()
            ),
        )
        for node in topology.nodes(VIRTUAL_CP)
    )


def _virtual_ip_cp(node: Node, topology: Topology) -> VirtualIpCp:
    told = "is an address that VNFCs share: it may be used at their ports, but no port holds it"
    topology.warnings.append(node.field.warning(told))
    return VirtualIpCp(
        id=node.name,
        virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
        targets=topology.some(node, "target", VDU_CP),
        function=node.prop("vip_function").text(""),
        fixed_addresses=tuple(
            address for data in layer_3_data(node) for address in addresses(data.at("fixed_ip_address"))
        ),
    )


def _sub_cp(node: Node, topology: Topology) -> SubCp:
    trunk = topology.one(node, "trunk_binding", VDU_CP)
    if trunk is None:
        raise node.field.refusal("has no requirement trunk_binding", "bind it to a VduCp")
    topology.warnings.append(node.field.warning("is a subport of a trunk, which is not made"))
    segmentation_id = node.prop("segmentation_id")
    return SubCp(
        id=node.name,
        trunk=trunk,
        virtual_link=topology.one(node, "virtual_link", VIRTUAL_LINK),
        segmentation_type=node.prop("segmentation_type").text("") or None,
        segmentation_id=segmentation_id.integer() if segmentation_id.given else None,
    )
