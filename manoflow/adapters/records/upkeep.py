"""Keeping the record in step with Temporal: leases, reports, and what a sweep asks of open occurrences.

Serves the protocol `Upkeep`, and of `Occurrences` what only a sweep or a run that follows a lost one needs.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_occurrence
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.plans import stages_of
from manoflow.adapters.records.rows import model_of, row_of, wire
from manoflow.adapters.records.tables import build_steps, builds, is_open, journal, leases, occurrences
from manoflow.adapters.records.tables import reports as reported
from manoflow.domain.diff import Action
from manoflow.domain.errors import AlreadyExistsError
from manoflow.domain.lcm import ProblemDetails, VnfLcmOpOcc
from manoflow.domain.plan import PAGE_SIZE, StagePage, StageRef, Step
from manoflow.domain.upkeep import Anomaly, Report


class UpkeepRecords(Part):
    """Leases, reports and take-overs."""

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Have or renew a lease by this process's clock.

        Processes whose clocks differ by more than a lease may both have it: whatever is done under one has to bear
        being done twice.
        """
        now = datetime.now(UTC)
        held = {"name": name, "holder": holder, "until": now + timedelta(seconds=seconds)}
        async with self._database.writing() as tx:
            row = await tx.row(leases, leases.c.name == name, lock=True)
            if row is None:
                return await _first(tx, held)
            if row["holder"] != holder and row["until"] > now:
                return False
            await tx.update(leases, leases.c.name == name, held)
            return True

    async def leased(self, name: str) -> bool:
        """Somebody has it now."""
        async with self._database.reading() as tx:
            return await tx.row(leases, leases.c.name == name, leases.c.until > datetime.now(UTC)) is not None

    async def report(self, reports: Sequence[Report]) -> None:
        """Replace everything reported before; what is not new keeps its moment."""
        async with self._database.writing() as tx:
            await tx.take_turn("reports")
            known = {_subject(report): report.since for report in await _reports(tx)}
            rows = [
                row_of(report.model_copy(update={"since": known.get(_subject(report), report.since)}), reported)
                for report in reports
            ]
            await tx.delete(reported)
            if rows:
                await tx.insert(reported, *rows, taken="cannot report: an occurrence is reported twice for the same")

    async def reports(self) -> Sequence[Report]:
        """What is out of order now, oldest first."""
        async with self._database.reading() as tx:
            return sorted(await _reports(tx), key=lambda report: report.since)

    async def open_occurrences(self) -> Sequence[VnfLcmOpOcc]:
        """All that are not final, oldest first."""
        async with self._database.reading() as tx:
            return [model_of(VnfLcmOpOcc, row) for row in await tx.rows(occurrences, is_open)]

    async def take_over(self, occurrence: VnfLcmOpOcc, claim: str, why: ProblemDetails) -> bool:
        """Replace the claim of a run that is gone, where nothing was written since `occurrence` was read."""
        async with self._database.writing() as tx:
            now = await find_occurrence(tx, occurrence.id, lock=True)
            read = (occurrence.first_execution_run_id, occurrence.rev)
            if not now.is_open or (now.first_execution_run_id, now.rev) != read:
                return False
            taken = {"first_execution_run_id": claim, "error": wire(why)}
            await tx.update(occurrences, occurrences.c.id == occurrence.id, taken)
            return True

    async def standing_at(self, lcm_op_occ_id: UUID) -> StagePage | None:
        """Of the first page that is not wholly in the journal, the steps that are not."""
        async with self._database.reading() as tx:
            build = await tx.row(builds, builds.c.lcm_op_occ_id == lcm_op_occ_id)
            if build is None:
                return None
            done = await _done(tx, lcm_op_occ_id)
            for stage in await stages_of(tx, build["id"]):
                planned = await _planned(tx, stage)
                missing = [(place, step) for place, step in enumerate(planned) if (stage.action, step.key) not in done]
                if missing:
                    return _first_page(stage, missing)
        return None


async def _first(tx: Transaction, held: dict[str, object]) -> bool:
    try:
        await tx.insert(leases, held, taken=f"the lease {held['name']} is taken")
    except AlreadyExistsError:
        return False
    return True


async def _reports(tx: Transaction) -> list[Report]:
    return [model_of(Report, row) for row in await tx.rows(reported)]


def _subject(report: Report) -> tuple[Anomaly, UUID]:
    return report.anomaly, report.lcm_op_occ_id


async def _done(tx: Transaction, lcm_op_occ_id: UUID) -> set[tuple[Action, str]]:
    rows = await tx.rows(journal, journal.c.lcm_op_occ_id == lcm_op_occ_id, journal.c.build_id.is_not(None))
    return {(Action(row["action"]), row["step_key"]) for row in rows}


async def _planned(tx: Transaction, stage: StageRef) -> list[Step]:
    whole = (build_steps.c.action == stage.action.value, build_steps.c.kind == stage.kind.value)
    rows = await tx.rows(build_steps, build_steps.c.build_id == stage.build_id, *whole)
    return [Step.model_validate(row["step"]) for row in rows]


def _first_page(stage: StageRef, missing: Sequence[tuple[int, Step]]) -> StagePage:
    page = missing[0][0] // PAGE_SIZE
    return StagePage(stage=stage, steps=tuple(step for place, step in missing if place // PAGE_SIZE == page))
