"""Plans, grants and builds (the protocol `Plans`): written once, then only read.

Whoever writes holds the occurrence's row, so of two that plan at once the second finds what the first recorded.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_occurrence, find_usable_package, found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.reservations import release
from manoflow.adapters.records.rows import row_of, wire
from manoflow.adapters.records.tables import build_steps, builds, grants, occurrences, plans, reservations
from manoflow.domain.errors import ConflictError
from manoflow.domain.grants import Grant, GrantRef
from manoflow.domain.journal import PageRequest
from manoflow.domain.plan import PAGE_SIZE, Build, BuildRef, Plan, StageRef, Step

NEVER_RECORDED: dict[str, object] = {}
"""The body of a grant that was given back before it was recorded."""


class PlanRecords(Part):
    """What operations intend, what they were granted, and their steps."""

    async def save_plan(self, plan: Plan) -> Plan:
        """Record a plan and name it on its occurrence."""
        async with self._database.writing() as tx:
            await _hold_package(tx, plan)
            await find_occurrence(tx, plan.lcm_op_occ_id, lock=True)
            recorded = await tx.row(plans, plans.c.id == plan.id)
            if recorded:
                return Plan.model_validate(recorded["body"])
            row = {**row_of(plan, plans), "body": wire(plan)}
            await tx.insert(plans, row, taken=f"cannot record plan {plan.id}: the id is taken")
            await tx.update(occurrences, occurrences.c.id == plan.lcm_op_occ_id, {"plan_id": plan.id})
            return plan

    async def plan(self, plan_id: UUID) -> Plan:
        """One plan."""
        async with self._database.reading() as tx:
            row = await tx.row(plans, plans.c.id == plan_id)
        return Plan.model_validate(found(row, f"plan {plan_id}")["body"])

    async def save_grant(self, grant: Grant) -> Grant:
        """Record a grant and name it on its occurrence."""
        async with self._database.writing() as tx:
            await find_occurrence(tx, grant.lcm_op_occ_id, lock=True)
            recorded = await tx.row(grants, grants.c.id == grant.id)
            if recorded:
                _require_not_given_back(recorded, grant)
                return Grant.model_validate(recorded["body"])
            row = {**row_of(grant, grants), "released": False, "body": wire(grant)}
            await tx.insert(grants, row, taken=f"cannot record grant {grant.id}: the id is taken")
            await tx.update(occurrences, occurrences.c.id == grant.lcm_op_occ_id, {"grant_id": grant.id})
            return grant

    async def grant(self, grant_id: UUID) -> Grant:
        """One grant."""
        async with self._database.reading() as tx:
            row = await tx.row(grants, grants.c.id == grant_id)
        recorded = row if row and row["body"] != NEVER_RECORDED else None
        return Grant.model_validate(found(recorded, f"grant {grant_id}")["body"])

    async def release_grant(self, granted: GrantRef) -> None:
        """Mark a grant as given back, or leave that mark for one that comes late."""
        async with self._database.writing() as tx:
            await find_occurrence(tx, granted.lcm_op_occ_id, lock=True)
            await release(tx, reservations.c.grant_id == granted.grant_id, datetime.now(UTC))
            if await tx.row(grants, grants.c.id == granted.grant_id):
                await tx.update(grants, grants.c.id == granted.grant_id, {"released": True})
                return
            owner = {"id": granted.grant_id, "lcm_op_occ_id": granted.lcm_op_occ_id}
            taken = f"cannot give back grant {granted.grant_id}: the id is taken"
            await tx.insert(grants, {**owner, "released": True, "body": NEVER_RECORDED}, taken=taken)

    async def save_build(self, build: Build) -> BuildRef:
        """Record a build and its steps."""
        async with self._database.writing() as tx:
            await find_occurrence(tx, build.lcm_op_occ_id, lock=True)
            if not await tx.row(builds, builds.c.id == build.id):
                what = f"cannot record build {build.id}"
                await tx.insert(builds, row_of(build, builds), taken=f"{what}: the id is taken")
                steps = _step_rows(build)
                if steps:
                    await tx.insert(build_steps, *steps, taken=f"{what}: two of its steps do the same to one place")
            return BuildRef(build_id=build.id, stages=await stages_of(tx, build.id))

    async def page(self, request: PageRequest) -> Sequence[Step]:
        """At most `PAGE_SIZE` steps of a stage, in their order."""
        stage = request.stage
        statement = (
            select(build_steps.c.step)
            .where(build_steps.c.build_id == stage.build_id)
            .where(build_steps.c.action == stage.action.value, build_steps.c.kind == stage.kind.value)
            .order_by(build_steps.c.position)
            .limit(PAGE_SIZE)
            .offset(request.offset)
        )
        async with self._database.reading() as tx:
            found(await tx.row(builds, builds.c.id == stage.build_id), f"build {stage.build_id}")
            return [Step.model_validate(row["step"]) for row in await tx.read(statement, build_steps)]


def _require_not_given_back(recorded: RowMapping, grant: Grant) -> None:
    if recorded["body"] == NEVER_RECORDED:
        raise ConflictError(
            f"cannot record grant {grant.id} of operation {grant.lcm_op_occ_id}: it was given back before it came"
        )


async def _hold_package(tx: Transaction, plan: Plan) -> None:
    """The package that a plan changes to stays: from now on it is in use, as long as the operation is open."""
    package = plan.modification.vnf_pkg_id if plan.modification else None
    if package is not None and await tx.row(plans, plans.c.id == plan.id) is None:
        await find_usable_package(tx, package, f"cannot change the VNF package of VNF instance {plan.vnf_instance_id}")


def _step_rows(build: Build) -> list[dict[str, object]]:
    steps = [planned for stage in build.stages for planned in stage]
    return [
        {
            **row_of(planned, build_steps),
            "build_id": build.id,
            "position": position,
            "kind": planned.step.kind,
            "key": planned.step.key,
        }
        for position, planned in enumerate(steps)
    ]


async def stages_of(tx: Transaction, build_id: UUID) -> tuple[StageRef, ...]:
    """The stages of a recorded build, in the order of their steps."""
    kind = (build_steps.c.action, build_steps.c.kind)
    statement = (
        select(*kind, func.count().label("count"))
        .where(build_steps.c.build_id == build_id)
        .group_by(*kind)
        .order_by(func.min(build_steps.c.position))
    )
    rows = await tx.read(statement, build_steps)
    return tuple(StageRef.model_validate({"build_id": build_id, **row}) for row in rows)
