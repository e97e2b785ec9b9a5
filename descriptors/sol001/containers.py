"""Containers, deployable units and charts (SOL001 clause 6.8, 4.2.1 and later): read, and deployed by nobody yet."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.images import image_of
from descriptors.sol001.topology import (
    BLOCK_STORAGE,
    CONTAINER,
    DEPLOYABLE_UNIT,
    FILE_STORAGE,
    HELM_CHART,
    MCIOP,
    OBJECT_STORAGE,
    Node,
    Topology,
)
from descriptors.sol001.units import gib, mib
from manoflow.domain.vnfd import SwImage
from manoflow.domain.vnfd_containers import DeployableUnit, HugePages, Mciop, OsContainer


def containers(topology: Topology) -> tuple[OsContainer, ...]:
    """Every container."""
    return tuple(_container(node) for node in topology.nodes(CONTAINER))


def container_images(topology: Topology) -> tuple[SwImage, ...]:
    """The image of every container that declares one."""
    found = (image_of(node, topology, in_vim=False) for node in topology.nodes(CONTAINER))
    return tuple(image for image in found if image is not None)


def deployable_units(topology: Topology, initial: dict[str, int]) -> tuple[DeployableUnit, ...]:
    """Every deployable unit; `initial` has the instances at scale level 0 where a policy states them."""
    return tuple(_unit(node, topology, initial) for node in topology.nodes(DEPLOYABLE_UNIT))


def mciops(topology: Topology) -> tuple[Mciop, ...]:
    """Every chart; told as a warning, because it is not deployed."""
    return tuple(_mciop(node, topology) for node in topology.nodes(MCIOP))


def _container(node: Node) -> OsContainer:
    pages = node.prop("huge_pages_resources").entries()
    return OsContainer(
        id=node.name,
        name=node.prop("name").text(node.name),
        description=node.prop("description").text(""),
        requested_cpu=_number(node.prop("requested_cpu_resources")),
        cpu_limit=_number(node.prop("cpu_resource_limit")),
        requested_memory_mib=mib(node.prop("requested_memory_resources")) or None,
        memory_limit_mib=mib(node.prop("memory_resource_limit")) or None,
        requested_ephemeral_gib=gib(node.prop("requested_ephemeral_storage_resources")) or None,
        ephemeral_limit_gib=gib(node.prop("ephemeral_storage_resource_limit")) or None,
        huge_pages=tuple(
            HugePages(page_mib=mib(page.at("hugepage_size")), requested_mib=mib(page.at("requested_size")))
            for page in pages
        ),
        extended_resources=dict(_extended(node.prop("extended_resource_requests"))),
        cpu_pinning=node.prop("cpu_pinning_requirements").at("virtual_cpu_pinning_policy").text("") or None,
    )


def _number(field: Field) -> int | None:
    return field.integer() if field.given else None


def _extended(requests: Field) -> Iterator[tuple[str, int]]:
    """Each request is a map of one name, and an amount beside it."""
    for request in requests.entries():
        for kind, name in request.at("extended_resource").items():
            yield f"{kind}/{name.text()}", request.at("amount").integer(1)


def _unit(node: Node, topology: Topology, initial: dict[str, int]) -> DeployableUnit:
    profile = node.prop("vdu_profile")
    minimum = profile.at("min_number_of_instances").integer()
    managed = node.prop("mcio_identification_data")
    return DeployableUnit(
        id=node.name,
        name=node.prop("name").text(node.name),
        description=node.prop("description").text(""),
        containers=topology.some(node, "container", CONTAINER),
        storages=topology.some(node, "virtual_storage", BLOCK_STORAGE, FILE_STORAGE, OBJECT_STORAGE),
        min_instances=minimum,
        max_instances=profile.at("max_number_of_instances").integer(),
        initial_instances=initial.get(node.name, minimum),
        constraints=node.prop("mcio_constraint_params").texts(),
        managed_object_name=managed.at("name").text("") or None,
        managed_object_type=managed.at("type").text("") or None,
    )


def _mciop(node: Node, topology: Topology) -> Mciop:
    topology.warnings.append(node.field.warning("is not deployed: charts are only read"))
    file = _chart(node, topology)
    return Mciop(
        id=node.name,
        units=topology.some(node, "associatedVdu", DEPLOYABLE_UNIT),
        artifact=topology.path_inside(file) if file else None,
        file=file.text() if file else None,
    )


def _chart(node: Node, topology: Topology) -> Field | None:
    """The file of the first artifact that is a chart."""
    for _, artifact in node.field.at("artifacts").named_entries():
        if isinstance(artifact.value, str):
            return artifact
        if topology.types.is_a("artifact_types", artifact.at("type").text(""), HELM_CHART):
            return artifact.at("file")
    return None
