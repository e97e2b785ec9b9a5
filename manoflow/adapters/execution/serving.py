"""Who serves a task queue now.

Every worker tells the server once a second that it lives (`manoflow.adapters.execution.client`), so one that was
killed, stopped or cut off is missed after a few. A server that keeps no such heartbeats still knows who polled; there a
dead worker is missed after a minute.
"""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import TaskQueueType, WorkerStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.worker.v1 import WorkerHeartbeat
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, ListWorkersRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from manoflow.adapters.execution.client import CALL_TIMEOUT

FRESH = timedelta(seconds=5)
"""A worker that beat longer ago is gone. It is the worker's clock that counts: machines must agree better than that."""
POLLER_AGE = timedelta(seconds=70)
"""A poll lasts a minute at most."""


async def workers_of(client: Client, queue: str) -> tuple[str, ...]:
    """Identities of a queue's workers. Raises what the client raises."""
    beats = await _beats(client, queue)
    if not beats:
        return tuple(sorted(await _pollers(client, queue, POLLER_AGE)))
    # One that has just begun has polled already, but not beaten yet.
    return tuple(sorted(_alive(beats) | await _pollers(client, queue, FRESH)))


async def _beats(client: Client, queue: str) -> list[WorkerHeartbeat]:
    """The last heartbeat of each worker, also of those that are gone."""
    request = ListWorkersRequest(namespace=client.namespace, query=f"TaskQueue = '{queue}'")
    try:
        answer = await client.workflow_service.list_workers(request, timeout=CALL_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.UNIMPLEMENTED:
            raise
        return []
    return [worker.worker_heartbeat for worker in answer.workers_info]


def _alive(beats: list[WorkerHeartbeat]) -> set[str]:
    running = [beat for beat in beats if beat.status == WorkerStatus.WORKER_STATUS_RUNNING]
    return {beat.worker_identity for beat in running if _is_younger(beat.heartbeat_time, FRESH)}


async def _pollers(client: Client, queue: str, age: timedelta) -> set[str]:
    """Those that have polled since. Every worker of ours polls for activities."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
    )
    answer = await client.workflow_service.describe_task_queue(request, timeout=CALL_TIMEOUT)
    return {poller.identity for poller in answer.pollers if _is_younger(poller.last_access_time, age)}


def _is_younger(moment: Timestamp, age: timedelta) -> bool:
    return moment.ToDatetime(UTC) > datetime.now(UTC) - age
