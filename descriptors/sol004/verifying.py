"""Whether a package's files are what its manifest and TOSCA.meta say, as strictly as the policy wants.

Always: what a manifest lists is there, and every stated hash is right. What is missing otherwise is a warning, as
packages without a manifest, or that name images they do not contain, are common; `strict` refuses it.
"""

from collections.abc import Iterator

from descriptors.sol004.csar import Csar
from descriptors.sol004.digests import ALGORITHMS, Digests, hash_name
from descriptors.sol004.metadata import FileEntry, Metadata
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.package_security import PackagePolicy

MOST_NAMED = 20
"""Problems that one refusal names."""


def verify_files(csar: Csar, digests: Digests, policy: PackagePolicy) -> list[str]:
    """Gives warnings. Raises `InvalidInputError` that names everything wrong of the most grievous kind."""
    warnings = [*_missing(csar), *_unproven(csar)]
    refuse(list(_gone(csar)))
    wrong = list(_differences(csar.manifest, csar, digests))
    stale = list(_differences(csar.meta, csar, digests))
    refuse(wrong if policy.lenient_meta_hashes else [*wrong, *stale])
    if policy.strict:
        refuse([*warnings, *_unlisted(csar)])
    return [*warnings, *stale, *_elsewhere(csar)]


def refuse(problems: list[str]) -> None:
    """Raise `InvalidInputError` that names the problems, where there are any."""
    if not problems:
        return
    named = "; ".join(problems[:MOST_NAMED])
    more = f"; and {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
    raise InvalidInputError(f"cannot read the package: {named}{more}")


def _gone(csar: Csar) -> Iterator[str]:
    """What the manifest lists and the package lacks: files, and their signatures and certificates."""
    if csar.manifest is None:
        return
    for entry in csar.manifest.files:
        where = _where(csar.manifest, entry)
        if not entry.external and entry.path not in csar.archive.names:
            yield f"{where}: {entry.path} is not in the package; add it or strike it from the manifest"
        for kind, path in (("signature", entry.signature), ("certificate", entry.certificate)):
            if path and path not in csar.archive.names:
                yield f"{where}: {path}, the {kind} of {entry.path}, is not in the package; add it"


def _missing(csar: Csar) -> Iterator[str]:
    """What SOL004 wants and many packages lack."""
    if csar.manifest is None:
        yield "the package has no manifest: nothing vouches for its files"
    if csar.meta is None:
        return
    for place, kind in csar.classified.items():
        if not any(csar.classification(path) is kind for path in csar.archive.names):
            yield f"{csar.meta.name}: {place}, named for {kind.lower()}, is not in the package"
    for entry in csar.meta.files:
        if not entry.external and entry.path not in csar.archive.names:
            yield f"{_where(csar.meta, entry)}: {entry.path} is not in the package"


def _unproven(csar: Csar) -> Iterator[str]:
    """Stated hashes that cannot be compared."""
    for metadata in (csar.meta, csar.manifest):
        for entry in metadata.files if metadata else ():
            if entry.hash and hash_name(entry.algorithm) is None:
                known = ", ".join(ALGORITHMS).upper()
                said = f"its algorithm {entry.algorithm} is" if entry.algorithm else "its algorithm is not stated,"
                yield f"{_where(metadata, entry)}: {entry.path} is not checked, {said} not one of {known}"


def _differences(metadata: Metadata | None, csar: Csar, digests: Digests) -> Iterator[str]:
    for entry in metadata.files if metadata else ():
        if entry.path in csar.archive.names and (problem := digests.difference(entry)):
            yield f"{_where(metadata, entry)}: {problem}"


def _unlisted(csar: Csar) -> Iterator[str]:
    """Files that no entry of the manifest gives with a hash; SOL004 wants all but the manifest and what signs."""
    hashed = {entry.path for entry in csar.manifest.files if entry.hash} if csar.manifest else set()
    listed = {entry.path for entry in csar.manifest.files} if csar.manifest else set()
    for path in sorted(csar.archive.names - hashed - signing_files(csar)):
        lacks = "has no hash in" if path in listed else "is not in"
        yield f"{path} {lacks} the manifest"


def _elsewhere(csar: Csar) -> Iterator[str]:
    for metadata in (csar.meta, csar.manifest):
        for entry in metadata.files if metadata else ():
            if entry.external:
                what = f"{_where(metadata, entry)}: {entry.path}"
                yield f"{what} is outside the package and is fetched when somebody asks for it"


def signing_files(csar: Csar) -> frozenset[str]:
    """The manifest, and the files that hold signatures and certificates: nothing need state their hash."""
    if csar.manifest is None:
        return frozenset()
    said = ((entry.signature, entry.certificate) for entry in csar.manifest.files)
    named = {csar.manifest.name, csar.certificate, *(path for pair in said for path in pair)}
    return frozenset(path for path in named if path)


def _where(metadata: Metadata | None, entry: FileEntry) -> str:
    return f"{metadata.name if metadata else ''} line {entry.line}"
