"""VnfPkgInfo as ETSI shows it (SOL005 clause 9.5.2.5), with the warnings that reading the package gave.

`manoflowWarnings` is ours: SOL005 has no attribute for what is odd about a package but does not keep it from use.
"""

from collections.abc import Iterator
from uuid import UUID

from pydantic import Field, JsonValue

from api.links import Links
from api.views.base import Link
from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.packages import PackageContent, VnfPackage

IN_USE = "IN_USE"
NOT_IN_USE = "NOT_IN_USE"

_GIB = 1024**3
_MIB = 1024**2


class Checksum(Model):
    """SOL005 clause 4.4.1.7a."""

    algorithm: str
    hash: str


class SoftwareImageView(Model):
    """An image whose file is inside the package (SOL005 clause 9.5.3.2); sizes are bytes."""

    id: str
    name: str
    provider: str
    version: str
    checksum: Checksum
    is_encrypted: bool = False
    container_format: str
    disk_format: str
    created_at: Moment
    min_disk: int
    min_ram: int
    size: int
    image_path: str


class VnfPkgInfo(Model):
    """SOL005 clause 9.5.2.5."""

    id: UUID
    vnfd_id: str | None = None
    vnf_provider: str | None = None
    vnf_product_name: str | None = None
    vnf_software_version: str | None = None
    vnfd_version: str | None = None
    checksum: Checksum | None = None
    software_images: tuple[SoftwareImageView, ...] | None = None
    onboarding_state: str
    operational_state: str
    usage_state: str
    vnfm_info: tuple[str, ...] | None = None
    user_defined_data: dict[str, JsonValue] | None = None
    onboarding_failure_details: ProblemDetails | None = None
    manoflow_warnings: tuple[str, ...] | None = None
    links: dict[str, Link] = Field(alias="_links")


def summary_of(package: VnfPackage, links: Links, *, in_use: bool) -> VnfPkgInfo:
    """A package as a list shows it: without its complex attributes (SOL005 clause 9.4.2.3.2, exclude_default)."""
    here = links.vnf_package(package.id)
    vnfd = package.content.vnfd if package.content else None
    return VnfPkgInfo(
        id=package.id,
        vnfd_id=vnfd.id if vnfd else None,
        vnf_provider=vnfd.provider if vnfd else None,
        vnf_product_name=vnfd.product_name if vnfd else None,
        vnf_software_version=vnfd.software_version if vnfd else None,
        vnfd_version=vnfd.descriptor_version if vnfd else None,
        onboarding_state=package.onboarding_state,
        operational_state=package.operational_state,
        usage_state=IN_USE if in_use else NOT_IN_USE,
        vnfm_info=(vnfd.vnfm_info or None) if vnfd else None,
        manoflow_warnings=(package.content.warnings or None) if package.content else None,
        links={
            "self": Link(href=here),
            "vnfd": Link(href=f"{here}/vnfd"),
            "packageContent": Link(href=f"{here}/package_content"),
        },
    )


def detail_of(package: VnfPackage, links: Links, *, in_use: bool) -> VnfPkgInfo:
    """A package with everything that is known of it."""
    content = package.content
    return summary_of(package, links, in_use=in_use).model_copy(
        update={
            "checksum": Checksum(algorithm="SHA-256", hash=content.digest) if content else None,
            "software_images": (tuple(_images(package, content)) or None) if content else None,
            "user_defined_data": package.user_defined_data or None,
            "onboarding_failure_details": package.failure,
        }
    )


def _images(package: VnfPackage, content: PackageContent) -> Iterator[SoftwareImageView]:
    """Those inside: an image that is only named is looked up in the VIM, a warning says so."""
    for image in content.images:
        if image.present and image.artifact:
            yield SoftwareImageView(
                id=image.id,
                name=image.name,
                provider=image.provider,
                version=image.version,
                checksum=Checksum(algorithm=image.checksum_algorithm or "", hash=image.checksum or ""),
                container_format=image.container_format.upper(),
                disk_format=image.disk_format.upper(),
                created_at=package.created_at,
                min_disk=image.min_disk_gib * _GIB,
                min_ram=image.min_ram_mib * _MIB,
                size=image.size or 0,
                image_path=image.artifact,
            )
