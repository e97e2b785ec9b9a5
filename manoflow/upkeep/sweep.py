"""The sweep: holds every open occurrence against Temporal. It starts, takes over, or reports; it never acts blindly.

Temporal's list of what runs is only a hint which occurrences to look at closely; everything is decided by the
description of an execution and by the record, read again after it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from manoflow.domain.errors import ManoError, NotFoundError
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Report, Running, Standing
from manoflow.ports.execution import Execution
from manoflow.ports.records import Records
from manoflow.upkeep.comparing import FINE, RESTORED, Due, Finding, compare
from manoflow.upkeep.looks import SURE_AFTER, Clock, Looks, utc_now
from manoflow.upkeep.reporting import publish
from manoflow.upkeep.starter import Starter
from manoflow.upkeep.taking_over import take_over

GRACE = timedelta(seconds=2)
"""Younger occurrences are left to the request that admitted them, and to the run to claim them."""
LOOK_AGAIN = timedelta(seconds=10)
"""How often an occurrence is looked at closely that was in order and runs."""
AT_ONCE = 10
"""Looks side by side."""
IN_A_PASS = 500
"""Looks in one pass, those first that wait longest."""

T = TypeVar("T")

log = structlog.stdlib.get_logger(__name__)


class Sweep:
    """Passes over the record. What one saw, the next one remembers."""

    def __init__(self, records: Records, execution: Execution, clock: Clock = utc_now) -> None:
        """Nothing was seen yet."""
        self._records = records
        self._execution = execution
        self._starter = Starter(execution)
        self._clock = clock
        self._looks = Looks(clock)
        """At open occurrences."""
        self._strange = Looks(clock)
        """At executions without one."""

    async def once(self) -> None:
        """One pass.

        Raises `UnreachableError` where Temporal or the record does not answer at all. A bug met at single occurrences
        is raised, as a group, after everything else was done.
        """
        running = await self._execution.running()
        is_open = {occurrence.id: occurrence for occurrence in await self._records.open_occurrences()}
        strange = {one.lcm_op_occ_id: one for one in running if one.lcm_op_occ_id not in is_open}
        self._looks.keep(is_open.keys())
        self._strange.keep(strange.keys())
        due = self._due(is_open.values(), {one.lcm_op_occ_id for one in running})
        bugs = await _side_by_side(self._look_at, due)
        bugs += await _side_by_side(self._look_into, strange.values())
        await publish(self._records, [*self._looks.reports(), *self._strange.reports()], is_open)
        if bugs:
            message = "cannot keep every operation in step"
            raise ExceptionGroup(message, bugs)

    def forget(self) -> None:
        """Somebody else sweeps: what was seen before counts no more."""
        self._looks.keep(())
        self._strange.keep(())

    def _due(self, occurrences: Iterable[VnfLcmOpOcc], running: set[UUID]) -> Sequence[VnfLcmOpOcc]:
        """Those to be looked at now, the one first that was not looked at for longest."""
        due = [one for one in occurrences if not self._may_wait(one, runs=one.id in running)]
        return sorted(due, key=self._last_look)[:IN_A_PASS]

    def _may_wait(self, occurrence: VnfLcmOpOcc, *, runs: bool) -> bool:
        if occurrence.first_execution_run_id is None:
            return self._clock() - occurrence.start_time < GRACE
        last = self._looks.last(occurrence.id)
        was_fine = last is not None and last.found == _seen(occurrence, FINE)
        return runs and was_fine and self._clock() - self._last_look(occurrence) < LOOK_AGAIN

    def _last_look(self, occurrence: VnfLcmOpOcc) -> datetime:
        last = self._looks.last(occurrence.id)
        return last.at if last else occurrence.start_time

    async def _look_at(self, occurrence: VnfLcmOpOcc) -> None:
        standing = await self._execution.standing(occurrence.vnf_instance_id)
        other = await self._performed_instead(occurrence, standing)
        now = await self._records.occurrence(occurrence.id)
        if (now.rev, now.first_execution_run_id) != (occurrence.rev, occurrence.first_execution_run_id):
            self._looks.note(now.id, _seen(now, FINE))  # it moves, and what was seen may have been seen too early
            return
        finding = compare(now, standing, other)
        if self._is_sure(now, finding):
            await self._act(now, finding)

    async def _performed_instead(self, occurrence: VnfLcmOpOcc, standing: Standing | None) -> VnfLcmOpOcc | None:
        """What the record knows of the occurrence that the instance's last execution performs, if it is another."""
        if standing is None or standing.lcm_op_occ_id in {None, occurrence.id}:
            return None
        return await self._recorded(standing.lcm_op_occ_id)

    def _is_sure(self, occurrence: VnfLcmOpOcc, finding: Finding) -> bool:
        seen_for = self._looks.note(occurrence.id, _seen(occurrence, finding))
        return finding.sure or seen_for >= SURE_AFTER

    async def _act(self, occurrence: VnfLcmOpOcc, finding: Finding) -> None:
        detail: str | None = finding.detail
        if finding.due is Due.START:
            await self._starter.attempt(occurrence)
        if finding.due is Due.TAKE_OVER:
            detail = await take_over(self._records, self._execution, occurrence, finding.detail)
        if finding.anomaly and detail:
            about = Running(vnf_instance_id=occurrence.vnf_instance_id, lcm_op_occ_id=occurrence.id)
            self._looks.note(occurrence.id, _seen(occurrence, finding), self._report(finding.anomaly, about, detail))

    async def _look_into(self, running: Running) -> None:
        """Temporal lists an execution of an occurrence that was not open when the record was read."""
        known = await self._recorded(running.lcm_op_occ_id)
        if known is not None and known.is_open:
            return
        standing = await self._execution.standing(running.vnf_instance_id)
        if standing is None or standing.ended or standing.lcm_op_occ_id != running.lcm_op_occ_id:
            return  # The list lags behind.
        held = f"the record holds it as {known.operation_state}" if known else "the record does not know it"
        detail = f"Temporal runs it, and {held}: {RESTORED}, or terminate the workflow"
        report = self._report(Anomaly.UNKNOWN_EXECUTION, running, detail)
        if self._strange.note(running.lcm_op_occ_id, detail) >= SURE_AFTER:
            self._strange.note(running.lcm_op_occ_id, detail, report)

    async def _recorded(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc | None:
        try:
            return await self._records.occurrence(lcm_op_occ_id)
        except NotFoundError:
            return None

    def _report(self, anomaly: Anomaly, about: Running, detail: str) -> Report:
        return Report(
            anomaly=anomaly,
            vnf_instance_id=about.vnf_instance_id,
            lcm_op_occ_id=about.lcm_op_occ_id,
            detail=detail,
            since=self._clock(),
        )


def _seen(occurrence: VnfLcmOpOcc, finding: Finding) -> tuple[str | None, Finding]:
    """What is found counts for the run that holds the claim, not for the one after it."""
    return occurrence.first_execution_run_id, finding


async def _side_by_side(look: Callable[[T], Awaitable[None]], things: Iterable[T]) -> list[Exception]:
    """Look, some at a time; gives the bugs. What cannot be done now is logged, and tried again in the next pass."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(thing: T) -> None:
        async with gate:
            await look(thing)

    results = await asyncio.gather(*(one(thing) for thing in things), return_exceptions=True)
    bugs = [result for result in results if isinstance(result, Exception)]
    for error in [bug for bug in bugs if isinstance(bug, ManoError)]:
        log.warning("an operation is looked at again later", error=error.message)
    return [bug for bug in bugs if not isinstance(bug, ManoError)]
