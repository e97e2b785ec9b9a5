"""Projections: what a workflow tells the record, in one transaction each (the method `Occurrences.project`).

A projection counts once: its revision must be the next one, or the last one with the same content (then somebody
repeats what was written). Every state change settles the VNF instance and writes a notification.
"""

import json
from hashlib import sha256

from sqlalchemy import RowMapping

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.image_uses import settle_uses
from manoflow.adapters.records.journal import write_effects
from manoflow.adapters.records.lookups import find_instance, found
from manoflow.adapters.records.notifications import announcement
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.reservations import follow
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import instances, notifications, occurrences, plans, resources
from manoflow.domain.errors import ConflictError
from manoflow.domain.journal import Projection
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.plan import Plan
from manoflow.domain.settling import settled
from manoflow.domain.state_machine import may_follow
from manoflow.domain.vnf import VnfInstance


class ProjectionRecords(Part):
    """State changes and effects."""

    async def project(self, projection: Projection) -> None:
        """Write state, journal, resources, instance and notification, or nothing where they are written already."""
        digest = _digest(projection)
        async with self._database.writing() as tx:
            # Looked at first: the last one may be repeated when the identifier has been deleted meanwhile.
            if _is_written(await _occurrence_row(tx, projection), projection, digest):
                return
            instance = await find_instance(tx, projection.vnf_instance_id, lock=True)
            row = await _occurrence_row(tx, projection, lock=True)
            if _is_written(row, projection, digest):
                return
            before = model_of(VnfLcmOpOcc, row)
            _require_claim(before, projection)
            _require_turn(before, projection)
            had_resources = await _has_resources(tx, instance)
            await write_effects(tx, projection)
            await follow(tx, before, projection)
            after = before.model_copy(update=_changes(before, projection))
            await _write_occurrence(tx, after, digest)
            await settle_uses(tx, after)
            has_resources = await _has_resources(tx, instance)
            if projection.state is None and has_resources is had_resources:
                return
            plan = await _plan(tx, after)
            await _settle(tx, instance, after, plan, resources_left=has_resources)
            if projection.state is not None:
                await _announce(tx, after, plan)


def _is_written(row: RowMapping, projection: Projection, digest: str) -> bool:
    holder = row["first_execution_run_id"]
    last = (holder, row["rev"], row["projection_digest"])
    return last == (projection.first_execution_run_id, projection.rev, digest)


async def _occurrence_row(tx: Transaction, projection: Projection, *, lock: bool = False) -> RowMapping:
    mine = occurrences.c.id == projection.lcm_op_occ_id
    of_instance = occurrences.c.vnf_instance_id == projection.vnf_instance_id
    row = await tx.row(occurrences, mine, of_instance, lock=lock)
    what = f"VNF LCM operation occurrence {projection.lcm_op_occ_id} of VNF instance {projection.vnf_instance_id}"
    return found(row, what)


def _digest(projection: Projection) -> str:
    """What tells equal content: without defaults, so that a release that knows more fields computes the same."""
    content = projection.model_dump(mode="json", exclude_defaults=True)
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _require_claim(before: VnfLcmOpOcc, projection: Projection) -> None:
    holder = before.first_execution_run_id
    if holder != projection.first_execution_run_id:
        claimed = f"execution {holder} has claimed it" if holder else "nobody has claimed it"
        raise ConflictError(f"{_refused(projection)} by execution {projection.first_execution_run_id}: {claimed}")


def _require_turn(before: VnfLcmOpOcc, projection: Projection) -> None:
    if projection.rev == before.rev:
        raise ConflictError(f"{_refused(projection)}: it is recorded with other content")
    if projection.rev != before.rev + 1:
        raise ConflictError(f"{_refused(projection)}: the last one recorded is {before.rev}")
    if not before.is_open:
        raise ConflictError(f"{_refused(projection)}: it has ended in state {before.operation_state}")
    if projection.state is not None and not may_follow(before.operation_state, projection.state):
        raise ConflictError(f"{_refused(projection)}: {projection.state} cannot follow {before.operation_state}")


def _refused(projection: Projection) -> str:
    return f"cannot write revision {projection.rev} of operation {projection.lcm_op_occ_id}"


def _changes(before: VnfLcmOpOcc, projection: Projection) -> dict[str, object]:
    """What a projection changes on its occurrence."""
    changes: dict[str, object] = {
        "rev": projection.rev,
        "verdict_id": projection.verdict_id or before.verdict_id,
        "point_of_no_return": projection.point_of_no_return or before.point_of_no_return,
        "is_cancel_pending": projection.cancel_mode is not None,
        "cancel_mode": projection.cancel_mode,
    }
    if projection.state is None:
        return changes
    # Why it failed stays to be read while a retry or a rollback runs; only success takes it away.
    completed = projection.state is LcmOperationState.COMPLETED
    error = None if completed else projection.error or before.error
    return {**changes, "operation_state": projection.state, "state_entered_time": projection.at, "error": error}


async def _write_occurrence(tx: Transaction, occurrence: VnfLcmOpOcc, digest: str) -> None:
    values = {**row_of(occurrence, occurrences), "projection_digest": digest}
    await tx.update(occurrences, occurrences.c.id == occurrence.id, values)


async def _has_resources(tx: Transaction, instance: VnfInstance) -> bool:
    return await tx.row(resources, resources.c.vnf_instance_id == instance.id) is not None


async def _announce(tx: Transaction, occurrence: VnfLcmOpOcc, plan: Plan | None) -> None:
    completed = occurrence.operation_state is LcmOperationState.COMPLETED
    row = announcement(occurrence, plan.modification if plan and completed else None)
    taken = f"cannot announce revision {occurrence.rev} of operation {occurrence.id}: it was announced already"
    await tx.insert(notifications, row, taken=taken)


async def _plan(tx: Transaction, occurrence: VnfLcmOpOcc) -> Plan | None:
    row = await tx.row(plans, plans.c.id == occurrence.plan_id) if occurrence.plan_id else None
    return Plan.model_validate(row["body"]) if row else None


async def _settle(
    tx: Transaction, instance: VnfInstance, occurrence: VnfLcmOpOcc, plan: Plan | None, *, resources_left: bool
) -> None:
    after = settled(instance, occurrence.operation, occurrence.operation_state, plan, resources_left=resources_left)
    if after is not instance:  # not by equality: that takes true for 1
        await tx.update(instances, instances.c.id == instance.id, row_of(after, instances))
