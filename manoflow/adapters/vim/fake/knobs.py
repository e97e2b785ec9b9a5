"""Knobs of a fake cloud: make its calls slow, fail, stop, lose their answer or make things badly.

They lie in the world, so that a test or the demo strikes calls of other processes. `call` is a call (`schema.CALLS`) or
a pattern of calls: ``servers.create``, ``ports.*``, ``*.delete``, ``*``. `matching` restricts a knob to resources whose
name or uid contains it. `times` says how many calls are struck; None means all until it is released. A knob counts a
call when the call begins; of several with one effect the one set first strikes.
"""

import asyncio
from fnmatch import filter as matching_names
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple, NewType
from uuid import UUID

from manoflow.adapters.vim.fake.schema import CALLS
from manoflow.adapters.vim.fake.world import World, visit
from manoflow.domain.errors import InvalidInputError, ManoError

HELD_POLL_SECONDS = 0.03

Knob = NewType("Knob", int)
"""A knob that is set."""


class Held(NamedTuple):
    """A call that waits at a hold."""

    call: str
    uid: UUID | None
    name: str
    point: str
    pid: int


def slow(world: Path, call: str, seconds: float, *, times: int | None = None, matching: str = "") -> Knob:
    """Give calls this latency. Servers and storages spend it BUILDING or DELETING, other calls before they answer."""
    return _set(world, call, "slow", times, matching, seconds=seconds)


def fail(world: Path, call: str, error: ManoError, *, times: int | None = 1, matching: str = "") -> Knob:
    """Raise an error of this class (of `manoflow.domain.errors`) and text before the call takes effect."""
    return _set(world, call, "fail", times, matching, error=type(error).__name__, text=error.message)


def lose_answer(world: Path, call: str, *, times: int | None = 1, matching: str = "") -> Knob:
    """Let the call take effect, then raise an `UnreachableError`."""
    return _set(world, call, "lose answer", times, matching)


def half_make(world: Path, *, times: int | None = 1, matching: str = "") -> Knob:
    """Make virtual links without their subnet."""
    return _set(world, "virtual_links.create", "half make", times, matching)


def break_down(world: Path, call: str, fault: str, *, times: int | None = 1, matching: str = "") -> Knob:
    """Let what the call makes end BROKEN with this fault once it is built."""
    return _set(world, call, "break", times, matching, text=fault)


def hold(
    world: Path, call: str, point: Literal["before", "after"], *, times: int | None = 1, matching: str = ""
) -> Knob:
    """Stop calls before or after their effect until `release`. See `await_held`."""
    return _set(world, call, f"hold {point}", times, matching)


async def await_held(world: Path, knob: Knob, *, within: float = 10.0) -> Held:
    """Wait until a call stands still at a hold; raises `TimeoutError` when none has `within` so many seconds."""
    opened = await asyncio.to_thread(World.existing, world)
    try:
        deadline = monotonic() + within
        while (held := await asyncio.to_thread(_held, opened, knob)) is None:
            if monotonic() > deadline:
                raise TimeoutError(f"no call reached hold {knob} of {world} within {within} s")
            await asyncio.sleep(HELD_POLL_SECONDS)
        return held
    finally:
        opened.close()


def release(world: Path, knob: Knob) -> None:
    """Take one knob away. Calls that it holds go on."""
    with visit(world) as connection:
        connection.execute("DELETE FROM knobs WHERE id = ?", (knob,))


def clear(world: Path) -> None:
    """Take every knob away. Calls that are held go on."""
    with visit(world) as connection:
        connection.execute("DELETE FROM knobs")


def _held(world: World, knob: Knob) -> Held | None:
    with world.transaction() as connection:
        row = connection.execute("SELECT * FROM held WHERE knob_id = ? ORDER BY rowid", (knob,)).fetchone()
    if row is None:
        return None
    uid = UUID(row["uid"]) if row["uid"] else None
    return Held(row["call"], uid, row["name"], row["point"], row["pid"])


def _set(world: Path, call: str, effect: str, times: int | None, matching: str, **particulars: str | float) -> Knob:
    if not matching_names(CALLS, call):
        raise InvalidInputError(
            f"cannot set a knob for {call!r}: the fake VIM makes no such call; its calls are {', '.join(sorted(CALLS))}"
        )
    row = {"call": call, "effect": effect, "remaining": times, "matching": matching, **particulars}
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    with visit(world) as connection:
        knob = connection.execute(
            f"INSERT INTO knobs ({columns}) VALUES ({places}) RETURNING id",  # noqa: S608 - names of ours
            tuple(row.values()),
        ).fetchone()
    return Knob(knob["id"])
