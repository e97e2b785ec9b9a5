"""The port `Execution` on Temporal.

All operations of a VNF instance share one workflow id, so Temporal too lets only one of them run at a time.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import LcmOperationState, Ticket, Verdict
from manoflow.ports.execution import AmbiguousAnswerError, Started

SEARCH_ATTRIBUTES = ("VnfInstanceId", "LcmOpOccId", "LcmOperation", "LcmOperationState")
"""Keyword search attributes that the namespace must know."""

DECISION_TIMEOUT = timedelta(seconds=5)
TASK_TIMEOUT = timedelta(seconds=5)
"""A worker that took a workflow task and died is noticed so much later."""
CALL_TIMEOUT = timedelta(seconds=5)
POLLER_AGE = timedelta(seconds=70)
"""A poll lasts a minute at most, so a poller seen longer ago is gone."""

NO_ANSWER = (RPCError, RuntimeError)
"""What the client raises; RuntimeError where it is lazy and could not connect."""
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

_TYPES = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


async def connect(address: str, namespace: str, *, lazy: bool = True) -> Client:
    """A client that connects when it is first used, so that the API starts without Temporal.

    Workers need one that is connected (`lazy` False): raises `RuntimeError` where Temporal does not answer.
    """
    return await Client.connect(address, namespace=namespace, lazy=lazy, data_converter=pydantic_data_converter)


def workflow_id(vnf_instance_id: UUID) -> str:
    """All operations of a VNF instance share it."""
    return f"vnf/{vnf_instance_id}"


class TemporalExecution:
    """Starts operations and passes on verdicts."""

    def __init__(self, client: Client, task_queue: str, activity_queues: tuple[str, ...]) -> None:
        """`task_queue` is that of the workflows."""
        self._client = client
        self._task_queue = task_queue
        self._activity_queues = activity_queues

    async def start(self, ticket: Ticket) -> Started:
        """Start the occurrence's workflow, or see who is in the way."""
        try:
            await self._client.start_workflow(
                ticket.workflow,
                ticket,
                id=workflow_id(ticket.vnf_instance_id),
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                memo={"lcmOpOccId": str(ticket.lcm_op_occ_id)},
                search_attributes=_search_attributes(ticket),
                static_summary=ticket.summary or None,
                task_timeout=TASK_TIMEOUT,
                rpc_timeout=CALL_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return await self._in_the_way(ticket)
        except NO_ANSWER as error:
            raise _unreachable(error, "start the operation") from error
        return Started.RUNNING

    async def _in_the_way(self, ticket: Ticket) -> Started:
        handle = self._client.get_workflow_handle(workflow_id(ticket.vnf_instance_id))
        try:
            held_by = await (await handle.describe(rpc_timeout=CALL_TIMEOUT)).memo_value("lcmOpOccId", default=None)
        except NO_ANSWER as error:
            raise _unreachable(error, "look at the running operation") from error
        return Started.RUNNING if held_by == str(ticket.lcm_op_occ_id) else Started.CLOSING

    async def decide(self, verdict: Verdict) -> None:
        """Send the verdict as an update whose id is the request's."""
        handle = self._client.get_workflow_handle(workflow_id(verdict.vnf_instance_id))
        try:
            await handle.execute_update("decide", verdict, id=str(verdict.id), rpc_timeout=DECISION_TIMEOUT)
        except WorkflowUpdateFailedError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "Conflict":
                raise ConflictError(error.cause.message) from error
            raise AmbiguousAnswerError(str(error.cause)) from error
        except WorkflowUpdateRPCTimeoutOrCancelledError as error:
            raise AmbiguousAnswerError("the verdict was not answered in time") from error
        except RPCError as error:
            if error.status in AMBIGUOUS:
                raise AmbiguousAnswerError(error.message) from error
            raise _unreachable(error, "pass on the verdict") from error
        except RuntimeError as error:
            raise _unreachable(error, "pass on the verdict") from error

    async def check(self) -> None:
        """See that somebody polls every queue."""
        queues = [(self._task_queue, kind) for kind in _TYPES]
        queues += [(queue, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY) for queue in self._activity_queues]
        await asyncio.gather(*(self._require_poller(queue, kind) for queue, kind in queues))

    async def _require_poller(self, queue: str, kind: "TaskQueueType.ValueType") -> None:
        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
        try:
            answer = await self._client.workflow_service.describe_task_queue(request, timeout=CALL_TIMEOUT)
        except NO_ANSWER as error:
            raise _unreachable(error, "reach Temporal") from error
        oldest = datetime.now(UTC) - POLLER_AGE
        if not any(poller.last_access_time.ToDatetime(UTC) > oldest for poller in answer.pollers):
            message = f"cannot find a worker on queue {queue}: start one with `manoflow worker`"
            raise UnreachableError(message)


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


def _unreachable(error: Exception, what: str) -> UnreachableError:
    return UnreachableError(f"cannot {what}: Temporal does not answer ({error})")
