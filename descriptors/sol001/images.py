"""Software images: of a VDU's local disk or of a storage (SOL001 clauses 6.2 and 6.3)."""

import posixpath

from descriptors.fields import Field
from descriptors.sol001.topology import SW_IMAGE, Node, Topology
from descriptors.sol001.units import gib, mib
from manoflow.domain.vnfd import SwImage


def image_of(node: Node, topology: Topology) -> SwImage | None:
    """The image a node declares: as ``sw_image_data`` up to SOL001 2.8.1, as properties of its artifact since 3.3.1."""
    artifact = _artifact(node, topology)
    described = node.prop("sw_image_data")
    if not described.given and artifact is not None:
        described = artifact.at("properties")
    if not described.given and artifact is None:
        return None
    file = artifact.at("file") if artifact else None
    inside = _path_inside(file, topology) if file else None
    stem = posixpath.splitext(posixpath.basename(file.text("")))[0] if file else ""
    image = SwImage(
        id=node.name,
        name=described.at("name").text(stem or None),
        version=described.at("version").text("") or None,
        checksum_algorithm=described.at("checksum", "algorithm").text("") or None,
        checksum=described.at("checksum", "hash").text("") or None,
        container_format=described.at("container_format").text("") or None,
        disk_format=described.at("disk_format").text("") or None,
        min_disk_gib=gib(described.at("min_disk")),
        min_ram_mib=mib(described.at("min_ram")),
        artifact=inside,
    )
    if inside is None:
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


def _path_inside(file: Field, topology: Topology) -> str | None:
    """The file's path in the package: relative to the template as TOSCA says, or from the root as some write."""
    written = file.text()
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.document.name), written))
    return next((path for path in (beside, written) if path in topology.files), None)
