"""An operation in FAILED_TEMP.

One small workflow type that changes almost never, so that any later release of the operation carries it on. A sweep
starts it, too, for an occurrence whose workflow is gone: then it first looks at what that one left.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.records import Records
from manoflow.domain.lcm import Cancellation, LcmOperationState, Ticket, Verdict, VerdictKind
from workflows.interruption import Interruption
from workflows.performing import perform
from workflows.recording import Recording, problem
from workflows.settling import take_stock


@workflow.defn
class Parked:
    """Wait, for months if need be, for somebody to retry, roll back or fail an operation."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        """Whoever reads FAILED_TEMP may decide: even before it is written, this run takes verdicts."""
        self._ticket = ticket
        self._recording = Recording(ticket)
        self._interruption = Interruption(ticket)
        self._verdict: Verdict | None = None
        self._shown = False

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Show why it stands, wait, and go on as the verdict says."""
        decided = await self._interruption.outlive(self._wait())
        if isinstance(decided, str):
            return decided
        if self._rolls_back_and_ends and not decided.rolling_back:
            decided = decided.model_copy(update={"ending": True})
        return workflow.continue_as_new(args=[decided], workflow=ticket.workflow)

    async def _wait(self) -> Ticket | str:
        claimed = await self._recording.claim()
        if not claimed.granted:
            return "another execution performs this occurrence, or it has ended"
        if self._ticket.takeover:
            await self._look_round()
        if claimed.state is not LcmOperationState.FAILED_TEMP:
            await self._recording.enter(LcmOperationState.FAILED_TEMP, error=problem(self._ticket.failures))
        await workflow.wait_condition(lambda: self._verdict is not None or self._rolls_back_and_ends)
        kind = self._verdict.kind if self._verdict else VerdictKind.ROLLBACK
        decided = self._ticket.model_copy(
            update={
                "rolling_back": kind is VerdictKind.ROLLBACK,
                "observe_first": kind is VerdictKind.RETRY,
                "verdict_id": self._verdict.id if self._verdict else None,
                "cancel_mode": None,
                "ending": False,
                "takeover": None,
            }
        )
        self._recording.renew(decided)
        await self._recording.enter(kind.leads_to, error=problem(self._ticket.failures))
        self._shown = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        return kind.leads_to.value if kind is VerdictKind.FAIL else decided

    @property
    def _rolls_back_and_ends(self) -> bool:
        """Temporal's cancellation is the verdict to roll back, where that is possible."""
        return self._interruption.ending and self._ticket.point_of_no_return is None

    async def _look_round(self) -> None:
        occurrence = self._ticket.lcm_op_occ_id
        stood = await perform(Records.standing_at, self._ticket, key=str(occurrence), timings=self._recording.timings)
        if stood is not None:
            await take_stock(stood.stage, stood.steps, self._recording)

    @workflow.update
    async def decide(self, verdict: Verdict) -> None:
        """Take the verdict; answer when the state it leads to is recorded."""
        self._verdict = verdict
        await workflow.wait_condition(lambda: self._shown)

    @decide.validator
    def _refuse(self, verdict: Verdict) -> None:
        wrong = self._conflict(verdict)
        if wrong is not None:
            message = f"cannot {verdict.kind} operation {verdict.lcm_op_occ_id}: {wrong}"
            raise ApplicationError(message, type="Conflict")

    def _conflict(self, verdict: Verdict) -> str | None:
        if verdict.lcm_op_occ_id != self._ticket.lcm_op_occ_id:
            return f"operation {self._ticket.lcm_op_occ_id} holds the VNF instance"
        if self._verdict is not None:
            return f"it was decided already: {self._verdict.kind}"
        if self._rolls_back_and_ends:
            return "its workflow was cancelled in Temporal, it is being rolled back"
        if verdict.kind is VerdictKind.ROLLBACK and self._ticket.point_of_no_return:
            return f"step '{self._ticket.point_of_no_return}' was begun and cannot be undone; retry or fail it"
        return None

    @workflow.update
    async def cancel(self, wish: Cancellation) -> None:
        """Take a cancellation: never here, an operation in FAILED_TEMP has stopped."""
        raise _stopped_already(wish)

    @cancel.validator
    def _refuse_to_cancel(self, wish: Cancellation) -> None:
        raise _stopped_already(wish)


def _stopped_already(wish: Cancellation) -> ApplicationError:
    message = (
        f"cannot cancel operation {wish.lcm_op_occ_id}: it is FAILED_TEMP; retry it, roll it back (rollback) or "
        "give it up (fail)"
    )
    return ApplicationError(message, type="Conflict")
