"""What a description leaves out and the newest events of a run tell: since when steps wait, and why a task failed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client

from manoflow.adapters.execution.client import CALL_TIMEOUT

PAGE = 200
"""Events fetched at once."""
PAGES = 5
"""Pages looked through at most: what is older than that is not looked for."""

_OUTCOMES = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
)


@dataclass(frozen=True)
class FailedTask:
    """A workflow task that failed by the workflow's own code."""

    message: str
    at: datetime


class NewestEvents:
    """The history of one run, newest event first."""

    def __init__(self, client: Client, workflow_id: str, run_id: str) -> None:
        """Nothing is fetched yet."""
        self._client = client
        self._execution = WorkflowExecution(workflow_id=workflow_id, run_id=run_id)

    async def scheduled(self, activity_ids: set[str]) -> dict[str, datetime]:
        """When each of these steps was scheduled first: a description knows it of the latest attempt only."""
        found: dict[str, datetime] = {}
        if not activity_ids:
            return found
        async for event in self._events():
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                found.setdefault(event.activity_task_scheduled_event_attributes.activity_id, _moment(event))
            if activity_ids <= found.keys():
                break
        return found

    async def failed_task(self) -> FailedTask | None:
        """Why the last workflow task failed; None where it did not, or ran out of time with its worker."""
        async for event in self._events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failure = event.workflow_task_failed_event_attributes.failure
                kind = failure.application_failure_info.type
                return FailedTask(f"{kind}: {failure.message}" if kind else failure.message, _moment(event))
            if event.event_type in _OUTCOMES:
                return None
        return None

    async def _events(self) -> AsyncIterator[HistoryEvent]:
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace, execution=self._execution, maximum_page_size=PAGE
        )
        for _ in range(PAGES):
            service = self._client.workflow_service
            page = await service.get_workflow_execution_history_reverse(request, timeout=CALL_TIMEOUT)
            for event in page.history.events:
                yield event
            if not page.next_page_token:
                return
            request.next_page_token = page.next_page_token


def _moment(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(UTC)
