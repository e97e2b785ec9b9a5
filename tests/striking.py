"""Faults at named points: an interceptor around every activity of a worker.

A point is an activity id (``create_port:port/app/0/app_mgmt``); what happens there is decided per VNF instance, so that
many strikes can be tried side by side in one world.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from enum import Enum
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

BEAT = 0.1
"""Seconds between two heartbeats of an activity that is held."""


class Strike(Enum):
    """What may happen to one attempt of an activity."""

    TWICE = "it happens twice"
    CRASHED = "it comes to nothing, and is tried again"
    LOST = "it takes effect, and its answer is lost"
    BEFORE = "it fails for good before it takes effect"
    AFTER = "it takes effect and fails for good"
    HELD_BEFORE = "it stands still before it takes effect, until it is released or cancelled"
    HELD_AFTER = "it takes effect and stands still before it answers, until it is released or cancelled"


Rule = Callable[[str, str, int], Strike | None]
"""Given workflow id, point and attempt: what happens."""


class Hold:
    """Where an activity stands still: the test waits until it is reached, and lets it go on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.released = asyncio.Event()

    async def keep(self) -> None:
        """Stand still, alive: it beats, so that a cancellation arrives."""
        self.reached.set()
        while not self.released.is_set():
            activity.heartbeat()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.released.wait(), BEAT)


class Striking(Interceptor):
    """Worker interceptor; remembers every point it saw and every one it struck."""

    def __init__(self, rule: Rule = lambda _workflow, _point, _attempt: None) -> None:
        self.rule = rule
        self.holds: dict[tuple[str, str], Hold] = defaultdict(Hold)
        """By workflow and point, for strikes that hold."""
        self.seen: dict[str, list[str]] = defaultdict(list)
        self.struck: list[tuple[str, str]] = []

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        return _Struck(next, self)


class _Struck(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, striking: Striking) -> None:
        super().__init__(following)
        self._striking = striking

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        info = activity.info()
        workflow, point = str(info.workflow_id), info.activity_id
        self._striking.seen[workflow].append(point)
        strike = self._striking.rule(workflow, point, info.attempt)
        if strike is not None:
            self._striking.struck.append((workflow, point))
        if strike in {Strike.BEFORE, Strike.CRASHED}:
            raise ApplicationError(f"cannot do {point}: struck before", non_retryable=strike is Strike.BEFORE)
        if strike is Strike.HELD_BEFORE:
            await self._striking.holds[workflow, point].keep()
        result = await self.next.execute_activity(input)
        if strike is Strike.TWICE:
            result = await self.next.execute_activity(input)
        if strike is Strike.HELD_AFTER:
            await self._striking.holds[workflow, point].keep()
        if strike is Strike.LOST:
            raise ApplicationError(f"cannot hear the answer of {point}: struck")
        if strike is Strike.AFTER:
            raise ApplicationError(f"cannot do {point}: struck after", non_retryable=True)
        return result
