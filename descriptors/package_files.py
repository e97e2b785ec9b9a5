"""What is recorded of a package's files: its software images and its artifacts, with sizes and checksums.

`descriptors.package` puts it beside the model of the VNFD.
"""

from collections.abc import Iterator
from posixpath import basename
from typing import TypeVar

from descriptors.sol004.csar import Csar
from descriptors.sol004.digests import DEFAULT_ALGORITHM, Digests, hash_name
from descriptors.sol004.metadata import FileEntry
from descriptors.sol004.verifying import signing_files
from descriptors.types.bundle import is_etsi_file
from manoflow.domain.packages import PackageArtifact, SoftwareImageInfo
from manoflow.domain.vnfd import SwImage, Vdu, VirtualStorage, Vnfd

Holder = TypeVar("Holder", Vdu, VirtualStorage)


def images_of(vnfd: Vnfd, csar: Csar, digests: Digests) -> Iterator[SoftwareImageInfo]:
    """Every image of every flavour, once for each VDU or storage that declares it."""
    for image in _declared(vnfd):
        algorithm, checksum = _checksum(image, digests)
        yield SoftwareImageInfo(
            id=image.id,
            name=image.name,
            provider=image.provider or vnfd.provider,
            version=image.version or "",
            checksum_algorithm=algorithm,
            checksum=checksum,
            container_format=(image.container_format or "bare").upper(),
            disk_format=(image.disk_format or "raw").upper(),
            min_disk_gib=image.min_disk_gib,
            min_ram_mib=image.min_ram_mib,
            size=csar.archive.size(image.artifact) if image.artifact else image.size,
            artifact=image.artifact,
            present=image.artifact is not None,
        )


def with_digests(vnfd: Vnfd, digests: Digests) -> Vnfd:
    """The VNFD, with the digest of each image that is inside."""

    def known(holder: Holder) -> Holder:
        image = holder.image
        if image is None or image.artifact is None:
            return holder
        digest = {"digest": digests.of(image.artifact)}
        return holder.model_copy(update={"image": image.model_copy(update=digest)})

    flavours = tuple(
        flavour.model_copy(
            update={"vdus": tuple(map(known, flavour.vdus)), "storages": tuple(map(known, flavour.storages))}
        )
        for flavour in vnfd.flavours
    )
    return vnfd.model_copy(update={"flavours": flavours})


def differing_images(vnfd: Vnfd, digests: Digests) -> Iterator[str]:
    """Images inside whose checksum in the descriptor is another one: a sentence of each."""
    for image in _declared(vnfd):
        name = hash_name(image.checksum_algorithm)
        if image.artifact and image.checksum and name and digests.of(image.artifact, name) != image.checksum.lower():
            yield (
                f"software image {image.name}: the descriptor's {image.checksum_algorithm} is not that of "
                f"{image.artifact}, the file's own is taken"
            )


def _declared(vnfd: Vnfd) -> list[SwImage]:
    """The first of each id."""
    found: dict[str, SwImage] = {}
    for flavour in vnfd.flavours:
        declared = (*(vdu.image for vdu in flavour.vdus), *(storage.image for storage in flavour.storages))
        for image in filter(None, declared):
            found.setdefault(image.id, image)
    return list(found.values())


def _checksum(image: SwImage, digests: Digests) -> tuple[str | None, str | None]:
    """As the descriptor states it where that is right, else the file's own; the descriptor's where no file is."""
    if image.artifact is None:
        return image.checksum_algorithm, image.checksum
    name = hash_name(image.checksum_algorithm)
    stated = (image.checksum or "").lower()
    if name and stated and digests.of(image.artifact, name) == stated:
        return image.checksum_algorithm, stated
    return DEFAULT_ALGORITHM, digests.of(image.artifact)


def artifacts_of(
    csar: Csar, templates: frozenset[str], images: tuple[SoftwareImageInfo, ...], digests: Digests
) -> Iterator[PackageArtifact]:
    """Files that are neither metadata nor definitions nor images, then those outside the package."""
    listed = csar.manifest.files if csar.manifest else ()
    sets = {entry.path: entry.non_mano_set for entry in listed if entry.non_mano_set}
    hashes = {entry.path: entry for entry in listed if entry.hash and hash_name(entry.algorithm)}
    known = {*csar.metadata, *signing_files(csar), *templates, *(image.artifact for image in images)}
    for path in sorted(csar.archive.names):
        if path not in known and not is_etsi_file(path):
            algorithm, checksum = _stated(path, hashes, digests)
            yield PackageArtifact(
                path=path,
                size=csar.archive.size(path),
                checksum_algorithm=algorithm,
                checksum=checksum,
                non_mano_set=sets.get(path),
                classification=csar.classification(path),
            )
    yield from _external(listed, sets)


def _stated(path: str, hashes: dict[str, FileEntry], digests: Digests) -> tuple[str, str]:
    """The hash that the manifest states (it has been compared), else one of ours."""
    entry = hashes.get(path)
    if entry is None:
        return DEFAULT_ALGORITHM, digests.of(path)
    name = hash_name(entry.algorithm) or ""
    return f"SHA-{name.removeprefix('sha')}", (entry.hash or "").strip().lower()


def _external(listed: tuple[FileEntry, ...], sets: dict[str, str]) -> Iterator[PackageArtifact]:
    seen: set[str] = set()
    for entry in listed:
        if entry.external and entry.path not in seen:
            seen.add(entry.path)
            yield PackageArtifact(
                path=basename(entry.path.split("?")[0]) or entry.path,
                checksum_algorithm=entry.algorithm,
                checksum=entry.hash,
                non_mano_set=sets.get(entry.path),
                external_uri=entry.path,
            )
