"""The files of an onboarded package: what the API gives out of a stored CSAR.

Only the table of contents is judged anew; digests and signatures were, when the package was onboarded
(`descriptors.package`). It blocks: call it from a thread.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from descriptors.sol004.csar import Csar, open_csar
from descriptors.sol004.metadata import FileEntry
from descriptors.templates import read_templates
from descriptors.types.bundle import is_etsi_file


class Contents:
    """The files of a package; of one that came in an outer ZIP with its signature, those of the inner archive."""

    def __init__(self, csar: Csar) -> None:
        self._csar = csar

    @cached_property
    def names(self) -> frozenset[str]:
        """Paths of all files, folders left out."""
        return self._csar.archive.names

    def size(self, name: str) -> int:
        """Unpacked size of a file in bytes."""
        return self._csar.archive.size(name)

    def chunks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """A file's bytes from `offset`, all or `length` of them. Raises `InvalidInputError` where it is damaged."""
        return self._csar.archive.chunks(name, offset, length)

    @cached_property
    def vnfd_files(self) -> tuple[str, ...]:
        """Paths of the VNFD's files: the entry first, then every template in the package that it is made of.

        ETSI's types files are among them where the package brings copies (SOL005 clause 9.4.4.3.2).
        """
        templates = read_templates(self._csar).names | set(filter(is_etsi_file, self.names))
        return (self._csar.entry, *sorted(templates - {self._csar.entry}))

    @property
    def manifest(self) -> str | None:
        """Path of the manifest."""
        return self._csar.manifest.name if self._csar.manifest else None

    @property
    def certificates(self) -> tuple[str, ...]:
        """Paths of the certificates: the one of the package, then those of single artifacts."""
        found = [self._csar.certificate] if self._csar.certificate else []
        found.extend(file.certificate for file in self._listed() if file.certificate)
        return tuple(name for name in dict.fromkeys(found) if name in self.names)

    @cached_property
    def signatures(self) -> Mapping[str, str]:
        """Paths of files that are signed by themselves, and of their signatures."""
        return {file.path: file.signature for file in self._listed() if file.signature in self.names and file.signature}

    def _listed(self) -> Iterator[FileEntry]:
        return iter(self._csar.manifest.files if self._csar.manifest else ())


@contextmanager
def open_contents(path: Path) -> Iterator[Contents]:
    """Open the stored file of an onboarded package. Raises `InvalidInputError` where it is none."""
    with open_csar(path) as csar:
        yield Contents(csar)
