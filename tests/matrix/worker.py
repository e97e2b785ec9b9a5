"""A worker process that stands still where the runner says: ``python -m tests.matrix.worker POINTS``.

It is the product's `manoflow worker` with one more interceptor around every activity. While it stands it beats, as an
activity does that waits for a slow cloud. Every activity under way is a file in ``POINTS/busy``, so that the runner
knows when nothing moves any more.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import ContextVar
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from manoflow.adapters.records.engine import uninterrupted
from manoflow.adapters.vim.fake.calls import Calls, Turn
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.runtime import worker
from manoflow.runtime.settings import Settings
from manoflow.runtime.workers import workers
from tests.matrix.points import Place, Point, taken

LOOK_AGAIN = 0.02
READING = frozenset({"", "available", "find", "look_up", "of_vnf"})
"""Verbs of calls that leave the world as it is."""

_DUE: ContextVar[list[Point] | None] = ContextVar("due", default=None)
"""Where the activity under way stands still before it first changes the world."""


class Holding(Interceptor):
    """Worker interceptor."""

    def __init__(self, points: Path) -> None:
        self.points = points
        self._count = count()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        return Held(next, self)

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Say that an activity is under way."""
        sign = self.points / "busy" / f"{os.getpid()}-{next(self._count)}"
        sign.touch()
        try:
            yield
        finally:
            sign.unlink(missing_ok=True)


class Held(ActivityInboundInterceptor):
    """One attempt of an activity."""

    def __init__(self, following: ActivityInboundInterceptor, holding: Holding) -> None:
        super().__init__(following)
        self._points = holding.points
        self._busy = holding.busy

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        info = activity.info()
        with self._busy():
            found = taken(self._points, str(info.workflow_id), info.activity_id)
            if found is None:
                return await self.next.execute_activity(input)
            return await self._stopped(*found, input)

    async def _stopped(self, point: Point, place: Place, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        if place is Place.BEFORE:
            await stand(point)
        if place is Place.WITHIN:
            async with self.before_it_changes_the_world(point):
                return await self.next.execute_activity(input)
        result = await self.next.execute_activity(input)
        if place is Place.FAILS:
            raise ApplicationError(f"cannot do {activity.info().activity_id}: struck", non_retryable=True)
        if place is Place.AFTER:
            await stand(point)
        return result

    @contextlib.asynccontextmanager
    async def before_it_changes_the_world(self, point: Point) -> AsyncIterator[None]:
        """In here the first call that changes the world stands still."""
        token = _DUE.set([point])
        try:
            yield
        finally:
            _DUE.reset(token)


async def stand(point: Point) -> None:
    """Stand still at a point until it is released."""
    point.hold()
    while not point.is_released:
        activity.heartbeat()
        await asyncio.sleep(LOOK_AGAIN)


async def standing(self: Calls, call: Call, effect: Callable[[Turn], Any], perform: Any = Calls.perform) -> Any:  # noqa: ANN401
    """Make a call. While somebody stands in it, it is on its way: a cancellation is heard after its effect."""
    due = _DUE.get()
    if not due or call.kind.partition(".")[2] in READING:
        return await perform(self, call, effect)

    async def in_flight() -> Any:  # noqa: ANN401
        await stand(due.pop())
        return await perform(self, call, effect)

    return await uninterrupted(in_flight())


def main(points: Path) -> None:
    """Work as `manoflow worker` does."""
    holding = patch.object(worker, "workers", partial(workers, interceptors=[Holding(points)]))
    with holding, patch.object(Calls, "perform", standing):
        asyncio.run(worker.work(Settings.load()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
