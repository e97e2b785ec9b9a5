"""What may be asked of an operation while it runs: to stop. Verdicts are refused here, only `Parked` takes them."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from manoflow.domain.lcm import CANCELLABLE, Cancellation, CancelMode, LcmOperationState, Ticket, Verdict
from workflows.interruption import Interruption
from workflows.recording import Recording
from workflows.ways_out import StepsFailedError


class Hearing:
    """A run as those see it who ask something of it."""

    def __init__(self, ticket: Ticket) -> None:
        """Know where the operation stands as soon as anybody may ask."""
        self.ticket = ticket
        self._state = LcmOperationState.ROLLING_BACK if ticket.rolling_back else LcmOperationState.STARTING
        self._recording = Recording(ticket)
        self._interruption = Interruption(ticket)
        self._leaving = False

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

    @workflow.update
    async def cancel(self, wish: Cancellation) -> None:
        """Stop as soon as the mode allows; answer when it is recorded as pending."""
        self._interruption.cancel(wish.mode)
        self._renew(verdict_id=wish.id, cancel_mode=wish.mode)
        await workflow.wait_condition(lambda: self._recording.claimed is not None)
        await self._recording.write(summary=f"cancel: {wish.mode}")

    @cancel.validator
    def _refuse_to_cancel(self, wish: Cancellation) -> None:
        wrong = self._conflict(wish)
        if wrong is not None:
            raise ApplicationError(f"cannot cancel operation {wish.lcm_op_occ_id}: {wrong}", type="Conflict")

    def _conflict(self, wish: Cancellation) -> str | None:
        if wish.lcm_op_occ_id != self.ticket.lcm_op_occ_id:
            return f"operation {self.ticket.lcm_op_occ_id} holds the VNF instance"
        if self._leaving or self._state not in CANCELLABLE:
            return f"it is about to leave {self._state}, look at it again"
        pending = self._interruption.mode
        if pending is CancelMode.FORCEFUL or pending is wish.mode:
            return f"its cancellation ({pending}) is under way already"
        return None

    async def _close_doors(self) -> None:
        """Take no cancellation any more, and let those that were taken be recorded."""
        self._leaving = True
        await workflow.wait_condition(workflow.all_handlers_finished)

    def _halt_if_asked(self, failures: Sequence[str] = ()) -> None:
        """Begin nothing more; `failures` happened meanwhile."""
        if self._interruption.mode is not None:
            why = f"cannot go on: its cancellation was asked for ({self._interruption.mode})"
            raise StepsFailedError([why, *failures])
        if self._interruption.halts:
            stop = self.ticket.point_of_no_return
            tail = f", and '{stop}' cannot be rolled back" if stop else ""
            cancelled = (f"cannot go on: its workflow was cancelled in Temporal{tail}",)
            # A sweep that has it end says itself why.
            raise StepsFailedError([*(self.ticket.failures if self.ticket.takeover else cancelled), *failures])

    def _renew(self, **changes: object) -> None:
        self.ticket = self.ticket.model_copy(update=changes)
        self._recording.renew(self.ticket)
