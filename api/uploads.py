"""What becomes of a package while it is uploaded and read: changes of its row, made under its lock.

An upload has an id. What it says about its package counts only as long as it is the package's upload: a process that
stood still for too long finds that somebody else has given it up, and changes nothing any more.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api.shelf import Change
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.packages import OnboardingState, OperationalState, PackageContent, Upload, VnfPackage

UPLOADABLE = frozenset({OnboardingState.CREATED, OnboardingState.ERROR})


def begun(upload_id: UUID) -> Change:
    """The first byte is awaited. `ConflictError` where the package takes no content now."""

    def change(package: VnfPackage) -> VnfPackage:
        if package.onboarding_state not in UPLOADABLE:
            message = (
                f"cannot upload to VNF package {package.id}: it is {package.onboarding_state}, "
                "content is taken in CREATED and ERROR"
            )
            raise ConflictError(message)
        uploading = {"onboarding_state": OnboardingState.UPLOADING, "upload": _now(upload_id), "failure": None}
        return package.model_copy(update=uploading)

    return change


def alive(upload_id: UUID) -> Change:
    """The process that works on it is there."""
    return _of(upload_id, upload=_now(upload_id))


def processing(upload_id: UUID) -> Change:
    """All bytes are here, and are being read."""
    return _of(upload_id, onboarding_state=OnboardingState.PROCESSING)


def onboarded(upload_id: UUID, content: PackageContent) -> Change:
    """They were read, and are kept."""
    enabled = OperationalState.ENABLED
    state = OnboardingState.ONBOARDED
    return _of(upload_id, onboarding_state=state, operational_state=enabled, content=content, upload=None)


def failed(upload_id: UUID, why: ProblemDetails) -> Change:
    """They were not."""
    return _of(upload_id, **_error(why))


def given_up(seen: VnfPackage, why: ProblemDetails) -> Change:
    """Nobody works on it any more: ERROR, where the package is still as it was seen."""

    def change(package: VnfPackage) -> VnfPackage:
        if (package.onboarding_state, package.upload) != (seen.onboarding_state, seen.upload):
            message = f"cannot give up the upload of VNF package {package.id}: it goes on"
            raise ConflictError(message)
        return package.model_copy(update=_error(why))

    return change


def _of(upload_id: UUID, **changes: Any) -> Change:  # noqa: ANN401 - values of any field
    def change(package: VnfPackage) -> VnfPackage:
        if package.upload is None or package.upload.id != upload_id:
            message = f"cannot onboard VNF package {package.id}: this upload was given up meanwhile; upload it again"
            raise ConflictError(message)
        return package.model_copy(update=changes)

    return change


def _error(why: ProblemDetails) -> dict[str, Any]:
    return {"onboarding_state": OnboardingState.ERROR, "failure": why, "upload": None}


def _now(upload_id: UUID) -> Upload:
    return Upload(id=upload_id, heard_of_at=datetime.now(UTC))
