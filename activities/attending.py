"""What surrounds every activity in a worker: heartbeats, the translation of errors, a log line that says who and what.

A killed worker is noticed when its heartbeats stop, so every activity beats, however short its code.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog
from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.errors import to_temporal
from manoflow.domain.errors import ManoError

HEARTBEAT_SECONDS = 1.0
"""Well below the heartbeat timeout of `manoflow.domain.timing`."""

log = structlog.get_logger("activities")


class Attending(Interceptor):
    """Worker interceptor."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        """Put `Attended` in front of the activity."""
        return Attended(next)


class Attended(ActivityInboundInterceptor):
    """One attempt of an activity."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        """Beat while the activity runs, and speak Temporal's language when it fails."""
        info = activity.info()
        occurrence = getattr(input.args[0], "lcm_op_occ_id", None) if input.args else None
        bound = log.bind(
            activity=info.activity_type,
            step=info.activity_id,
            attempt=info.attempt,
            vnfInstanceId=str(info.workflow_id).removeprefix("vnf/"),
            lcmOpOccId=str(occurrence),
        )
        try:
            async with _heartbeats():
                result = await super().execute_activity(input)
        except ManoError as error:
            bound.warning("step failed", error=error.message, kind=type(error).__name__)
            raise to_temporal(error) from error
        bound.info("step done")
        return result


@contextlib.asynccontextmanager
async def _heartbeats() -> AsyncIterator[None]:
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(HEARTBEAT_SECONDS)
