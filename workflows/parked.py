"""An operation in FAILED_TEMP.

One small workflow type that changes almost never, so that any later release of the operation carries it on.
"""

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from manoflow.domain.lcm import LcmOperationState, Ticket, Verdict, VerdictKind
from workflows.recording import Recording, problem


@workflow.defn
class Parked:
    """Wait, for months if need be, for somebody to retry, roll back or fail an operation."""

    @workflow.init
    def __init__(self, ticket: Ticket) -> None:
        """Whoever reads FAILED_TEMP may decide: even before it is written, this run takes verdicts."""
        self._ticket = ticket
        self._recording = Recording(ticket)
        self._verdict: Verdict | None = None
        self._shown = False

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Show why it stands, wait, and go on as the verdict says."""
        await self._recording.claim()
        await self._recording.enter(LcmOperationState.FAILED_TEMP, error=problem(ticket.failures))
        await workflow.wait_condition(lambda: self._verdict is not None)
        kind = self._verdict.kind if self._verdict else VerdictKind.RETRY
        decided = ticket.model_copy(
            update={
                "rolling_back": kind is VerdictKind.ROLLBACK,
                "observe_first": kind is VerdictKind.RETRY,
                "verdict_id": self._verdict.id if self._verdict else None,
            }
        )
        self._recording.renew(decided)
        await self._recording.enter(kind.leads_to, error=problem(ticket.failures))
        self._shown = True
        await workflow.wait_condition(workflow.all_handlers_finished)
        if kind is VerdictKind.FAIL:
            return kind.leads_to.value
        return workflow.continue_as_new(args=[decided], workflow=ticket.workflow)

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
        if verdict.kind is VerdictKind.ROLLBACK and self._ticket.point_of_no_return:
            return f"step '{self._ticket.point_of_no_return}' was begun and cannot be undone; retry or fail it"
        return None
