"""Deployment flavours: each service template with substitution_mappings is one (SOL001 clause 6.11)."""

from collections.abc import Iterator

from descriptors.hierarchy import VNF
from descriptors.sol001.compute import vdus
from descriptors.sol001.connectivity import container_cps, exposed_links, external_cps, vdu_cps
from descriptors.sol001.containers import container_images, containers, deployable_units, mciops
from descriptors.sol001.lifecycle import indicators, lifecycle_scripts
from descriptors.sol001.links import virtual_links
from descriptors.sol001.monitoring import monitoring_parameters
from descriptors.sol001.other_cps import sub_cps, virtual_cps, virtual_ip_cps
from descriptors.sol001.placement import placement_groups
from descriptors.sol001.scaling import aspects, default_level, initial_instances, levels
from descriptors.sol001.security import security_group_rules
from descriptors.sol001.storages import block_storages, file_storages, object_storages
from descriptors.sol001.topology import NODES, Node, Topology
from manoflow.domain.vnfd import Flavour


def read_flavour(topology: Topology) -> Flavour:
    """The flavour that one template describes."""
    vnf = next(iter(topology.nodes(VNF)), None)
    cps = vdu_cps(topology)
    scaling = aspects(topology)
    sizes = levels(topology, scaling)
    initial = initial_instances(topology)
    scripts = lifecycle_scripts(vnf, topology) if vnf else ()
    flavour = Flavour(
        id=_flavour_id(topology, vnf),
        description=vnf.prop("flavour_description").text("") if vnf else "",
        vdus=vdus(topology, initial),
        cps=cps,
        ext_cps=external_cps(topology, cps),
        virtual_links=virtual_links(topology),
        storages=block_storages(topology),
        placement_groups=placement_groups(topology),
        aspects=scaling,
        levels=sizes,
        default_level=default_level(topology, sizes),
        lifecycle_hooks=tuple(script.operation for script in scripts),
        lifecycle_scripts=scripts,
        exposed_links=exposed_links(topology),
        virtual_ip_cps=virtual_ip_cps(topology),
        sub_cps=sub_cps(topology),
        file_storages=file_storages(topology),
        object_storages=object_storages(topology),
        security_group_rules=security_group_rules(topology),
        indicators=indicators(vnf) if vnf else (),
        monitoring_parameters=monitoring_parameters(vnf) if vnf else (),
        containers=containers(topology),
        container_images=container_images(topology),
        deployable_units=deployable_units(topology, initial),
        container_cps=container_cps(topology),
        virtual_cps=virtual_cps(topology),
        mciops=mciops(topology),
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


def _unread(topology: Topology, flavour: Flavour) -> Iterator[str]:
    if not flavour.vdus:
        yield f"{topology.document.name}: flavour {flavour.id} has no VDU; instantiating it makes nothing"
    bootable = {storage.id for storage in flavour.storages if storage.image is not None}
    for vdu in flavour.vdus:
        if vdu.image is None and bootable.isdisjoint(vdu.storages):
            yield f"{topology.document.name}: VDU {vdu.id} has neither an image nor a storage with one to start from"
    for node in topology.every_node.values():
        if not any(node.is_a(base) for base in (VNF, *NODES)):
            yield node.field.warning(f"is passed over: nodes of type {node.type} are not read")
