"""The frame around every call: it is entered in the journal, waits, fails or stops as the knobs say, and takes effect.

The effect and its entry in the journal are one transaction, so the journal never tells more or less than what happened,
wherever a process is killed.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from sqlite3 import Connection
from typing import ParamSpec, TypeVar
from uuid import uuid4

from manoflow.adapters.vim.fake.schema import IN_BACKGROUND
from manoflow.adapters.vim.fake.strikes import Call, Strikes, take
from manoflow.adapters.vim.fake.world import World, milliseconds
from manoflow.domain.errors import ManoError, UnreachableError

RELEASE_POLL_SECONDS = 0.03
"""How often a held call looks whether it may go on."""

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class Outcome(StrEnum):
    """What came of a call."""

    OPEN = "open"
    """Without effect so far; for ever, if its process died or the call was cancelled."""
    DONE = "done"
    """It took effect."""
    LOST = "lost"
    """It took effect and the answer was lost."""
    REFUSED = "refused"
    """The cloud's own rules refused it."""
    FAILED = "failed"
    """A knob made it fail before the effect."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A call's turn at the world: the transaction its effect takes place in, and the circumstances."""

    world: Connection
    now: int
    takes: int
    """Milliseconds that building or going takes after the answer; 0 for what is not done in the background."""
    strikes: Strikes


class Calls:
    """Makes the calls of one connection."""

    def __init__(self, world: World, latency: Mapping[str, float]) -> None:
        """`latency`: seconds by call or pattern of calls (``ports.*``); the last that fits counts."""
        self._world = world
        self._latency = latency

    async def perform(self, call: Call, effect: Callable[[Turn], Answer]) -> Answer:
        """Make one call; raises what the cloud's rules or the knobs say."""
        entry, strikes = await _to_its_end(self._begin, call)
        await self._hold(call, "before", strikes.held_before)
        seconds = self._seconds(call) if strikes.seconds is None else strikes.seconds
        if call.kind not in IN_BACKGROUND:
            await asyncio.sleep(seconds)
        if strikes.error is not None:
            await _to_its_end(self._note, entry, Outcome.FAILED)
            raise strikes.error
        takes = round(seconds * 1000) if call.kind in IN_BACKGROUND else 0
        answer = await _to_its_end(self._take_effect, entry, effect, strikes, takes)
        await self._hold(call, "after", strikes.held_after)
        if strikes.answer_lost:
            await _to_its_end(self._note, entry, Outcome.LOST)
            raise UnreachableError(f"cannot tell what came of {call.kind} {call.name}: its answer was lost")
        return answer

    def _seconds(self, call: Call) -> float:
        fitting = [seconds for pattern, seconds in self._latency.items() if fnmatchcase(call.kind, pattern)]
        return fitting[-1] if fitting else 0.0

    def _begin(self, call: Call) -> tuple[int, Strikes]:
        with self._world.transaction() as world:
            entry = world.execute(
                "INSERT INTO journal (call, uid, name, pid, began_at, outcome) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
                (call.kind, call.uid, call.name, os.getpid(), milliseconds(), Outcome.OPEN),
            ).fetchone()["id"]
            return entry, take(world, call)

    def _take_effect(self, entry: int, effect: Callable[[Turn], Answer], strikes: Strikes, takes: int) -> Answer:
        try:
            with self._world.transaction() as world:
                turn = Turn(world=world, now=milliseconds(), takes=takes, strikes=strikes)
                answer = effect(turn)
                world.execute("UPDATE journal SET outcome = ? WHERE id = ?", (Outcome.DONE, entry))
                return answer
        except ManoError:
            self._note(entry, Outcome.REFUSED)
            raise

    def _note(self, entry: int, outcome: Outcome) -> None:
        with self._world.transaction() as world:
            world.execute("UPDATE journal SET outcome = ? WHERE id = ?", (outcome, entry))

    async def _hold(self, call: Call, point: str, knob: int | None) -> None:
        if knob is None:
            return
        held = str(uuid4())
        try:
            await _to_its_end(self._stand_still, held, call, point, knob)
            while await _to_its_end(self._is_held, held):  # noqa: ASYNC110 - another process releases it
                await asyncio.sleep(RELEASE_POLL_SECONDS)
        finally:
            await _to_its_end(self._go_on, held)

    def _stand_still(self, held: str, call: Call, point: str, knob: int) -> None:
        """Say in the world that the call waits; a knob released meanwhile holds nobody."""
        with self._world.transaction() as world:
            world.execute(
                "INSERT INTO held (id, knob_id, call, uid, name, point, pid)"
                " SELECT ?, id, ?, ?, ?, ?, ? FROM knobs WHERE id = ?",
                (held, call.kind, call.uid, call.name, point, os.getpid(), knob),
            )

    def _is_held(self, held: str) -> bool:
        with self._world.transaction() as world:
            return world.execute("SELECT 1 FROM held WHERE id = ?", (held,)).fetchone() is not None

    def _go_on(self, held: str) -> None:
        with self._world.transaction() as world:
            world.execute("DELETE FROM held WHERE id = ?", (held,))


async def _to_its_end(work: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
    """Work in a thread. A caller that is cancelled waits for it, lest an undo overtakes an effect on its way."""
    working = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        with suppress(ManoError):
            await working
        raise
