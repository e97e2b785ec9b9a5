"""What the templates of a package say, and the memory of it by the package's digest: no package is parsed twice.

It follows from the package's bytes alone. What is asked of a package and the time (a certificate expires) are judged
anew at each reading, by `descriptors.package`; so nothing that is kept here ever becomes wrong.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from descriptors.named_artifacts import AbsentArtifact, absent_artifacts
from descriptors.sol001.vnf import read_vnfd
from descriptors.sol004.csar import Csar
from descriptors.templates import Templates, read_templates
from descriptors.tosca import parse
from manoflow.domain.vnfd import Vnfd

MOST_BYTES = 4 << 20
"""Of all descriptions that are kept, written as JSON: hundreds of usual VNFDs. Objects take several times as much."""


@dataclass(frozen=True)
class Description:
    """What is understood of a package without its other files."""

    vnfd: Vnfd
    files: frozenset[str]
    """Paths of the templates and all they import."""
    warnings: tuple[str, ...]
    """Of the reader."""
    absent: tuple[AbsentArtifact, ...]
    findings: tuple[str, ...]
    """Of tosca-parser."""
    size: int
    """Bytes, written as JSON."""


def describe(csar: Csar) -> Description:
    """Parse the templates of a package. Raises `InvalidInputError` with file, line and what to do."""
    templates = read_templates(csar)
    vnfd, reading = read_vnfd(templates, csar.read)
    warnings, findings = (*templates.warnings, *reading), tuple(_findings(templates))
    return Description(
        vnfd=vnfd,
        files=templates.names,
        warnings=warnings,
        absent=tuple(absent_artifacts(templates)),
        findings=findings,
        size=len(vnfd.model_dump_json()) + sum(map(len, (*warnings, *findings))),
    )


def _findings(templates: Templates) -> Iterator[str]:
    for document in {document.name: document for document in (templates.entry, *templates.flavours)}.values():
        yield from parse(document, templates.types).problems


class Descriptions:
    """Those that were asked for last, of this process; readers in many threads may share them."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Description] = OrderedDict()
        self._one_at_a_time = Lock()

    def of(self, digest: str, csar: Csar) -> Description:
        """That of an open package whose file has this SHA-256. Raises what `describe` does, each time."""
        with self._one_at_a_time:
            known = self._kept.get(digest)
            if known is not None:
                self._kept.move_to_end(digest)
                return known
        description = describe(csar)
        with self._one_at_a_time:
            self._kept[digest] = description
            while sum(kept.size for kept in self._kept.values()) > self._most_bytes:
                self._kept.popitem(last=False)
        return description


KEEPS_NOTHING = Descriptions(most_bytes=0)
"""For who reads a package once."""
