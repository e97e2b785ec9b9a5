"""VNF packages as recorded (SOL005 clause 9.5.2.5, VnfPkgInfo)."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field, JsonValue, field_validator

from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.package_security import PackageSecurity, SecurityState
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.domain.vnfd import Vnfd


class OnboardingState(StrEnum):
    """SOL005 clause 9.5.4.3."""

    CREATED = "CREATED"
    UPLOADING = "UPLOADING"
    PROCESSING = "PROCESSING"
    ONBOARDED = "ONBOARDED"
    ERROR = "ERROR"


class OperationalState(StrEnum):
    """SOL005 clause 9.5.4.4: whether new instances may be made of it."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


UNFINISHED = frozenset({OnboardingState.UPLOADING, OnboardingState.PROCESSING})
"""States in which a package is being onboarded."""


class SoftwareImageInfo(Model):
    """An image that the package declares, and whether its file is inside."""

    id: str
    name: str
    provider: str = ""
    version: str = ""
    checksum_algorithm: str | None = None
    checksum: str | None = None
    container_format: str = "BARE"
    disk_format: str = "RAW"
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    size: int | None = None
    """Bytes of the image, where the descriptor or the file inside tells."""
    artifact: str | None = None
    present: bool = False


class ArtifactClassification(StrEnum):
    """What SOL004 clauses 4.3.3 to 4.3.5 make of a file (SOL005 clause 9.5.3.3)."""

    HISTORY = "HISTORY"
    TESTING = "TESTING"
    LICENSE = "LICENSE"


class PackageArtifact(Model):
    """A file that is neither metadata nor definitions nor an image (SOL005 clause 9.5.3.3, VnfPackageArtifactInfo)."""

    path: str
    """Inside the package; of an external artifact the last part of its URI."""
    size: int | None = None
    """Bytes, where the file is inside."""
    checksum_algorithm: str | None = None
    """As SOL005 writes it, e.g. SHA-256."""
    checksum: str | None = None
    """Hex."""
    signature_state: SecurityState = SecurityState.UNSIGNED
    """Of the artifact's own signature."""
    non_mano_set: str | None = None
    """Name of the set of non-MANO artifacts that it belongs to (SOL004 clause 4.3.7)."""
    classification: ArtifactClassification | None = None
    external_uri: str | None = None
    """Where it is, if outside the package: fetched for those who ask for it (`manoflow.domain.external_artifacts`)."""


class PackageContent(Model):
    """What reading a package's bytes gives."""

    vnfd: Vnfd
    digest: str
    """SHA-256 of the file, in hex: the address of its content."""
    size: int
    """Bytes."""
    warnings: tuple[str, ...] = ()
    images: tuple[SoftwareImageInfo, ...] = ()
    artifacts: tuple[PackageArtifact, ...] = ()
    security: PackageSecurity = PackageSecurity()

    @field_validator("artifacts", mode="before")
    @classmethod
    def _paths_alone(cls, artifacts: object) -> object:
        """What was recorded before artifacts were models: their paths."""
        if not isinstance(artifacts, list | tuple):
            return artifacts
        return tuple({"path": artifact} if isinstance(artifact, str) else artifact for artifact in artifacts)


class Upload(Model):
    """Content on its way onto the shelf, from the request for it until the package is ONBOARDED or ERROR."""

    id: UUID
    """What is done or said of it counts only as long as the package names this id."""
    heard_of_at: Moment
    """When the API process that receives it last said that it is at it."""
    from_uri: bool = False
    """We fetch it ourselves (SOL005 clause 9.4.6)."""
    content: PackageContent | None = None
    """What its file says, once it was read."""


class VnfPackage(Model):
    """An individual VNF package."""

    id: UUID
    onboarding_state: OnboardingState = OnboardingState.CREATED
    operational_state: OperationalState = OperationalState.DISABLED
    content: PackageContent | None = None
    """Set once onboarded."""
    user_defined_data: dict[str, JsonValue] = Field(default_factory=dict)
    upload: Upload | None = None
    """Set while it is being onboarded."""
    failure: ProblemDetails | None = None
    """Why onboarding failed."""
    created_at: Moment
    tenant: str = DEFAULT_TENANT
