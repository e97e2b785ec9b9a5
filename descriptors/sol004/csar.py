"""A CSAR: which of an archive's files is the entry, which the manifest, which the certificate.

Both structures of SOL004 clause 4.1 are read: with TOSCA-Metadata/TOSCA.meta, and with the entry and its manifest at
the root; alone, or in an outer ZIP beside its signature (`descriptors.sol004.wrapping`). Whether files are what was
said of them is the business of `descriptors.sol004.verifying`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from descriptors.sol004.archive import LIMITS, Archive, Limits, open_archive
from descriptors.sol004.metadata import Metadata, read_metadata
from descriptors.sol004.wrapping import Wrapping, wrapping_of
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.packages import ArtifactClassification

TOSCA_META = "TOSCA-Metadata/TOSCA.meta"
TEXT_BYTES = 4 << 20
"""The largest metadata or definitions file that is read."""
_MANIFEST_KEYS = ("etsi-entry-manifest", "entry-manifest")
_CERTIFICATE_KEYS = ("etsi-entry-certificate", "entry-certificate")
_YAML = (".yaml", ".yml")
_CLASSES = {
    ArtifactClassification.HISTORY: ("change-log", "ChangeLog.txt"),
    ArtifactClassification.TESTING: ("tests", "Tests"),
    ArtifactClassification.LICENSE: ("licenses", "Licenses"),
}
"""The key in TOSCA.meta, and the place where the entry lies at the root (clauses 4.3.3 to 4.3.5)."""


@dataclass(frozen=True)
class Csar:
    """An opened package."""

    archive: Archive
    """Its files; where the package came in an outer ZIP, those of the inner one."""
    entry: str
    """Path of the service template that describes the VNF."""
    meta: Metadata | None
    """TOSCA.meta."""
    manifest: Metadata | None
    certificate: str | None
    """Path of the certificate of whoever signed the manifest."""
    classified: Mapping[str, ArtifactClassification]
    """Files and folders of a kind of their own: the change log, tests, licences."""
    wrapping: Wrapping | None
    """The outer ZIP."""

    @property
    def metadata(self) -> tuple[str, ...]:
        """Paths of TOSCA.meta and the manifest, those that are there."""
        return tuple(metadata.name for metadata in (self.meta, self.manifest) if metadata is not None)

    def classification(self, path: str) -> ArtifactClassification | None:
        """The kind of a file, by its own name or that of its folder."""
        places = self.classified.items()
        return next((kind for place, kind in places if path == place or path.startswith(f"{place}/")), None)

    def read(self, name: str) -> bytes:
        """The content of a metadata or definitions file."""
        return self.archive.read(name, TEXT_BYTES)


@contextmanager
def open_csar(path: Path, limits: Limits = LIMITS) -> Iterator[Csar]:
    """Open a CSAR file. Raises `InvalidInputError` that names the file and what to do."""
    with open_archive(path, limits) as archive:
        wrapping = None if TOSCA_META in archive.names else wrapping_of(archive)
        if wrapping is None:
            yield _csar(archive, None)
            return
        with archive.inner(wrapping.csar, limits) as inner:
            yield _csar(inner, wrapping)


def _csar(archive: Archive, wrapping: Wrapping | None) -> Csar:
    meta = _metadata(archive, TOSCA_META) if TOSCA_META in archive.names else None
    entry = _entry(archive, meta)
    manifest = _manifest_name(archive, meta, entry)
    return Csar(
        archive=archive,
        entry=entry,
        meta=meta,
        manifest=_metadata(archive, manifest) if manifest else None,
        certificate=_certificate(archive, meta, entry),
        classified=dict(_classified(meta)),
        wrapping=wrapping,
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
        return _named(archive, meta, _MANIFEST_KEYS, "manifest")
    beside = str(PurePosixPath(entry).with_suffix(".mf"))
    return beside if beside in archive.names else None


def _certificate(archive: Archive, meta: Metadata | None, entry: str) -> str | None:
    if meta is not None:
        return _named(archive, meta, _CERTIFICATE_KEYS, "certificate")
    beside = str(PurePosixPath(entry).with_suffix(".cert"))
    return beside if beside in archive.names else None


def _classified(meta: Metadata | None) -> Iterator[tuple[str, ArtifactClassification]]:
    for kind, (key, place) in _CLASSES.items():
        if meta is None:
            yield place, kind
            continue
        named = meta.values.get(f"etsi-entry-{key}") or meta.values.get(f"entry-{key}")
        if named:
            yield named.removeprefix("./").removesuffix("/"), kind


def _named(archive: Archive, meta: Metadata, keys: tuple[str, ...], what: str) -> str | None:
    named = next((meta.values[key].removeprefix("./") for key in keys if key in meta.values), None)
    if named and named not in archive.names:
        raise InvalidInputError(
            f"cannot read the package: {meta.name} names the {what} {named}, which is not in the package; "
            "add it or correct the path"
        )
    return named or None
