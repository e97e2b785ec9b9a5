"""VDUs and their block storages (SOL001 clause 6.8)."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.images import image_of
from descriptors.sol001.topology import BLOCK_STORAGE, COMPUTE, Node, Topology
from descriptors.sol001.units import gib, mib
from manoflow.domain.vnfd import Vdu, VirtualCompute, VirtualStorage

_PINNING = {"static": "dedicated", "dynamic": "shared"}


def vdus(topology: Topology, initial: dict[str, int]) -> tuple[Vdu, ...]:
    """Every VDU; `initial` has the instances at scale level 0 where a policy states them."""
    return tuple(_vdu(node, topology, initial) for node in topology.nodes(COMPUTE))


def storages(topology: Topology) -> tuple[VirtualStorage, ...]:
    """Every block storage."""
    return tuple(
        VirtualStorage(
            id=node.name,
            size_gib=gib(_required(node.prop("virtual_block_storage_data").at("size_of_storage"))),
            image=image_of(node, topology),
        )
        for node in topology.nodes(BLOCK_STORAGE)
    )


def _vdu(node: Node, topology: Topology, initial: dict[str, int]) -> Vdu:
    profile = node.prop("vdu_profile")
    minimum = profile.at("min_number_of_instances").integer()
    return Vdu(
        id=node.name,
        name=node.prop("name").text(node.name),
        description=node.prop("description").text(""),
        compute=_compute(node, topology),
        image=image_of(node, topology),
        storages=tuple(_storages_of(node, topology)),
        min_instances=minimum,
        max_instances=profile.at("max_number_of_instances").integer(),
        initial_instances=initial.get(node.name, minimum),
        boot_data=_boot_data(node, topology),
    )


def _compute(node: Node, topology: Topology) -> VirtualCompute:
    compute = node.capability("virtual_compute")
    if not compute.given:
        raise node.field.refusal("has no capability virtual_compute", "give it virtual_cpu and virtual_memory")
    return VirtualCompute(
        num_vcpus=compute.at("virtual_cpu", "num_virtual_cpu").integer(),
        memory_mib=mib(_required(compute.at("virtual_memory", "virtual_mem_size"))),
        local_disk_gib=sum(gib(disk.at("size_of_storage")) for disk in compute.at("virtual_local_storage").entries()),
        requested_flavor=_requested_flavor(compute, topology),
        extra_specs=dict(_extra_specs(compute)),
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


def _extra_specs(compute: Field) -> Iterator[tuple[str, str]]:
    """Flavor extra specs: the requirements written as such (``hw:mem_page_size``), and CPU pinning."""
    pinning = compute.at("virtual_cpu", "virtual_cpu_pinning", "virtual_cpu_pinning_policy")
    if pinning.given and pinning.text() in _PINNING:
        yield "hw:cpu_policy", _PINNING[pinning.text()]
    for place in (
        ("compute_requirements",),
        ("virtual_cpu", "vdu_cpu_requirements"),
        ("virtual_memory", "vdu_mem_requirements"),
    ):
        for key, value in compute.at(*place).items():
            if ":" in key:
                yield key, value.text()


def _storages_of(node: Node, topology: Topology) -> Iterator[str]:
    """The block storages of a VDU: those in its boot_order first, then as they are written."""
    required: list[str] = []
    for target in node.requirements("virtual_storage"):
        if topology.node(target.text(), BLOCK_STORAGE) is None:
            raise target.refusal(f"is {target.text()}, which is not a VirtualBlockStorage here", "correct the name")
        required.append(target.text())
    first = [name for name in node.prop("boot_order").texts() if name in required]
    yield from dict.fromkeys((*first, *required))


def _boot_data(node: Node, topology: Topology) -> str | None:
    """User data written out: as text up to SOL001 2.8.1, as content of a structure since."""
    written = node.prop("boot_data")
    if not isinstance(written.value, dict):
        return written.text("") or None
    content = written.at("content_or_file_data", "content")
    if not content.given:
        topology.warnings.append(written.warning("is passed over: of boot data in parts only content is read"))
    return content.text("") or None


def _required(size: Field) -> Field:
    size.text()
    return size
