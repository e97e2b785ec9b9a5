"""A worker process that stands still where it is told: ``python -m tests.lab.faults.worker POINTS``.

It is that of `tests.matrix.worker`; only right before the call that changes the cloud it is stopped in the driver, for
a real cloud has no knobs.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from temporalio.worker import ActivityInboundInterceptor

from manoflow.adapters.vim.openstack.kinds import CloudResources
from manoflow.runtime import worker
from manoflow.runtime.settings import Settings
from manoflow.runtime.workers import workers
from tests.matrix.points import Point
from tests.matrix.worker import Held, Holding, stand

CHANGING = ("create", "finish", "delete")
"""Verbs of the driver that change the cloud."""

_DUE: ContextVar[list[Point] | None] = ContextVar("due", default=None)
"""Where the activity under way stops before it first changes the cloud."""


class HoldingInDriver(Holding):
    """Worker interceptor."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        return HeldInDriver(next, self)


class HeldInDriver(Held):
    """One attempt of an activity."""

    @asynccontextmanager
    async def before_it_changes_the_world(self, point: Point) -> AsyncIterator[None]:
        token = _DUE.set([point])
        try:
            yield
        finally:
            _DUE.reset(token)


def _stopping(verb: str) -> Callable[..., Awaitable[Any]]:
    original = getattr(CloudResources, verb)

    async def stop_first(*given: object) -> object:
        due = _DUE.get()
        if due:
            await stand(due.pop())
        return await original(*given)

    return stop_first


def main(points: Path) -> None:
    """Work as `manoflow worker` does."""
    interceptors = [HoldingInDriver(points)]
    with ExitStack() as patched:
        patched.enter_context(patch.object(worker, "workers", partial(workers, interceptors=interceptors)))
        for verb in CHANGING:
            patched.enter_context(patch.object(CloudResources, verb, _stopping(verb)))
        asyncio.run(worker.work(Settings.load()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
