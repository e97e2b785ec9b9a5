"""Files that templates name as artifacts of nodes (TOSCA 1.3 clause 3.6.7) and that the package lacks.

`descriptors.package` refuses them where the policy is strict. Else they are warnings; of images the reader tells.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from descriptors.documents import Document
from descriptors.fields import Field
from descriptors.sol001.topology import SW_IMAGE
from descriptors.templates import Templates


@dataclass(frozen=True)
class AbsentArtifact:
    """An artifact that is named only."""

    told: str
    """Where it is named, as a sentence."""
    image: bool


def absent_artifacts(templates: Templates) -> Iterator[AbsentArtifact]:
    """The artifacts without a file, of the entry's nodes and of every flavour's; those elsewhere (URIs) left out."""
    documents: dict[str, Document] = {one.name: one for one in (templates.entry, *templates.flavours)}
    for document in documents.values():
        nodes = Field.root(document).at("topology_template", "node_templates")
        for _, node in nodes.named_entries():
            for _, artifact in node.at("artifacts").named_entries():
                short = isinstance(artifact.value, str)
                file = artifact if short else artifact.at("file")
                if _is_absent(file, templates.files):
                    kind = "" if short else artifact.at("type").text("")
                    told = file.warning(f"names {file.text()[:200]}, which is not in the package")
                    yield AbsentArtifact(told, image=templates.types.is_a("artifact_types", kind, SW_IMAGE))


def _is_absent(file: Field, files: frozenset[str]) -> bool:
    """Whether a path leads nowhere, neither from the template's folder, as TOSCA says, nor from the package's root."""
    written = file.text("")
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(file.document.name), written))
    return bool(written) and "://" not in written and not files & {beside, written}
