"""What surrounds every activity in a worker: heartbeats, time limits, the translation of errors, a log line.

A killed worker is noticed when its heartbeats stop, so every activity beats, however short its code. A worker that was
frozen notices it itself (`activities.awake`) and ends its attempt, which another worker has by then. A step's budget is
judged here, after an attempt that really ended, and not by a timer of the server's: time in which no worker was there
must not fail an operation, and a call that is still under way must not be taken for one that failed.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Mapping
from time import monotonic
from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.awake import Pulse, feeling
from activities.errors import to_temporal
from manoflow.domain.errors import ManoError, PermanentError, UnreachableError
from manoflow.domain.timing import StepKind, Timings

HEARTBEAT_SECONDS = 1.0
"""Well below the heartbeat timeout of `manoflow.domain.timing`."""

log = structlog.get_logger("activities")

Point = tuple[str, str]
"""A step of a run: run id and activity id."""


class Attending(Interceptor):
    """Worker interceptor."""

    def __init__(self, kinds: Mapping[str, StepKind], timings: Timings) -> None:
        """`kinds`: the kind of step of each activity type."""
        self._kinds = kinds
        self._timings = timings
        self._begun: dict[Point, float] = {}

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        """Put `Attended` in front of the activity."""
        return Attended(next, self)

    def attempt_seconds(self, activity_type: str) -> float:
        """What one attempt may take."""
        return self._timings.of(self._kinds[activity_type]).attempt

    def begin(self, point: Point) -> None:
        """Remember when this worker first tried a step."""
        self._begun.setdefault(point, monotonic())

    def end(self, point: Point) -> None:
        """Forget a step."""
        self._begun.pop(point, None)

    def is_final(self, point: Point, activity_type: str, error: ManoError) -> bool:
        """Whether a step is not tried again: trying is useless, or its budget is spent.

        The record is written however long it takes: an operation that cannot be recorded stands still and is seen.
        """
        kind = self._kinds[activity_type]
        if kind is StepKind.RECORD:
            return False
        budget = self._timings.of(kind).budget
        spent = budget is not None and monotonic() - self._begun[point] > budget
        return spent or isinstance(error, PermanentError)


class Attended(ActivityInboundInterceptor):
    """One attempt of an activity."""

    def __init__(self, following: ActivityInboundInterceptor, attending: Attending) -> None:
        """`attending` knows the limits."""
        super().__init__(following)
        self._attending = attending

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        """Beat while the activity runs, and speak Temporal's language when it fails."""
        info = activity.info()
        point = (str(info.workflow_run_id), info.activity_id)
        bound = _log_of(info, input)
        self._attending.begin(point)
        try:
            async with _attempt(info, self._attending.attempt_seconds(info.activity_type)):
                result = await super().execute_activity(input)
        except ManoError as error:
            bound.warning("step failed", error=error.message, kind=type(error).__name__)
            final = self._attending.is_final(point, info.activity_type, error)
            if final:
                self._attending.end(point)
            # Not `from error`: Temporal keeps what causes have to say, at any length, and an SDK may say too much.
            raise to_temporal(error, final=final) from None
        self._attending.end(point)
        bound.info("step done")
        return result


def _log_of(info: activity.Info, input: ExecuteActivityInput) -> structlog.stdlib.BoundLogger:  # noqa: A002 - SDK
    occurrence = getattr(input.args[0], "lcm_op_occ_id", None) if input.args else None
    kind, _, subject = str(info.workflow_id).partition("/")
    whose = {"vnfPkgId": subject} if kind == "pkg" else {"vnfInstanceId": subject, "lcmOpOccId": str(occurrence)}
    bound: structlog.stdlib.BoundLogger = log.bind(
        activity=info.activity_type, step=info.activity_id, attempt=info.attempt, **whose
    )
    return bound


@contextlib.asynccontextmanager
async def _attempt(info: activity.Info, seconds: float) -> AsyncIterator[None]:
    """Beat, and end an attempt that takes too long or was lost in sleep.

    A call in flight is waited for by the driver that made it. Whoever is ended while it waits notes for what.
    """
    pulse = Pulse(info.heartbeat_timeout.total_seconds() if info.heartbeat_timeout else math.inf)
    try:
        async with asyncio.timeout(seconds) as limit:
            beating = asyncio.create_task(beat(pulse, limit, activity.heartbeat))
            try:
                with feeling(pulse):
                    yield
            finally:
                beating.cancel()
    except TimeoutError as error:
        if pulse.is_lost:
            raise pulse.slept() from error
        waited_for = "; ".join(getattr(error.__cause__, "__notes__", ()))
        message = f"cannot finish {info.activity_id} within {seconds:.0f} s{': ' if waited_for else ''}{waited_for}"
        raise UnreachableError(message) from error


async def beat(pulse: Pulse, limit: asyncio.Timeout, heartbeat: Callable[[], None]) -> None:
    """Send heartbeats until cancelled; once the pulse is lost, let the attempt end at once."""
    while True:
        pulse.beat()
        if pulse.is_lost:
            limit.reschedule(asyncio.get_running_loop().time())
            return
        heartbeat()
        await asyncio.sleep(HEARTBEAT_SECONDS)
