"""The engine of every LCM operation: states, do and undo, parking, rollback.

One idea carries it: every step has a stable key, what is done is recorded in the journal, and the list of steps is
run from the top again after every verdict. A step that the journal holds is skipped; the first that it does not hold
is where the operation stands. Parking ends the run: `workflows.parked.Parked` waits for the verdict and starts the
list again, so months of waiting, a new release of the code and a retry after a failed rollback are all the same case.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, get_type_hints

from pydantic import TypeAdapter
from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from activities.observing import Observing
from activities.records import Records
from manoflow.domain.base import Model
from manoflow.domain.cloud import VimResource
from manoflow.domain.journal import Entry, PageRequest
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType, Ticket, Verdict
from manoflow.domain.plan import PAGE_SIZE, Action, StageRef, Step, Steps
from workflows.performing import Activity, Argument, Result, perform, reason
from workflows.recording import Recording, problem
from workflows.settling import left_behind, settle

HISTORY_LIMIT = 4000
"""Events after which the operation goes on in a new run, between two pages of steps."""


class StepsFailedError(Exception):
    """Steps failed for good: the operation parks, or ends where nothing was touched yet."""

    def __init__(self, failures: Sequence[str]) -> None:
        """Keep every reason."""
        super().__init__("; ".join(failures))
        self.failures = tuple(failures)


class StandReachedError(Exception):
    """While rolling back: the list has been run to where the operation stands, and what follows was never begun."""


class LcmOperation(ABC):
    """Base of the operations. A subclass says what it is for and lists its steps."""

    operation: ClassVar[LcmOperationType]
    request: ClassVar[type[Model]]
    allowed_in: ClassVar[InstantiationState]
    check: ClassVar[Callable[..., object]]

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        """Know where the operation stands as soon as anybody may ask."""
        self.ticket = ticket
        self._state = LcmOperationState.ROLLING_BACK if ticket.rolling_back else LcmOperationState.STARTING
        self._recording = Recording(ticket)
        self._done: dict[str, Any] = {}
        self._fresh: list[Entry] = []
        self._undos: list[tuple[Any, Activity[Any, None] | None]] = []

    @abstractmethod
    async def steps(self) -> None:
        """List the steps, in order."""

    @workflow.update
    async def decide(self, verdict: Verdict) -> None:
        """Take a verdict: never here, only `Parked` takes them."""
        raise self._not_parked(verdict)

    @decide.validator
    def _refuse(self, verdict: Verdict) -> None:
        raise self._not_parked(verdict)

    def _not_parked(self, verdict: Verdict) -> ApplicationError:
        message = f"cannot {verdict.kind} operation {verdict.lcm_op_occ_id}: it is {self._state}, not FAILED_TEMP"
        return ApplicationError(message, type="Conflict")

    async def perform(self) -> str:
        """Run the list, and end or park."""
        claimed = await self._recording.claim()
        if not claimed.granted:
            return "another execution performs this occurrence, or it has ended"
        self._state = claimed.state
        self._done = {**dict.fromkeys(claimed.journal.done), **claimed.journal.values}
        try:
            return await self._run_steps()
        except StepsFailedError as failed:
            return await self._park(failed)

    async def do(
        self, activity: Activity[Argument, Result], argument: Argument, *, undo: Activity[Argument, None] | None = None
    ) -> Result:
        """Have one decision made, or recall it. Its result is kept in the journal, so keep it small."""
        self._undos.append((argument, undo))
        key = activity.__name__
        kind = TypeAdapter(get_type_hints(activity)["return"])
        if key in self._done:
            recalled: Result = kind.validate_python(self._done[key])
            return recalled
        self._stop_if_rolling_back()
        result = await self._decide(activity, argument, key=self.ticket.operation)
        self._note(Entry(key=key, value=kind.dump_python(result, mode="json", by_alias=True)))
        return result

    async def do_each(
        self, stage: StageRef, activity: Activity[Step, VimResource | None], *, undo: Activity[Step, None] | None = None
    ) -> None:
        """Have every step of a stage done that is not done yet. Without `undo` there is no way back from it."""
        self._undos.append((stage, undo))
        looking = self.ticket.observe_first and stage.action is Action.CREATE
        if self._count(stage) >= stage.count and not looking:
            return
        self._stop_if_rolling_back()
        if undo is None:
            await self._pass_point_of_no_return(stage)
        for offset in range(0, stage.count, PAGE_SIZE):
            self._breathe()
            steps = await self._page(stage, offset)
            if looking:
                await self._strike_what_vanished(stage, offset, steps)
            todo = [step for step in steps if _entry_key(stage, step) not in self._done]
            outcome = await settle(activity, todo, self._recording.timings)
            done = [_entry(stage, step, resource) for step, resource in outcome.done]
            self._remember(done)
            if done:
                await self._recording.write(done=[*self._taken(), *done], summary=f"{stage.name}: {len(done)}")
            if outcome.failures:
                await self._record_what_is_left(stage, outcome.failed)
                raise StepsFailedError(outcome.failures)

    async def begin_processing(self) -> None:
        """From here on the world is touched."""
        if self._state is LcmOperationState.STARTING:
            await self._enter(LcmOperationState.PROCESSING)

    async def _run_steps(self) -> str:
        try:
            await self.steps()
        except StandReachedError:
            return await self._undo_everything()
        except StepsFailedError as failed:
            if self._state is not LcmOperationState.STARTING:
                raise
            # Nothing was touched: give back what was reserved, and end.
            self.ticket = self.ticket.model_copy(update={"failures": failed.failures})
            return await self._undo_everything()
        if self.ticket.rolling_back:
            return await self._undo_everything()
        return await self._end(LcmOperationState.COMPLETED)

    async def _decide(self, activity: Activity[Argument, Result], argument: Argument, *, key: str) -> Result:
        try:
            return await perform(activity, argument, key=key, timings=self._recording.timings)
        except ActivityError as error:
            raise StepsFailedError([reason(error)]) from error

    async def _undo_everything(self) -> str:
        """Undo newest first, siblings side by side; one failed undo does not stop its siblings, but what is older."""
        for target, undo in reversed(self._undos):
            if undo is None:
                continue
            if isinstance(target, StageRef):
                await self._undo_stage(target, undo)
            else:
                await self._decide(undo, target, key=self.ticket.operation)
        return await self._end(LcmOperationState.ROLLED_BACK)

    async def _undo_stage(self, stage: StageRef, undo: Activity[Any, None]) -> None:
        for offset in range(0, stage.count, PAGE_SIZE):
            self._breathe()
            outcome = await settle(undo, await self._page(stage, offset), self._recording.timings)
            struck = [_entry(stage, step, None) for step, _ in outcome.done]
            for entry in struck:
                self._done.pop(entry.key, None)
            await self._recording.write(struck=struck, summary=f"undo {stage.name}: {len(struck)}")
            if outcome.failures:
                raise StepsFailedError(outcome.failures)

    async def _park(self, failed: StepsFailedError) -> str:
        """End this run; `Parked` shows FAILED_TEMP and waits."""
        if self._fresh:
            await self._recording.write(done=self._taken(), summary="decisions")
        await workflow.wait_condition(workflow.all_handlers_finished)
        parked = self.ticket.model_copy(update={"resumed": True, "failures": failed.failures})
        return workflow.continue_as_new(args=[parked], workflow="Parked")

    async def _pass_point_of_no_return(self, stage: StageRef) -> None:
        if self.ticket.point_of_no_return is None and stage.count:
            self.ticket = self.ticket.model_copy(update={"point_of_no_return": stage.name})
            self._recording.renew(self.ticket)
            await self._recording.write(done=self._taken(), summary=f"point of no return: {stage.name}")

    async def _enter(self, state: LcmOperationState) -> None:
        self._state = state
        error = problem(self.ticket.failures) if self.ticket.failures else None
        await self._recording.enter(state, error=error, done=self._taken())

    async def _end(self, state: LcmOperationState) -> str:
        await self._enter(state)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return state.value

    async def _strike_what_vanished(self, stage: StageRef, offset: int, steps: Sequence[Step]) -> None:
        """Before a retry relies on what was made: what somebody removed meanwhile is made again."""
        made = tuple(step for step in steps if _entry_key(stage, step) in self._done)
        if not made:
            return
        gone = await self._decide(Observing.vanished, Steps(steps=made), key=f"{stage.name}:{offset}")
        struck = [_entry(stage, step, None) for step in made if step.key in gone]
        if struck:
            for entry in struck:
                del self._done[entry.key]
            await self._recording.write(struck=struck, summary=f"{stage.name}: {len(struck)} vanished")

    async def _record_what_is_left(self, stage: StageRef, failed: Sequence[Step]) -> None:
        """A failed creation may have made something: it is recorded, so that whatever is decided, it has an owner."""
        if stage.action is not Action.CREATE:
            return
        seen = await left_behind(failed, self._recording.timings, workflow.now())
        left = [_entry(stage, step, resource) for step, resource in seen if resource is not None]
        gone = [_entry(stage, step, None) for step, resource in seen if resource is None]
        await self._recording.write(left=left, struck=gone, summary=f"{stage.name}: {len(left)} left by failed steps")

    async def _page(self, stage: StageRef, offset: int) -> Sequence[Step]:
        request = PageRequest(stage=stage, offset=offset, lcm_op_occ_id=self.ticket.lcm_op_occ_id)
        return await perform(Records.page, request, key=f"{stage.name}:{offset}", timings=self._recording.timings)

    def _breathe(self) -> None:
        """Go on in a new run before the history grows too long: the ticket and the journal carry everything."""
        if workflow.info().get_current_history_length() > HISTORY_LIMIT and not self._fresh:
            workflow.continue_as_new(self.ticket.model_copy(update={"resumed": True}))

    def _stop_if_rolling_back(self) -> None:
        if self.ticket.rolling_back:
            raise StandReachedError

    def _count(self, stage: StageRef) -> int:
        return sum(1 for key in self._done if key.startswith(f"{stage.name}:"))

    def _note(self, entry: Entry) -> None:
        self._done[entry.key] = entry.value
        self._fresh.append(entry)

    def _remember(self, entries: Sequence[Entry]) -> None:
        self._done.update(dict.fromkeys(entry.key for entry in entries))

    def _taken(self) -> list[Entry]:
        """Decisions not yet recorded; whoever takes them records them."""
        taken, self._fresh = self._fresh, []
        return taken


def _entry_key(stage: StageRef, step: Step) -> str:
    return f"{stage.name}:{step.key}"


def _entry(stage: StageRef, step: Step, resource: VimResource | None) -> Entry:
    return Entry(key=_entry_key(stage, step), stage=stage, step_key=step.key, resource=resource)
