"""How a workflow calls an activity: queue, timeouts, retries and id follow from the activity's kind of step.

The id ``{activity}:{key}`` makes replay notice a step that was inserted or removed: it compares types and ids, not
arguments.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, TimeoutError  # noqa: A004 - Temporal's own

from activities.errors import bounded
from activities.step import kind_of_step, queue_of
from manoflow.domain.timing import Timings

LAST_NET = 30.0
"""Seconds after which the server gives up an attempt that its worker should have ended (`activities.attending`)."""

Argument = TypeVar("Argument")
Result = TypeVar("Result")

Activity = Callable[[Any, Argument], Awaitable[Result]]
"""An unbound activity method that takes one model."""


async def perform(
    activity: Activity[Argument, Result], argument: Argument, *, key: str, timings: Timings, summary: str | None = None
) -> Result:
    """Have an activity done. Raises `ActivityError` once its kind's budget is spent, or at once for a permanent error.

    A cancelled activity is waited for: otherwise what it makes after its cancellation would never be undone.
    """
    kind = kind_of_step(activity)
    timing = timings.of(kind)
    result: Result = await workflow.execute_activity_method(
        activity,
        argument,
        activity_id=f"{activity.__name__}:{key}",
        task_queue=queue_of(kind),
        start_to_close_timeout=timedelta(seconds=timing.attempt + LAST_NET),
        heartbeat_timeout=timedelta(seconds=timings.heartbeat),
        retry_policy=RetryPolicy(
            initial_interval=timedelta(seconds=timing.first_retry),
            maximum_interval=timedelta(seconds=timing.longest_retry),
        ),
        cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        summary=summary,
    )
    return result


def reason(error: ActivityError) -> str:
    """Why a step failed, in one sentence for people."""
    cause = error.cause
    while isinstance(cause, TimeoutError) and cause.cause is not None:
        cause = cause.cause  # a time-out hides what the last attempt said
    message = getattr(cause, "message", None) or str(cause or error)
    return bounded(message if message.startswith("cannot ") else f"cannot finish {error.activity_id}: {message}")
