"""VnfPkgInfo as ETSI shows it (SOL005 clause 9.5.2.5), with the warnings that reading the package gave.

`manoflowWarnings` and `manoflowSecurity` are ours: SOL005 has no attributes for what is odd about a package but does
not keep it from use, and for what came of its signatures.
"""

from collections.abc import Iterator
from uuid import UUID

from pydantic import Field, JsonValue

from api.links import Links
from api.views.base import Link
from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.packages import PackageArtifact, PackageContent, VnfPackage

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


class PackageArtifactView(Model):
    """A file that is no image (SOL005 clause 9.5.3.3)."""

    artifact_path: str | None = None
    artifact_uri: str | None = Field(default=None, alias="artifactURI")
    checksum: Checksum
    is_encrypted: bool = False
    non_mano_artifact_set_id: str | None = None
    metadata: dict[str, JsonValue] | None = None


class SecurityView(Model):
    """Ours: what vouches for the package."""

    state: str
    signer: str | None = None
    reason: str | None = None


class VnfPkgInfo(Model):
    """SOL005 clause 9.5.2.5; SOL003 clause 10.5.2.2."""

    id: UUID
    vnfd_id: str | None = None
    vnf_provider: str | None = None
    vnf_product_name: str | None = None
    vnf_software_version: str | None = None
    vnfd_version: str | None = None
    checksum: Checksum | None = None
    package_security_option: str | None = None
    signing_certificate: str | None = None
    software_images: tuple[SoftwareImageView, ...] | None = None
    additional_artifacts: tuple[PackageArtifactView, ...] | None = None
    onboarding_state: str
    operational_state: str
    usage_state: str
    vnfm_info: tuple[str, ...] | None = None
    user_defined_data: dict[str, JsonValue] | None = None
    onboarding_failure_details: ProblemDetails | None = None
    manoflow_security: SecurityView | None = None
    manoflow_warnings: tuple[str, ...] | None = None
    links: dict[str, Link] = Field(alias="_links")


LEFT_OUT = ("softwareImages", "additionalArtifacts", "userDefinedData", "checksum", "onboardingFailureDetails")
"""What a list shows only when it is asked for (SOL005 clause 9.4.2.3.2, exclude_default)."""


def view_of(package: VnfPackage, links: Links, *, in_use: bool) -> VnfPkgInfo:
    """A package with everything that is known of it."""
    here = links.vnf_package(package.id)
    view = VnfPkgInfo(
        id=package.id,
        onboarding_state=package.onboarding_state,
        operational_state=package.operational_state,
        usage_state=IN_USE if in_use else NOT_IN_USE,
        user_defined_data=package.user_defined_data or None,
        onboarding_failure_details=package.failure,
        links={
            "self": Link(href=here),
            "vnfd": Link(href=f"{here}/vnfd"),
            "packageContent": Link(href=f"{here}/package_content"),
        },
    )
    return view.model_copy(update=_of_content(package, package.content)) if package.content else view


def _of_content(package: VnfPackage, content: PackageContent) -> dict[str, object]:
    """What is there once it is onboarded."""
    vnfd = content.vnfd
    return {
        "vnfd_id": vnfd.id,
        "vnf_provider": vnfd.provider,
        "vnf_product_name": vnfd.product_name,
        "vnf_software_version": vnfd.software_version,
        "vnfd_version": vnfd.descriptor_version,
        "checksum": Checksum(algorithm="SHA-256", hash=content.digest),
        "package_security_option": content.security.option,
        "signing_certificate": content.security.signing_certificate,
        "software_images": tuple(_images(package, content)) or None,
        "additional_artifacts": tuple(_artifact(artifact) for artifact in content.artifacts) or None,
        "vnfm_info": vnfd.vnfm_info or None,
        "manoflow_security": SecurityView.model_validate(content.security.model_dump()),
        "manoflow_warnings": content.warnings or None,
    }


def _artifact(artifact: PackageArtifact) -> PackageArtifactView:
    said = {"size": artifact.size, "signatureState": artifact.signature_state.value}
    return PackageArtifactView(
        artifact_path=None if artifact.external_uri else artifact.path,
        artifact_uri=artifact.external_uri,
        checksum=Checksum(algorithm=artifact.checksum_algorithm or "", hash=artifact.checksum or ""),
        non_mano_artifact_set_id=artifact.non_mano_set,
        metadata={name: value for name, value in said.items() if value is not None},
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
