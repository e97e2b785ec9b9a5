"""How far an occurrence has come: its build compared with its journal (the method `Plans.progress`)."""

from uuid import UUID

from sqlalchemy import func, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_occurrence
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.plans import stages_of
from manoflow.adapters.records.tables import builds, journal
from manoflow.domain.journal import Progress, StageProgress

LAST_STEPS = 10


class ProgressRecords(Part):
    """Numbers for people who watch."""

    async def progress(self, lcm_op_occ_id: UUID) -> Progress:
        """How far an occurrence's build has come."""
        async with self._database.reading() as tx:
            await find_occurrence(tx, lcm_op_occ_id)
            build = await tx.row(builds, builds.c.lcm_op_occ_id == lcm_op_occ_id)
            stages = await stages_of(tx, build["id"]) if build else ()
            done = await _done_by_stage(tx, lcm_op_occ_id)
            last_steps = await _last_steps(tx, lcm_op_occ_id)
        return Progress(
            stages=tuple(
                StageProgress(name=stage.name, count=stage.count, done=done.get((stage.action, stage.kind), 0))
                for stage in stages
            ),
            last_steps=last_steps,
        )


async def _done_by_stage(tx: Transaction, lcm_op_occ_id: UUID) -> dict[tuple[str, str], int]:
    stage = (journal.c.action, journal.c.kind)
    statement = (
        select(*stage, func.count().label("done"))
        .where(journal.c.lcm_op_occ_id == lcm_op_occ_id, journal.c.build_id.is_not(None))
        .group_by(*stage)
    )
    return {(row["action"], row["kind"]): row["done"] for row in await tx.read(statement, journal)}


async def _last_steps(tx: Transaction, lcm_op_occ_id: UUID) -> tuple[str, ...]:
    statement = (
        select(journal.c.key)
        .where(journal.c.lcm_op_occ_id == lcm_op_occ_id)
        .order_by(journal.c.serial.desc())
        .limit(LAST_STEPS)
    )
    return tuple(row["key"] for row in await tx.read(statement, journal))
