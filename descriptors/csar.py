"""A CSAR: which of an archive's files is the entry, which the manifest, and whether files are what was said of them.

Both structures of SOL004 clause 4.1 are read: with TOSCA-Metadata/TOSCA.meta, and with the entry and its manifest at
the root. What is missing but not needed is a warning: packages without a manifest, or that name images they do not
contain, are common. A file that differs from its stated hash is an error. Signatures are not checked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from descriptors.archive import LIMITS, Archive, Limits, file_digest, open_archive
from descriptors.metadata import FileEntry, Metadata, read_metadata
from manoflow.domain.errors import InvalidInputError

TOSCA_META = "TOSCA-Metadata/TOSCA.meta"
TEXT_BYTES = 4 << 20
"""The largest metadata or definitions file that is read."""
_MANIFEST_KEYS = ("etsi-entry-manifest", "entry-manifest")
_ALGORITHMS = {"sha-224": "sha224", "sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
_YAML = (".yaml", ".yml")


@dataclass(frozen=True)
class Csar:
    """An opened package."""

    archive: Archive
    digest: str
    """SHA-256 of the file, in hex."""
    size: int
    """Bytes of the file."""
    entry: str
    """Path of the service template that describes the VNF."""
    metadata: tuple[str, ...]
    """Paths of TOSCA.meta and the manifest, those that are there."""
    warnings: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """The content of a metadata or definitions file."""
        return self.archive.read(name, TEXT_BYTES)


@contextmanager
def open_csar(path: Path, limits: Limits = LIMITS) -> Iterator[Csar]:
    """Open and check a CSAR file. Raises `InvalidInputError` that names the file and what to do."""
    with open_archive(path, limits) as archive:
        meta = _metadata(archive, TOSCA_META) if TOSCA_META in archive.names else None
        entry = _entry(archive, meta)
        manifest_name = _manifest_name(archive, meta, entry)
        warnings: list[str] = []
        manifest = _metadata(archive, manifest_name) if manifest_name else None
        if manifest is None:
            warnings.append("the package has no manifest: nothing vouches for its files")
        found = tuple(metadata for metadata in (meta, manifest) if metadata is not None)
        for metadata in found:
            warnings.extend(_verify(archive, metadata))
        yield Csar(
            archive=archive,
            digest=file_digest(path),
            size=path.stat().st_size,
            entry=entry,
            metadata=tuple(metadata.name for metadata in found),
            warnings=tuple(warnings),
        )


def _metadata(archive: Archive, name: str) -> Metadata:
    return read_metadata(name, archive.read(name, TEXT_BYTES))


def _entry(archive: Archive, meta: Metadata | None) -> str:
    if meta is None:
        return _entry_at_root(archive)
    entry = meta.values.get("entry-definitions", "").removeprefix("./")
    if not entry:
        raise InvalidInputError(
            f"cannot read the package: {meta.name} has no Entry-Definitions; add the path of the VNFD"
        )
    if entry not in archive.names:
        raise InvalidInputError(
            f"cannot read the package: Entry-Definitions of {meta.name} names {entry}, which is not in the package; "
            "correct the path, it counts from the root"
        )
    return entry


def _entry_at_root(archive: Archive) -> str:
    found = sorted(name for name in archive.names if "/" not in name and name.endswith(_YAML))
    if len(found) == 1:
        return found[0]
    wrapped = next((name for name in archive.names if name.endswith(f"/{TOSCA_META}")), None)
    if wrapped:
        folder = wrapped.removesuffix(f"/{TOSCA_META}")
        advice = f"everything lies in the folder {folder}/: pack what is in it, not the folder itself"
    else:
        advice = f"add {TOSCA_META} with Entry-Definitions, or put exactly one YAML file at the root"
    raise InvalidInputError(
        f"cannot read the package: it has no {TOSCA_META} and {len(found)} YAML files at the root; {advice}"
    )


def _manifest_name(archive: Archive, meta: Metadata | None, entry: str) -> str | None:
    if meta is not None:
        named = next((meta.values[key] for key in _MANIFEST_KEYS if key in meta.values), None)
        if named and named not in archive.names:
            raise InvalidInputError(
                f"cannot read the package: {meta.name} names the manifest {named}, which is not in the package; "
                "add it or correct the path"
            )
        return named
    beside = str(PurePosixPath(entry).with_suffix(".mf"))
    return beside if beside in archive.names else None


def _verify(archive: Archive, metadata: Metadata) -> Iterator[str]:
    """Check the stated hashes. Yields warnings; raises `InvalidInputError` for a file that differs."""
    for entry in metadata.files:
        where = f"{metadata.name} line {entry.line}"
        if entry.path not in archive.names:
            outside = "is outside the package and is not fetched" if "://" in entry.path else "is not in the package"
            yield f"{where}: {entry.path} {outside}"
        elif entry.hash and entry.algorithm:
            yield from _verify_hash(archive, entry, where)


def _verify_hash(archive: Archive, entry: FileEntry, where: str) -> Iterator[str]:
    algorithm = _ALGORITHMS.get((entry.algorithm or "").lower().replace("_", "-"))
    if algorithm is None:
        known = ", ".join(_ALGORITHMS)
        yield f"{where}: {entry.path} is not checked, its algorithm {entry.algorithm} is not one of {known}"
        return
    actual = archive.digest(entry.path, algorithm)
    if actual != (entry.hash or "").lower():
        raise InvalidInputError(
            f"cannot read the package: {where}: {entry.path} is not the file that was hashed "
            f"({entry.algorithm} {actual}, stated {entry.hash}); pack the right file or correct the hash"
        )
