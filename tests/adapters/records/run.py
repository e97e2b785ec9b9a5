"""A run as the record sees it: it admits, claims and writes revision after revision."""

from collections.abc import Sequence
from typing import Self

from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.tables import notifications
from manoflow.domain.journal import Claim, Claimed, Entry, Projection
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.plan import BuildRef, PlannedStep
from manoflow.domain.state_machine import TRANSITIONS
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.builders import build_of, entry_of, made, occurrence_of, projection_of

RUN_ID = "run-1"


class Run:
    """One occurrence and the execution that performs it."""

    def __init__(self, records: Records, occurrence: VnfLcmOpOcc) -> None:
        """Use `begin`."""
        self.records = records
        self.occurrence = occurrence
        self.rev = 1
        self.state = LcmOperationState.STARTING
        self.last: Projection | None = None

    @classmethod
    async def begin(
        cls, records: Records, instance: VnfInstance, operation: LcmOperationType = LcmOperationType.INSTANTIATE
    ) -> Self:
        """Admit an operation and claim it."""
        run = cls(records, occurrence_of(instance, operation))
        await records.admit(run.occurrence)
        assert (await run.claim()).granted
        return run

    async def claim(self, run_id: str = RUN_ID) -> Claimed:
        """Ask to be the one that performs it."""
        return await self.records.claim(Claim(lcm_op_occ_id=self.occurrence.id, first_execution_run_id=run_id))

    async def enter(self, state: LcmOperationState, *, done: Sequence[Entry] = (), **changes: object) -> None:
        """Write a state change, after those that must come before it."""
        for between in ways_to(state, self.state)[:-1]:
            await self._project(state=between)
        await self._project(done=tuple(done), state=state, **changes)

    async def write(self, *, done: Sequence[Entry] = (), struck: Sequence[Entry] = (), **changes: object) -> None:
        """Write the next revision."""
        await self._project(done=tuple(done), struck=tuple(struck), **changes)

    async def build(self, *stages: Sequence[PlannedStep]) -> BuildRef:
        """Record a build."""
        return await self.records.save_build(build_of(self.occurrence, *stages))

    async def _project(self, **changes: object) -> None:
        self.last = projection_of(self.occurrence, self.rev + 1, RUN_ID, **changes)
        await self.records.project(self.last)
        self.rev += 1
        self.state = self.last.state or self.state

    async def read(self) -> VnfLcmOpOcc:
        """The occurrence as recorded."""
        return await self.records.occurrence(self.occurrence.id)


def ways_to(state: LcmOperationState, now: LcmOperationState) -> list[LcmOperationState]:
    """The states to enter one after the other; the state itself where no way leads there."""
    ways = [[arrow.after] for arrow in TRANSITIONS if arrow.before is now]
    seen = {now}
    while ways:
        way = ways.pop(0)
        if way[-1] is state:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, arrow.after] for arrow in TRANSITIONS if arrow.before is way[-1]]
    return [state]


def entries(build: BuildRef, steps: Sequence[PlannedStep]) -> list[Entry]:
    """What a run reports once steps are done: with what was made, where something was."""
    stages = {(stage.action, stage.kind): stage for stage in build.stages}
    return [
        entry_of(
            stages[planned.action, planned.step.kind], planned.step, made(planned.step) if planned.step.new else None
        )
        for planned in steps
    ]


async def notified(url: str, tenant: str = DEFAULT_TENANT) -> list[tuple[int, str, str]]:
    """Revision, status and state of every notification, in the order in which they are to be sent."""
    database = Database(url, tenant)
    async with database.reading() as tx:
        rows = await tx.rows(notifications)
    await database.close()
    return [(row["rev"], row["notification_status"], row["body"]["operationState"]) for row in rows]
