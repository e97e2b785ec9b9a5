"""How things stand in Temporal: the last execution of an instance, all that run, and who serves the queues.

With `manoflow.adapters.execution.onboardings` the base of `manoflow.adapters.execution.temporal`, which starts
executions and speaks with them. Nothing here changes anything.
"""

import asyncio
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.api.workflow.v1 import PendingActivityInfo
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from manoflow.adapters.execution.client import (
    CALL_TIMEOUT,
    NO_ANSWER,
    OCCURRENCE,
    SEARCH_ATTRIBUTES,
    unreachable,
    workflow_id,
)
from manoflow.adapters.execution.newest_events import NewestEvents
from manoflow.adapters.execution.serving import workers_of
from manoflow.domain.errors import UnreachableError
from manoflow.domain.lcm import LcmOperationState
from manoflow.domain.upkeep import Ended, PendingStep, Queue, Running, Standing

_VNF, _OCCURRENCE, _, _STATE = (SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES)

_ENDED = {
    WorkflowExecutionStatus.COMPLETED: Ended.COMPLETED,
    WorkflowExecutionStatus.FAILED: Ended.FAILED,
    WorkflowExecutionStatus.CANCELED: Ended.CANCELED,
    WorkflowExecutionStatus.TERMINATED: Ended.TERMINATED,
    WorkflowExecutionStatus.TIMED_OUT: Ended.TIMED_OUT,
}
"""What is not here runs, or goes on in a new run."""


class TemporalStanding:
    """Looks at executions and queues."""

    def __init__(self, client: Client, task_queue: str, activity_queues: tuple[str, ...]) -> None:
        """`task_queue` is that of the workflows."""
        self._client = client
        self._task_queue = task_queue
        self._activity_queues = activity_queues

    async def standing(self, vnf_instance_id: UUID) -> Standing | None:
        """The last execution for an instance, with what it waits for."""
        handle = self._client.get_workflow_handle(workflow_id(vnf_instance_id))
        try:
            described = await handle.describe(rpc_timeout=CALL_TIMEOUT)
            return await self._standing(vnf_instance_id, described)
        except NO_ANSWER as error:
            if isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise unreachable(error, f"look at the execution for VNF instance {vnf_instance_id}") from error

    async def _standing(self, vnf_instance_id: UUID, described: WorkflowExecutionDescription) -> Standing:
        raw = described.raw_description
        events = NewestEvents(self._client, described.id, described.run_id)
        fails = described.status is WorkflowExecutionStatus.RUNNING and raw.pending_workflow_task.attempt > 1
        stalled = await events.failed_task() if fails else None
        begun = await events.scheduled({pending.activity_id for pending in raw.pending_activities})
        performs = await described.memo_value(OCCURRENCE, default=None)
        return Standing(
            vnf_instance_id=vnf_instance_id,
            lcm_op_occ_id=UUID(performs) if performs else None,
            first_execution_run_id=raw.workflow_execution_info.first_run_id,
            workflow=described.workflow_type,
            state=_state(described.typed_search_attributes),
            ended=_ENDED.get(described.status) if described.status else None,
            steps=tuple(pending_step(info, begun.get(info.activity_id)) for info in raw.pending_activities),
            stalled=stalled.message if stalled else None,
            stalled_since=stalled.at if stalled else None,
        )

    async def running(self) -> Sequence[Running]:
        """Every execution of ours that runs."""
        found = self._client.list_workflows(f"ExecutionStatus = 'Running' AND {_VNF.name} IS NOT NULL")
        try:
            named = [
                (one.typed_search_attributes.get(_VNF), one.typed_search_attributes.get(_OCCURRENCE))
                async for one in found
            ]
        except NO_ANSWER as error:
            raise unreachable(error, "list what runs") from error
        return [Running(vnf_instance_id=UUID(vnf), lcm_op_occ_id=UUID(occ)) for vnf, occ in named if vnf and occ]

    async def queues(self, names: Collection[str] | None = None) -> Sequence[Queue]:
        """Every queue, or some, with the workers that serve them now."""
        if names is None:
            names = tuple(dict.fromkeys((self._task_queue, *self._activity_queues)))
        try:
            workers = await asyncio.gather(*(workers_of(self._client, name) for name in names))
        except NO_ANSWER as error:
            raise unreachable(error, "see who serves the queues") from error
        return [Queue(name=name, workers=found) for name, found in zip(names, workers, strict=True)]

    async def check(self) -> None:
        """See that somebody serves every queue."""
        unserved = [queue.name for queue in await self.queues() if not queue.workers]
        if unserved:
            message = f"cannot find a worker on queue {', '.join(unserved)}: start one with `manoflow worker`"
            raise UnreachableError(message)


def _state(attributes: TypedSearchAttributes) -> LcmOperationState | None:
    shown = attributes.get(_STATE)
    return LcmOperationState(shown) if shown else None


def pending_step(info: PendingActivityInfo, begun: datetime | None) -> PendingStep:
    """A step as Temporal describes it; `begun`: when it was scheduled first, where somebody has looked for that."""
    failed = info.HasField("last_failure")
    return PendingStep(
        step=info.activity_id,
        since=begun or info.scheduled_time.ToDatetime(UTC),
        attempt=info.attempt,
        running=info.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED,
        queue=info.activity_options.task_queue.name or None,
        last_error=info.last_failure.message if failed else None,
        last_error_type=info.last_failure.application_failure_info.type or None,
        worker=info.last_worker_identity or None,
        last_heartbeat=_moment(info, "last_heartbeat_time"),
        next_attempt=_moment(info, "next_attempt_schedule_time"),
    )


def _moment(info: PendingActivityInfo, field: str) -> datetime | None:
    moment: Timestamp = getattr(info, field)
    return moment.ToDatetime(UTC) if info.HasField(field) else None  # type: ignore[arg-type]
