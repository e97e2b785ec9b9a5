"""What becomes of a package while its content is taken in: tickets, and changes of its row, made under its lock.

CREATED or ERROR -> UPLOADING -> PROCESSING -> ONBOARDED or ERROR (SOL005 clause 9.5.4.3). What is said of an upload
counts only as long as it is the package's: whoever slept too long finds that it was given up, and changes nothing.
`workflows.packages.onboard` is the order of things, `activities.onboarding` does them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.packages import OnboardingState, OperationalState, PackageContent, Upload, VnfPackage

Change = Callable[[VnfPackage], VnfPackage]
"""What becomes of a package; it raises where that cannot be."""

UPLOADABLE = frozenset({OnboardingState.CREATED, OnboardingState.ERROR})
"""States in which a package takes content (SOL005 clauses 9.4.5.3.3 and 9.4.6.3.1)."""


class OnboardingTicket(Model):
    """What the workflow of an upload is started with."""

    format: int = 1
    vnf_pkg_id: UUID
    upload_id: UUID
    from_uri: bool = False
    """Its content has to be fetched first."""


class Oauth2ClientCredentials(Model):
    """How to get an access token for a download (SOL005 clause 9.5.2.4; RFC 6749 clause 4.4)."""

    client_id: str
    client_password: SecretStr
    token_endpoint: str


class PackageSource(Model):
    """Where content is fetched, and by which credentials. It is kept encrypted and is in no payload and no log."""

    uri: str
    user_name: str | None = None
    password: SecretStr | None = None
    oauth2: Oauth2ClientCredentials | None = None


class OnboardingFailure(Model):
    """Why a step of an upload came to nothing, and of which upload."""

    ticket: OnboardingTicket
    kind: str | None = None
    """Name of the error's class: one of `manoflow.domain.errors`, or a bug."""
    detail: str


def superseded(package: VnfPackage, upload_id: UUID) -> bool:
    """Whether an upload has ended, or was given up."""
    return package.upload is None or package.upload.id != upload_id


def begun(upload: Upload) -> Change:
    """The first byte is awaited. `ConflictError` where the package takes no content now."""

    def change(package: VnfPackage) -> VnfPackage:
        if package.onboarding_state not in UPLOADABLE:
            message = (
                f"cannot upload to VNF package {package.id}: it is {package.onboarding_state}, "
                "content is taken in CREATED and ERROR"
            )
            raise ConflictError(message)
        uploading = {"onboarding_state": OnboardingState.UPLOADING, "upload": upload, "failure": None}
        return package.model_copy(update=uploading)

    return change


def heard_of(upload_id: UUID) -> Change:
    """The process that receives it is there."""
    return _of(upload_id, lambda upload: {"upload": upload.model_copy(update={"heard_of_at": datetime.now(UTC)})})


def processing(upload_id: UUID) -> Change:
    """All bytes are here."""
    return _of(upload_id, lambda _: {"onboarding_state": OnboardingState.PROCESSING})


def read(upload_id: UUID, content: PackageContent) -> Change:
    """They were read."""
    return _of(upload_id, lambda upload: {"upload": upload.model_copy(update={"content": content})})


def onboarded(upload_id: UUID, operational_state: OperationalState) -> Change:
    """They are kept, and are the package's content."""
    state = {"onboarding_state": OnboardingState.ONBOARDED, "operational_state": operational_state}
    return _of(upload_id, lambda upload: {**state, "content": upload.content, "upload": None})


def failed(upload_id: UUID, why: ProblemDetails) -> Change:
    """It came to nothing."""
    return _of(upload_id, lambda _: {"onboarding_state": OnboardingState.ERROR, "failure": why, "upload": None})


def given_up(seen: VnfPackage, why: ProblemDetails) -> Change:
    """Nobody works on it any more: ERROR, where the package is still as it was seen."""

    def change(package: VnfPackage) -> VnfPackage:
        if (package.onboarding_state, package.upload) != (seen.onboarding_state, seen.upload):
            message = f"cannot give up the upload of VNF package {package.id}: it goes on"
            raise ConflictError(message)
        error = {"onboarding_state": OnboardingState.ERROR, "failure": why, "upload": None}
        return package.model_copy(update=error)

    return change


def _of(upload_id: UUID, changes: Callable[[Upload], dict[str, Any]]) -> Change:
    def change(package: VnfPackage) -> VnfPackage:
        if package.upload is None or package.upload.id != upload_id:
            message = f"cannot onboard VNF package {package.id}: this upload was given up meanwhile; upload it again"
            raise ConflictError(message)
        return package.model_copy(update=changes(package.upload))

    return change
