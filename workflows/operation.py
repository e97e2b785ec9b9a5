"""The engine of every LCM operation: states, do and undo, parking, rollback, cancellation.

One idea carries it: every step has a stable key, what is done is recorded in the journal, and the list of steps is
run from the top again after every verdict. A step that the journal holds is skipped; the first that it does not hold
is where the operation stands. Parking ends the run: `workflows.parked.Parked` waits for the verdict and starts the
list again, so months of waiting, a new release of the code, a retry after a failed rollback and a workflow that
somebody terminated are all the same case.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, get_type_hints

from pydantic import TypeAdapter
from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.observing import Observing
from activities.records import Records
from manoflow.domain.base import Model
from manoflow.domain.cloud import VimResource
from manoflow.domain.diff import Action
from manoflow.domain.journal import Entry, PageRequest
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType, Ticket
from manoflow.domain.plan import PAGE_SIZE, StageRef, Step, Steps
from workflows.hearing import Hearing
from workflows.interruption import StoppedError
from workflows.performing import Activity, Argument, Result, perform, reason
from workflows.recording import entry_key, entry_of, problem
from workflows.settling import settle, take_stock, take_stock_of_undoing
from workflows.ways_out import Onward, OutOfBreathError, StandReachedError, StepsFailedError

HISTORY_LIMIT = 4000
"""Events after which the operation goes on in a new run, between two pages of steps."""


class LcmOperation(Hearing, ABC):
    """Base of the operations. A subclass says what it is for and lists its steps."""

    operation: ClassVar[LcmOperationType]
    request: ClassVar[type[Model]]
    allowed_in: ClassVar[InstantiationState | None]
    """The state that the VNF instance must be in; None: any."""
    method: ClassVar[str] = "POST"
    """POST: a task resource of the instance asks for it. PATCH: the instance itself is changed."""
    check: ClassVar[Callable[..., object]]

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        """Know where the operation stands as soon as anybody may ask."""
        super().__init__(ticket)
        self._done: dict[str, Any] = {}
        self._ahead: set[str] = set()
        self._fresh: list[Entry] = []
        self._undos: list[tuple[Any, Activity[Any, None] | None]] = []

    @abstractmethod
    async def steps(self) -> None:
        """List the steps, in order."""

    async def perform(self) -> str:
        """Run the list, and end, park, or go on in a new run."""
        onward = await self._interruption.outlive(self._perform())
        if isinstance(onward, str):
            return onward
        ending = self._interruption.ending and not onward.ticket.rolling_back
        ticket = onward.ticket.model_copy(update={"ending": ending})
        return workflow.continue_as_new(args=[ticket], workflow=onward.workflow)

    async def do(
        self, activity: Activity[Argument, Result], argument: Argument, *, undo: Activity[Argument, None] | None = None
    ) -> Result:
        """Have one decision made, or recall it. Its result is kept in the journal, so keep it small."""
        self._undos.append((argument, undo))
        key = activity.__name__
        self._ahead.discard(key)
        kind = TypeAdapter(get_type_hints(activity)["return"])
        if key in self._done:
            recalled: Result = kind.validate_python(self._done[key])
            return recalled
        self._stop_if_rolling_back()
        self._halt_if_asked()
        result = await self._decide(activity, argument, key=self.ticket.operation)
        self._note(Entry(key=key, value=kind.dump_python(result, mode="json", by_alias=True)))
        return result

    async def do_each(
        self, stage: StageRef, activity: Activity[Step, VimResource | None], *, undo: Activity[Step, Any] | None = None
    ) -> None:
        """Have every step of a stage done that is not done yet. Without `undo` there is no way back from it."""
        self._undos.append((stage, undo))
        self._ahead = {key for key in self._ahead if not key.startswith(f"{stage.name}:")}
        looking = self.ticket.observe_first and stage.action is Action.CREATE
        if self._count(stage) >= stage.count and not looking:
            return
        self._stop_if_rolling_back()
        if self.ticket.rolling_back:
            return
        self._halt_if_asked()
        if undo is None:
            await self._pass_point_of_no_return(stage)
        for offset in range(0, stage.count, PAGE_SIZE):
            self._breathe()
            steps = await self._page(stage, offset)
            if looking:
                await self._strike_what_vanished(stage, offset, steps)
            await self._do_steps(stage, activity, [step for step in steps if entry_key(stage, step) not in self._done])

    async def _do_steps(
        self, stage: StageRef, activity: Activity[Step, VimResource | None], steps: Sequence[Step]
    ) -> None:
        outcome = await settle(activity, steps, self._recording.timings, self._interruption)
        done = [entry_of(stage, step, resource) for step, resource in outcome.done]
        self._done.update(dict.fromkeys(entry.key for entry in done))
        if done:
            await self._recording.write(done=[*self._taken(), *done], summary=f"{stage.name}: {len(done)}")
        if outcome.failed:
            await take_stock(stage, outcome.failed, self._recording)
        self._halt_if_asked(outcome.failures)
        if outcome.failures:
            raise StepsFailedError(outcome.failures)

    async def begin_processing(self) -> None:
        """From here on the world is touched."""
        if self._state is LcmOperationState.STARTING:
            self._halt_if_asked()
            await self._enter(LcmOperationState.PROCESSING)

    async def _perform(self) -> str | Onward:
        claimed = await self._recording.claim()
        if not claimed.granted:
            return "another execution performs this occurrence, or it has ended"
        self._state = claimed.state
        self._done = {**dict.fromkeys(claimed.journal.done), **claimed.journal.values}
        self._ahead = set(self._done)
        try:
            return await self._run_steps()
        except StepsFailedError as failed:
            return await self._park(failed)
        except OutOfBreathError:
            await workflow.wait_condition(workflow.all_handlers_finished)
            return Onward(workflow.info().workflow_type, self.ticket)

    async def _run_steps(self) -> str:
        try:
            await self.steps()
            if not self.ticket.rolling_back:
                return await self._end(LcmOperationState.COMPLETED)
            self._require_all_passed()
        except StandReachedError:
            pass
        except StepsFailedError as failed:
            await self._turn_back(failed)
        return await self._undo_everything()

    async def _turn_back(self, failed: StepsFailedError) -> None:
        """Undo at once what failed before anything was touched, or whose workflow was cancelled in Temporal."""
        untouched = self._state is LcmOperationState.STARTING
        ending = self._interruption.ending and self.ticket.point_of_no_return is None
        if not (untouched or ending):
            raise failed
        await self._close_doors()
        self._interruption.mode, self._interruption.undoing = None, True
        self._renew(failures=failed.failures, rolling_back=True, cancel_mode=None)
        if not untouched:
            await self._enter(LcmOperationState.ROLLING_BACK)
            self._leaving = False

    async def _decide(self, activity: Activity[Argument, Result], argument: Argument, *, key: str) -> Result:
        try:
            return await self._interruption.attend(
                perform(activity, argument, key=key, timings=self._recording.timings)
            )
        except ActivityError as error:
            self._halt_if_asked()
            raise StepsFailedError([reason(error)]) from error
        except StoppedError as error:
            self._halt_if_asked()
            raise StepsFailedError([f"cannot tell what came of {activity.__name__}: it was stopped"]) from error

    async def _undo_everything(self) -> str:
        """Undo newest first, siblings side by side; one failed undo does not stop its siblings, but what is older."""
        for target, undo in reversed(self._undos):
            if undo is None:
                continue
            self._halt_if_asked()
            if isinstance(target, StageRef):
                await self._undo_stage(target, undo)
            else:
                await self._decide(undo, target, key=self.ticket.operation)
        return await self._end(LcmOperationState.ROLLED_BACK)

    async def _undo_stage(self, stage: StageRef, undo: Activity[Any, None]) -> None:
        for offset in range(0, stage.count, PAGE_SIZE):
            self._breathe()
            steps = await self._page(stage, offset)
            outcome = await settle(undo, steps, self._recording.timings, self._interruption)
            struck = [entry_of(stage, step, resource) for step, resource in outcome.done]
            for entry in struck:
                self._done.pop(entry.key, None)
            await self._recording.write(struck=struck, summary=f"undo {stage.name}: {len(struck)}")
            if outcome.failed:
                await take_stock_of_undoing(stage, outcome.failed, self._recording)
            self._halt_if_asked(outcome.failures)
            if outcome.failures:
                raise StepsFailedError(outcome.failures)

    async def _park(self, failed: StepsFailedError) -> Onward:
        """End this run; `Parked` shows FAILED_TEMP and waits."""
        await self._close_doors()
        if self._fresh:
            await self._recording.write(done=self._taken(), summary="decisions")
        return Onward("Parked", self.ticket.model_copy(update={"failures": failed.failures, "cancel_mode": None}))

    async def _pass_point_of_no_return(self, stage: StageRef) -> None:
        if self.ticket.point_of_no_return is None and stage.count:
            self._renew(point_of_no_return=stage.name)
            await self._recording.write(done=self._taken(), summary=f"point of no return: {stage.name}")

    async def _enter(self, state: LcmOperationState) -> None:
        self._state = state
        error = problem(self.ticket.failures) if self.ticket.failures else None
        await self._recording.enter(state, error=error, done=self._taken())

    async def _end(self, state: LcmOperationState) -> str:
        """The last word, unless a cancellation was accepted before it."""
        await self._close_doors()
        self._halt_if_asked()
        await self._enter(state)
        return state.value

    async def _strike_what_vanished(self, stage: StageRef, offset: int, steps: Sequence[Step]) -> None:
        """Before a retry relies on what was made: what somebody removed meanwhile is made again."""
        made = tuple(step for step in steps if entry_key(stage, step) in self._done)
        if not made:
            return
        gone = await self._decide(Observing.vanished, Steps(steps=made), key=f"{stage.name}:{offset}")
        struck = [entry_of(stage, step, None) for step in made if step.key in gone]
        if struck:
            for entry in struck:
                del self._done[entry.key]
            await self._recording.write(struck=struck, summary=f"{stage.name}: {len(struck)} vanished")

    async def _page(self, stage: StageRef, offset: int) -> Sequence[Step]:
        request = PageRequest(stage=stage, offset=offset, lcm_op_occ_id=self.ticket.lcm_op_occ_id)
        return await perform(Records.page, request, key=f"{stage.name}:{offset}", timings=self._recording.timings)

    def _breathe(self) -> None:
        """Go on in a new run before the history grows too long: the ticket and the journal carry everything."""
        if workflow.info().get_current_history_length() > HISTORY_LIMIT and not self._fresh:
            raise OutOfBreathError

    def _stop_if_rolling_back(self) -> None:
        """Nothing done lies ahead. A release may have inserted a step before what an older one did: that is passed."""
        if self.ticket.rolling_back and not self._ahead:
            raise StandReachedError

    def _require_all_passed(self) -> None:
        if self._ahead:
            message = (
                f"cannot roll back: this release has no step any more that undoes {', '.join(sorted(self._ahead))}"
            )
            raise StepsFailedError([message])

    def _count(self, stage: StageRef) -> int:
        return sum(1 for key in self._done if key.startswith(f"{stage.name}:"))

    def _note(self, entry: Entry) -> None:
        self._done[entry.key] = entry.value
        self._fresh.append(entry)

    def _taken(self) -> list[Entry]:
        """Decisions not yet recorded; whoever takes them records them."""
        taken, self._fresh = self._fresh, []
        return taken
