"""VNF packages as recorded (SOL005 clause 9.5.2.5, VnfPkgInfo)."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field, JsonValue

from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import ProblemDetails
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


class Upload(Model):
    """An upload that an API process works on, from its first byte until the package is read."""

    id: UUID
    heard_of_at: Moment
    """When that process last said that it is at it."""


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


class PackageContent(Model):
    """What reading a package's bytes gives."""

    vnfd: Vnfd
    digest: str
    """SHA-256 of the file, in hex: the address of its content."""
    size: int
    """Bytes."""
    warnings: tuple[str, ...] = ()
    images: tuple[SoftwareImageInfo, ...] = ()
    artifacts: tuple[str, ...] = ()
    """Paths inside the package, other than definitions and metadata."""


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
