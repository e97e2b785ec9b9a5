"""Software images: of a VDU's local disk or of a storage (SOL001 clauses 6.2 and 6.3)."""

import posixpath

from descriptors.fields import Field
from descriptors.sol001.topology import SW_IMAGE, Node, Topology
from descriptors.sol001.units import gib, mib, octets
from manoflow.domain.vnfd import SwImage

_ALGORITHMS = {56: "sha-224", 64: "sha-256", 96: "sha-384", 128: "sha-512"}
"""By the digits of a hash."""


def image_of(node: Node, topology: Topology, *, in_vim: bool = True) -> SwImage | None:
    """The image a node declares: as ``sw_image_data`` up to SOL001 2.8.1, as properties of its artifact since 3.3.1.

    `in_vim`: it is looked up in a VIM where the package has it not; that is told as a warning.
    """
    artifact = _artifact(node, topology)
    described = node.prop("sw_image_data")
    if not described.given and artifact is not None:
        described = artifact.at("properties")
    if not described.given and artifact is None:
        return None
    file = artifact.at("file") if artifact else None
    inside = topology.path_inside(file) if file else None
    stem = posixpath.splitext(posixpath.basename(file.text("")))[0] if file else ""
    algorithm, checksum = _checksum(described.at("checksum"))
    image = SwImage(
        id=node.name,
        name=described.at("name").text(stem or None),
        version=described.at("version").text("") or None,
        checksum_algorithm=algorithm,
        checksum=checksum,
        container_format=described.at("container_format").text("") or None,
        disk_format=described.at("disk_format").text("") or None,
        min_disk_gib=gib(described.at("min_disk")),
        min_ram_mib=mib(described.at("min_ram")),
        artifact=inside,
        provider=described.at("provider").text("") or None,
        size=octets(described.at("size")) or None,
        operating_system=described.at("operating_system").text("") or None,
        environments=described.at("supported_virtualisation_environments").texts(),
    )
    if inside is None and in_vim:
        topology.warnings.append(
            f"software image {image.name} is not in the package: it is looked up in the VIM by this name"
        )
    return image


def _artifact(node: Node, topology: Topology) -> Field | None:
    for _, artifact in node.field.at("artifacts").named_entries():
        short = isinstance(artifact.value, str)
        if not short and topology.types.is_a("artifact_types", artifact.at("type").text(""), SW_IMAGE):
            return artifact
    return None


def _checksum(stated: Field) -> tuple[str | None, str | None]:
    """Algorithm and hash; up to SOL001 2.5.1 a hash alone, whose length tells the algorithm."""
    if not isinstance(stated.value, str):
        return stated.at("algorithm").text("") or None, stated.at("hash").text("") or None
    return _ALGORITHMS.get(len(stated.value.strip())), stated.value.strip() or None
