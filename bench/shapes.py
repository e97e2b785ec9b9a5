"""The shape of an operation, read from its own history: so the bare workflow does what the engine did, not a guess."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from temporalio.api.common.v1 import Payloads
from temporalio.api.history.v1 import HistoryEvent

from activities.step import VIM_QUEUE
from bench.bare import LCM, VIM, Call, Shape

PADDING = 30
"""Bytes of a `Padding` around its text, and of the quotes around a result: what padding need not fill."""


def shape_of(events: Sequence[HistoryEvent]) -> Shape:
    """Rounds are the activities that one workflow task scheduled."""
    results = {
        event.activity_task_completed_event_attributes.scheduled_event_id: _size(
            event.activity_task_completed_event_attributes.result
        )
        for event in events
        if event.HasField("activity_task_completed_event_attributes")
    }
    rounds: dict[int, list[Call]] = defaultdict(list)
    for event in events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            call = Call(
                queue=VIM if scheduled.task_queue.name == VIM_QUEUE else LCM,
                argument=max(0, _size(scheduled.input) - PADDING),
                result=max(0, results[event.event_id] - 2),
            )
            rounds[scheduled.workflow_task_completed_event_id].append(call)
    return Shape(rounds=list(rounds.values()))


def census(events: Sequence[HistoryEvent]) -> Counter[str]:
    """How many activities of each type there were."""
    return Counter(
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in events
        if event.HasField("activity_task_scheduled_event_attributes")
    )


def _size(payloads: Payloads) -> int:
    return sum(len(payload.data) for payload in payloads.payloads)
