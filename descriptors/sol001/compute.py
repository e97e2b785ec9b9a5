"""VDUs on virtual machines (SOL001 clause 6.8)."""

from descriptors.fields import Field
from descriptors.sol001.booting import boot_data
from descriptors.sol001.hardware import extra_specs
from descriptors.sol001.images import image_of
from descriptors.sol001.monitoring import monitoring_parameters
from descriptors.sol001.storages import required_size, storages_of
from descriptors.sol001.topology import COMPUTE, Node, Topology
from descriptors.sol001.units import gib, mib
from manoflow.domain.vnfd import Vdu, VirtualCompute


def vdus(topology: Topology, initial: dict[str, int]) -> tuple[Vdu, ...]:
    """Every VDU; `initial` has the instances at scale level 0 where a policy states them."""
    return tuple(_vdu(node, topology, initial) for node in topology.nodes(COMPUTE))


def _vdu(node: Node, topology: Topology, initial: dict[str, int]) -> Vdu:
    profile = node.prop("vdu_profile")
    minimum = profile.at("min_number_of_instances").integer()
    block, others = storages_of(node, topology)
    text, settings = boot_data(node, topology)
    return Vdu(
        id=node.name,
        name=node.prop("name").text(node.name),
        description=node.prop("description").text(""),
        compute=_compute(node, topology),
        image=image_of(node, topology),
        storages=block,
        min_instances=minimum,
        max_instances=profile.at("max_number_of_instances").integer(),
        initial_instances=initial.get(node.name, minimum),
        boot_data=text,
        boot_settings=settings,
        other_storages=others,
        nfvi_constraints=_constraints(node.prop("nfvi_constraints")),
        monitoring_parameters=monitoring_parameters(node),
    )


def _compute(node: Node, topology: Topology) -> VirtualCompute:
    compute = node.capability("virtual_compute")
    if not compute.given:
        raise node.field.refusal("has no capability virtual_compute", "give it virtual_cpu and virtual_memory")
    return VirtualCompute(
        num_vcpus=compute.at("virtual_cpu", "num_virtual_cpu").integer(),
        memory_mib=mib(required_size(compute.at("virtual_memory", "virtual_mem_size"))),
        local_disk_gib=sum(gib(disk.at("size_of_storage")) for disk in compute.at("virtual_local_storage").entries()),
        requested_flavor=_requested_flavor(compute, topology),
        extra_specs=extra_specs(compute, topology),
    )


def _requested_flavor(compute: Field, topology: Topology) -> str | None:
    """The name of the first requested additional capability; of several, the others are told as warnings."""
    key = "requested_additional_capability_name"
    requested = compute.at("requested_additional_capabilities")
    names = [entry.at(key) for _, entry in requested.items() if isinstance(entry.value, dict)]
    found = [name for name in (requested.at(key), *names) if name.given]
    topology.warnings.extend(
        name.warning(f"is {name.text()}, which is passed over: a VDU has one flavor, {found[0].text()}")
        for name in found[1:]
    )
    return found[0].text() if found else None


def _constraints(constraints: Field) -> dict[str, str]:
    """A list of words up to SOL001 2.6.1, a map since."""
    if isinstance(constraints.value, list | str):
        return dict.fromkeys(constraints.texts(), "")
    return {key: value.text("") for key, value in constraints.items()}
