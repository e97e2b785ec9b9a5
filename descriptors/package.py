"""A package from its file to what is recorded of it: the one way into `descriptors` for the rest of the product."""

from collections.abc import Iterator
from pathlib import Path

from descriptors.csar import Csar, open_csar
from descriptors.sol001.vnf import read_vnfd
from descriptors.templates import Templates, read_templates
from descriptors.tosca import parse
from descriptors.types.bundle import is_etsi_file
from manoflow.domain.packages import PackageContent, SoftwareImageInfo
from manoflow.domain.vnfd import SwImage, Vnfd

MAX_WARNINGS = 100
_WARNING_LENGTH = 400


def read_package(path: Path) -> PackageContent:
    """Read a CSAR file. Raises `InvalidInputError` that tells what is wrong, where and what to do about it.

    It blocks, some 50 ms for a package without images and as long as hashing takes with them: call it from a thread.
    """
    with open_csar(path) as csar:
        templates = read_templates(csar)
        vnfd, reading = read_vnfd(templates)
        images = tuple(_images(vnfd))
        warnings = (*csar.warnings, *templates.warnings, *reading, *_parser_findings(templates))
        return PackageContent(
            vnfd=vnfd,
            digest=csar.digest,
            size=csar.size,
            warnings=_bounded(warnings),
            images=images,
            artifacts=tuple(_artifacts(csar, templates, images)),
        )


def _parser_findings(templates: Templates) -> Iterator[str]:
    for document in {document.name: document for document in (templates.entry, *templates.flavours)}.values():
        yield from parse(document, templates.types).problems


def _bounded(warnings: tuple[str, ...]) -> tuple[str, ...]:
    """Each text once, cut short, and not too many: they are stored and shown with the package."""
    distinct = tuple(dict.fromkeys(warning[:_WARNING_LENGTH] for warning in warnings))
    if len(distinct) <= MAX_WARNINGS:
        return distinct
    return (*distinct[:MAX_WARNINGS], f"{len(distinct) - MAX_WARNINGS} more warnings are left out")


def _images(vnfd: Vnfd) -> Iterator[SoftwareImageInfo]:
    """Every image of every flavour, once for each VDU or storage that declares it."""
    found: dict[str, SwImage] = {}
    for flavour in vnfd.flavours:
        declared = (*(vdu.image for vdu in flavour.vdus), *(storage.image for storage in flavour.storages))
        for image in filter(None, declared):
            found.setdefault(image.id, image)
    for image in found.values():
        yield SoftwareImageInfo(
            id=image.id,
            name=image.name,
            provider=vnfd.provider,
            version=image.version or "",
            checksum_algorithm=image.checksum_algorithm,
            checksum=image.checksum,
            container_format=(image.container_format or "bare").upper(),
            disk_format=(image.disk_format or "raw").upper(),
            min_disk_gib=image.min_disk_gib,
            min_ram_mib=image.min_ram_mib,
            artifact=image.artifact,
            present=image.artifact is not None,
        )


def _artifacts(csar: Csar, templates: Templates, images: tuple[SoftwareImageInfo, ...]) -> Iterator[str]:
    """Files that are neither metadata nor definitions nor images."""
    known = {*csar.metadata, *templates.names, *(image.artifact for image in images)}
    return (name for name in sorted(csar.archive.names) if name not in known and not is_etsi_file(name))
