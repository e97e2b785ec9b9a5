"""The port `Execution` on Temporal.

All operations of a VNF instance share one workflow id, so Temporal too lets only one of them run at a time.
"""

from datetime import timedelta
from uuid import UUID

from temporalio.client import (
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from manoflow.adapters.execution.client import (
    CALL_TIMEOUT,
    NO_ANSWER,
    OCCURRENCE,
    SEARCH_ATTRIBUTES,
    UPLOAD,
    onboarding_id,
    unreachable,
    workflow_id,
)
from manoflow.adapters.execution.onboardings import TemporalOnboardings
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import Cancellation, LcmOperationState, Ticket, Verdict
from manoflow.domain.onboarding import OnboardingTicket
from manoflow.ports.execution import AmbiguousAnswerError, Started

PARKED = "Parked"
"""The workflow type of operations that wait for a verdict."""
ONBOARDING = "OnboardVnfPackage"
"""That of uploads (`workflows.packages.onboard`)."""

DECISION_TIMEOUT = timedelta(seconds=5)
TASK_TIMEOUT = timedelta(seconds=5)
"""A worker that took a workflow task and died is noticed so much later."""

AMBIGUOUS = frozenset(
    {
        RPCStatusCode.NOT_FOUND,
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.ABORTED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.CANCELLED,
        RPCStatusCode.UNKNOWN,
    }
)
"""The verdict may have been taken: the run closed, or Temporal was cut off, while it answered."""


class TemporalExecution(TemporalOnboardings):
    """Starts operations, and passes on verdicts and cancellations."""

    async def start(self, ticket: Ticket, *, parked: bool = False) -> Started:
        """Start the occurrence's workflow, or see who is in the way."""
        try:
            await self._client.start_workflow(
                PARKED if parked else ticket.workflow,
                ticket,
                id=workflow_id(ticket.vnf_instance_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo={OCCURRENCE: str(ticket.lcm_op_occ_id)},
                search_attributes=_search_attributes(ticket),
                static_summary=ticket.summary or None,
                task_timeout=TASK_TIMEOUT,
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return await self._in_the_way(workflow_id(ticket.vnf_instance_id), OCCURRENCE, ticket.lcm_op_occ_id)
        except NO_ANSWER as error:
            raise unreachable(error, "start the operation") from error
        return Started.RUNNING

    async def onboard(self, ticket: OnboardingTicket) -> Started:
        """Start the workflow of an upload likewise."""
        try:
            await self._client.start_workflow(
                ONBOARDING,
                ticket,
                id=onboarding_id(ticket.vnf_pkg_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo={UPLOAD: str(ticket.upload_id)},
                static_summary=f"onboarding of VNF package {ticket.vnf_pkg_id}",
                task_timeout=TASK_TIMEOUT,
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return await self._in_the_way(onboarding_id(ticket.vnf_pkg_id), UPLOAD, ticket.upload_id)
        except NO_ANSWER as error:
            raise unreachable(error, "start the onboarding") from error
        return Started.RUNNING

    async def _in_the_way(self, held: str, memo: str, wanted: UUID) -> Started:
        """Whether what holds a workflow id is what was to be started."""
        handle = self._client.get_workflow_handle(held)
        try:
            held_by = await (await handle.describe(rpc_timeout=CALL_TIMEOUT)).memo_value(memo, default=None)
        except NO_ANSWER as error:
            raise unreachable(error, "look at the running workflow") from error
        return Started.RUNNING if held_by == str(wanted) else Started.CLOSING

    async def decide(self, verdict: Verdict) -> None:
        """Send the verdict as an update whose id is the request's."""
        await self._tell("decide", verdict)

    async def cancel(self, cancellation: Cancellation) -> None:
        """Send the cancellation likewise."""
        await self._tell("cancel", cancellation)

    async def _tell(self, update: str, what: Verdict | Cancellation) -> None:
        handle = self._client.get_workflow_handle(workflow_id(what.vnf_instance_id))
        try:
            await handle.execute_update(update, what, id=str(what.id), rpc_timeout=DECISION_TIMEOUT)
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "Conflict":
                raise ConflictError(error.cause.message) from error
            raise AmbiguousAnswerError(str(error.cause)) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise AmbiguousAnswerError(f"{update}: no answer in time") from error
        except RPCError as error:
            if error.status in AMBIGUOUS:
                raise AmbiguousAnswerError(error.message) from error
            raise unreachable(error, f"pass on {update}") from error
        except RuntimeError as error:
            raise unreachable(error, f"pass on {update}") from error


def _search_attributes(ticket: Ticket) -> TypedSearchAttributes:
    values = (
        str(ticket.vnf_instance_id),
        str(ticket.lcm_op_occ_id),
        ticket.operation.value,
        LcmOperationState.STARTING.value,
    )
    return TypedSearchAttributes(
        [
            SearchAttributePair(SearchAttributeKey.for_keyword(name), value)
            for name, value in zip(SEARCH_ATTRIBUTES, values, strict=True)
        ]
    )
