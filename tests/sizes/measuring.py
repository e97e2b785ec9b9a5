"""How large the traces of an operation are: its histories in Temporal, its plan in the database."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Select, Text, cast, func, select
from temporalio.api.common.v1 import Payload
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from activities.step import LCM_QUEUE, VIM_QUEUE
from manoflow.adapters.records.engine import engine_for
from manoflow.adapters.records.tables import build_steps, plans
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.plan import build_id
from tests.histories.chains import chain
from tests.histories.payloads import payloads_of
from tests.stand import Stand


class Traces(NamedTuple):
    """What one operation left. Bytes, but for counts."""

    runs: int
    events: int
    """Of the longest run."""
    run: int
    """The largest run."""
    step: int
    """The largest argument or result of a step's activity."""
    page: int
    """Steps on the largest page."""
    payload: int
    """The largest payload of all."""
    plan: int
    build: int
    """All its steps as they are recorded."""

    def __str__(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self._asdict().items())


async def traces(bench: Stand, occurrence: VnfLcmOpOcc) -> Traces:
    """Measure what an operation that has ended left."""
    workflow_id = f"vnf/{occurrence.vnf_instance_id}"
    runs = await chain(bench.client, workflow_id, str(occurrence.first_execution_run_id))
    payloads = [payload for run in runs for event in run.events for payload in payloads_of(event)]
    return Traces(
        runs=len(runs),
        events=max(len(run.events) for run in runs),
        run=max(sum(event.ByteSize() for event in run.events) for run in runs),
        step=_largest(_of_activities(runs, VIM_QUEUE)),
        page=max(payload.data.count(b'"vimConnectionId"') for payload in _of_activities(runs, LCM_QUEUE)),
        payload=_largest(payloads),
        plan=await _stored(bench, select(_bytes(plans.c.body)).where(plans.c.id == occurrence.plan_id)),
        build=await _stored(bench, _build(occurrence)),
    )


def _of_activities(runs: Sequence[WorkflowHistory], queue: str) -> Iterator[Payload]:
    """What the activities on a queue were given and answered."""
    for run in runs:
        scheduled = {event.event_id for event in run.events if _queue(event) == queue}
        for event in run.events:
            answered = event.activity_task_completed_event_attributes
            if event.event_id in scheduled or answered.scheduled_event_id in scheduled:
                yield from payloads_of(event)


def _queue(event: HistoryEvent) -> str:
    return event.activity_task_scheduled_event_attributes.task_queue.name


def _largest(payloads: Iterable[Payload]) -> int:
    return max(len(payload.data) for payload in payloads)


def _build(occurrence: VnfLcmOpOcc) -> Select[Any]:
    row = _bytes(build_steps.c.step) + _bytes(build_steps.c.element)
    return select(func.sum(row)).where(build_steps.c.build_id == build_id(occurrence.id))


def _bytes(column: Column[Any]) -> ColumnElement[int]:
    return func.length(cast(column, Text))


async def _stored(bench: Stand, statement: Select[Any]) -> int:
    engine = engine_for(bench.database_url)
    async with engine.connect() as connection:
        found = (await connection.execute(statement)).scalar_one()
    await engine.dispose()
    return int(found)
