"""The life of an operation: VnfLcmOpOcc, its states, verdicts, and the ticket a workflow carries.

Sources: SOL003 clauses 5.5.2.13 (VnfLcmOpOcc), 5.6.2 (states and the tasks that leave them).
"""

from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from manoflow.domain.base import Model, Moment
from manoflow.domain.vim import DEFAULT_TENANT


class LcmOperationType(StrEnum):
    """SOL003 clause 5.5.4.5. Only those that an operation file implements can be asked for."""

    INSTANTIATE = "INSTANTIATE"
    SCALE = "SCALE"
    SCALE_TO_LEVEL = "SCALE_TO_LEVEL"
    CHANGE_FLAVOUR = "CHANGE_FLAVOUR"
    TERMINATE = "TERMINATE"
    HEAL = "HEAL"
    OPERATE = "OPERATE"
    CHANGE_EXT_CONN = "CHANGE_EXT_CONN"
    MODIFY_INFO = "MODIFY_INFO"
    CHANGE_VNFPKG = "CHANGE_VNFPKG"


class LcmOperationState(StrEnum):
    """SOL003 clause 5.5.4.6: the language in which people speak of an operation."""

    STARTING = "STARTING"
    """Admitted; deciding what to do and asking for a grant. Nothing has been touched."""
    PROCESSING = "PROCESSING"
    """Granted; changing the world."""
    COMPLETED = "COMPLETED"
    """Done. Final."""
    FAILED_TEMP = "FAILED_TEMP"
    """A step failed for good. Waits, without a time limit, for somebody to retry, roll back or fail it."""
    FAILED = "FAILED"
    """Given up; what was made stays and stays recorded. Final."""
    ROLLING_BACK = "ROLLING_BACK"
    """Undoing, newest step first."""
    ROLLED_BACK = "ROLLED_BACK"
    """The world is as it was before. Final."""


FINAL_STATES = frozenset({LcmOperationState.COMPLETED, LcmOperationState.FAILED, LcmOperationState.ROLLED_BACK})


class InstantiationState(StrEnum):
    """SOL003 clause 5.5.2.2."""

    NOT_INSTANTIATED = "NOT_INSTANTIATED"
    INSTANTIATED = "INSTANTIATED"


class VerdictKind(StrEnum):
    """The tasks that leave FAILED_TEMP (SOL003 clauses 5.4.14 to 5.4.16)."""

    RETRY = "retry"
    ROLLBACK = "rollback"
    FAIL = "fail"

    @property
    def leads_to(self) -> LcmOperationState:
        """The state that shows that the verdict was taken."""
        return {
            VerdictKind.RETRY: LcmOperationState.PROCESSING,
            VerdictKind.ROLLBACK: LcmOperationState.ROLLING_BACK,
            VerdictKind.FAIL: LcmOperationState.FAILED,
        }[self]


class CancelMode(StrEnum):
    """How an operation is asked to stop (SOL003 clause 5.5.4.2)."""

    GRACEFUL = "GRACEFUL"
    """Begin no new step, and wait for those that run."""
    FORCEFUL = "FORCEFUL"
    """Begin no new step, and stop those that run."""


CANCELLABLE = frozenset({LcmOperationState.STARTING, LcmOperationState.PROCESSING, LcmOperationState.ROLLING_BACK})
"""The states in which an operation can be cancelled (SOL003 clause 5.4.17)."""


class ProblemDetails(Model):
    """What went wrong (RFC 9457; SOL013 clause 6.3)."""

    type: str = "about:blank"
    title: str | None = None
    status: int
    detail: str
    instance: str | None = None


class Ticket(Model):
    """What a workflow run is started with, and hands to the run that follows it."""

    format: int = 1
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    operation: LcmOperationType
    workflow: str
    """Name of the operation's workflow type: what `Parked` continues as."""
    rolling_back: bool = False
    observe_first: bool = False
    """Set by a retry: what is recorded as made is looked for before it is relied on."""
    verdict_id: UUID | None = None
    """The verdict that made this run, written with the state it led to."""
    point_of_no_return: str | None = None
    """The irreversible step that was reached, if any: from then on nothing can be rolled back."""
    cancel_mode: CancelMode | None = None
    """Somebody asked for the operation to stop, and it has not stopped yet."""
    ending: bool = False
    """Somebody cancelled the workflow in Temporal: roll back and end, where that is possible."""
    takeover: str | None = None
    """Set by the sweep that found the occurrence without a workflow: the claim that this run takes over."""
    failures: tuple[str, ...] = ()
    """Why the operation is parked."""
    summary: str = ""
    """One line for people in Temporal's lists."""


class Verdict(Model):
    """Somebody's decision about an operation in FAILED_TEMP."""

    id: UUID
    """Id of the request: a repeated request is the same verdict."""
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    kind: VerdictKind


class CancelModeRequest(Model):
    """What a consumer sends to cancel an operation: ETSI's CancelMode (SOL003 clause 5.5.2.14)."""

    cancel_mode: CancelMode


class Cancellation(Model):
    """Somebody's wish that an operation stops (SOL003 clauses 5.4.17 and 5.5.2.14)."""

    id: UUID
    """Id of the request: a repeated request is the same wish."""
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    mode: CancelMode


class VnfLcmOpOcc(Model):
    """An occurrence of a lifecycle operation, as recorded."""

    id: UUID
    vnf_instance_id: UUID
    vnfd_id: str
    operation: LcmOperationType
    workflow: str
    operation_state: LcmOperationState
    state_entered_time: Moment
    start_time: Moment
    is_automatic_invocation: bool = False
    is_cancel_pending: bool = False
    cancel_mode: CancelMode | None = None
    operation_params: JsonValue = None
    """The request, without credentials."""
    grant_id: UUID | None = None
    plan_id: UUID | None = None
    error: ProblemDetails | None = None
    verdict_id: UUID | None = None
    """The last verdict or cancellation that was taken."""
    point_of_no_return: str | None = None
    first_execution_run_id: str | None = None
    """The Temporal execution that claimed the occurrence; None while none has."""
    rev: int = 0
    principal: str | None = None
    tenant: str = DEFAULT_TENANT

    @property
    def is_open(self) -> bool:
        """It still holds its VNF instance."""
        return self.operation_state not in FINAL_STATES

    @property
    def hold(self) -> str:
        """How it holds its VNF instance, and the ways out: for whoever is refused because of it."""
        holds = f"operation {self.id} ({self.operation}) holds it in state {self.operation_state}"
        if self.operation_state is LcmOperationState.FAILED_TEMP:
            return f"{holds}; retry it, roll it back (rollback) or give it up (fail) first"
        if self.is_cancel_pending:
            return f"{holds}; its cancellation ({self.cancel_mode}) is under way, wait until it has stopped"
        return f"{holds}; wait until it has ended, or cancel it"
