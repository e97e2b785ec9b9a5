"""Looking up one recorded thing, with the error that says that it is not there."""

from uuid import UUID

from sqlalchemy import RowMapping

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.rows import model_of
from manoflow.adapters.records.tables import instances, is_open, occurrences, packages
from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage
from manoflow.domain.vnf import VnfInstance


async def find_package(tx: Transaction, vnf_pkg_id: UUID, *, lock: bool = False) -> VnfPackage:
    """One package."""
    row = await tx.row(packages, packages.c.id == vnf_pkg_id, lock=lock)
    return model_of(VnfPackage, found(row, f"VNF package {vnf_pkg_id}"))


async def find_usable_package(tx: Transaction, vnf_pkg_id: UUID, what: str) -> VnfPackage:
    """A package of which an instance may be made, held in place. `ConflictError` says `what` cannot be done else."""
    try:
        package = await find_package(tx, vnf_pkg_id, lock=True)
    except NotFoundError as error:
        raise ConflictError(f"{what}: its VNF package {vnf_pkg_id} is gone") from error
    usable = (package.onboarding_state, package.operational_state)
    if usable != (OnboardingState.ONBOARDED, OperationalState.ENABLED):
        state = f"{package.onboarding_state} and {package.operational_state}"
        raise ConflictError(f"{what}: its VNF package {package.id} is {state}; enable it first")
    return package


async def find_instance(tx: Transaction, vnf_instance_id: UUID, *, lock: bool = False) -> VnfInstance:
    """One VNF instance."""
    row = await tx.row(instances, instances.c.id == vnf_instance_id, lock=lock)
    return model_of(VnfInstance, found(row, f"VNF instance {vnf_instance_id}"))


async def find_occurrence(tx: Transaction, lcm_op_occ_id: UUID, *, lock: bool = False) -> VnfLcmOpOcc:
    """One occurrence."""
    row = await tx.row(occurrences, occurrences.c.id == lcm_op_occ_id, lock=lock)
    return model_of(VnfLcmOpOcc, found(row, f"VNF LCM operation occurrence {lcm_op_occ_id}"))


async def find_open_occurrence(tx: Transaction, vnf_instance_id: UUID) -> VnfLcmOpOcc | None:
    """The one that holds a VNF instance, if any does."""
    row = await tx.row(occurrences, occurrences.c.vnf_instance_id == vnf_instance_id, is_open)
    return model_of(VnfLcmOpOcc, row) if row else None


def found(row: RowMapping | None, what: str) -> RowMapping:
    """The row, or `NotFoundError` naming what was looked for."""
    if row is None:
        raise NotFoundError(f"cannot find {what}: nothing is recorded under that id")
    return row
