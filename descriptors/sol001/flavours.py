"""Deployment flavours: each service template with substitution_mappings is one (SOL001 clause 6.11)."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.hierarchy import VNF
from descriptors.sol001.compute import storages, vdus
from descriptors.sol001.connectivity import external_cps, vdu_cps, virtual_links
from descriptors.sol001.placement import placement_groups
from descriptors.sol001.scaling import aspects, default_level, initial_instances, levels
from descriptors.sol001.topology import (
    BLOCK_STORAGE,
    COMPUTE,
    EXT_CP,
    VDU_CP,
    VIRTUAL_LINK,
    Node,
    Topology,
)
from manoflow.domain.vnfd import Flavour

_READ_NODES = (VNF, COMPUTE, BLOCK_STORAGE, VDU_CP, EXT_CP, VIRTUAL_LINK)
_NOT_OPERATIONS = {"type", "inputs", "derived_from", "notifications"}


def read_flavour(topology: Topology) -> Flavour:
    """The flavour that one template describes."""
    vnf = next(iter(topology.nodes(VNF)), None)
    cps = vdu_cps(topology)
    scaling = aspects(topology)
    sizes = levels(topology, scaling)
    flavour = Flavour(
        id=_flavour_id(topology, vnf),
        description=vnf.prop("flavour_description").text("") if vnf else "",
        vdus=vdus(topology, initial_instances(topology)),
        cps=cps,
        ext_cps=external_cps(topology, cps),
        virtual_links=virtual_links(topology),
        storages=storages(topology),
        placement_groups=placement_groups(topology),
        aspects=scaling,
        levels=sizes,
        default_level=default_level(topology, sizes),
        lifecycle_hooks=tuple(dict.fromkeys(_hooks(vnf))) if vnf else (),
    )
    topology.warnings.extend(_unread(topology, flavour))
    return flavour


def _flavour_id(topology: Topology, vnf: Node | None) -> str:
    mappings = topology.root.at("substitution_mappings")
    stated = mappings.at("properties", "flavour_id")
    if not stated.given and vnf is not None:
        stated = vnf.prop("flavour_id")
    if not stated.given:
        raise mappings.refusal("has no properties.flavour_id", "state which flavour this template describes")
    return stated.identifier()


def _hooks(vnf: Node) -> Iterator[str]:
    """Operations of Vnflcm that name an implementation, on the node or its types (SOL001 clause 6.7)."""
    places = [vnf.field, *(definition for _, definition in vnf.types.lineage("node_types", vnf.type) if definition)]
    for place in places:
        vnflcm = place.at("interfaces", "Vnflcm")
        operations = vnflcm.at("operations") if vnflcm.at("operations").given else vnflcm
        for name, operation in operations.items():
            if name not in _NOT_OPERATIONS and _implemented(operation):
                yield name


def _implemented(operation: Field) -> bool:
    """``scale: script.sh`` and ``scale: {implementation: ...}`` do; ``scale: []`` only says that it is supported."""
    if isinstance(operation.value, dict):
        return bool(operation.at("implementation").value)
    return isinstance(operation.value, str) and bool(operation.value)


def _unread(topology: Topology, flavour: Flavour) -> Iterator[str]:
    if not flavour.vdus:
        yield f"{topology.document.name}: flavour {flavour.id} has no VDU; instantiating it makes nothing"
    bootable = {storage.id for storage in flavour.storages if storage.image is not None}
    for vdu in flavour.vdus:
        if vdu.image is None and bootable.isdisjoint(vdu.storages):
            yield f"{topology.document.name}: VDU {vdu.id} has neither an image nor a storage with one to start from"
    for node in topology.every_node.values():
        if not any(node.is_a(base) for base in _READ_NODES):
            yield node.field.warning(f"is passed over: nodes of type {node.type} are not read")
    for policy in topology.policies("SecurityGroupRule"):
        yield policy.warning("is passed over: security group rules are not applied")
