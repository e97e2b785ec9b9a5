"""Plans, grants and builds (the protocol `Plans`): written once, then only read.

Whoever writes holds the occurrence's row, so of two that plan at once the second finds what the first recorded.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_occurrence, found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import row_of, wire
from manoflow.adapters.records.tables import build_steps, builds, grants, occurrences, plans
from manoflow.domain.grants import Grant
from manoflow.domain.journal import PageRequest
from manoflow.domain.plan import PAGE_SIZE, Build, BuildRef, Plan, StageRef, Step


class PlanRecords(Part):
    """What operations intend, what they were granted, and their steps."""

    async def save_plan(self, plan: Plan) -> Plan:
        """Record a plan and name it on its occurrence."""
        async with self._database.writing() as tx:
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
                return Grant.model_validate(recorded["body"])
            row = {**row_of(grant, grants), "released": False, "body": wire(grant)}
            await tx.insert(grants, row, taken=f"cannot record grant {grant.id}: the id is taken")
            await tx.update(occurrences, occurrences.c.id == grant.lcm_op_occ_id, {"grant_id": grant.id})
            return grant

    async def grant(self, grant_id: UUID) -> Grant:
        """One grant."""
        async with self._database.reading() as tx:
            row = await tx.row(grants, grants.c.id == grant_id)
        return Grant.model_validate(found(row, f"grant {grant_id}")["body"])

    async def release_grant(self, grant_id: UUID) -> None:
        """Mark a grant as given back."""
        async with self._database.writing() as tx:
            await tx.update(grants, grants.c.id == grant_id, {"released": True})

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
