"""Knobs of a fake cloud: make its calls slow, fail, stop, lose their answer, or make and delete things badly.

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

from manoflow.adapters.vim.fake.schema import CALLS, KINDS
from manoflow.adapters.vim.fake.world import visit
from manoflow.domain.capacity import Measure
from manoflow.domain.errors import InvalidInputError, ManoError, NotFoundError

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


def half_make(
    world: Path, call: str = "*.create", *, and_die: bool = False, times: int | None = 1, matching: str = ""
) -> Knob:
    """Let creates leave out a part, so that what they make is HALF_MADE until it is finished.

    A virtual link lacks its subnet, a server the volumes it does not boot from, a flavor its extra specs, anything else
    the mark by which it is listed with its VNF instance. With `and_die` the call raises an `UnreachableError` as well,
    as if whoever made it had died between its parts.
    """
    return _set(world, call, "half make and die" if and_die else "half make", times, matching)


def duplicate(world: Path, call: str = "*.create", *, times: int | None = 1, matching: str = "") -> Knob:
    """Let one create make two with the same uid, as a proxy that repeats a request does.

    It makes one where the cloud forbids a second: a unique id or address, ports that can be used once, a limit.
    """
    return _set(world, call, "duplicate", times, matching)


def stall(world: Path, call: str, *, times: int | None = 1, matching: str = "") -> Knob:
    """Let what a create makes stay BUILDING, and what a delete removes DELETING, until this knob is released.

    A server that is started or stopped stays BUILDING as well.
    """
    return _set(world, call, "stall", times, matching)


def vanish_when_ready(world: Path, call: str = "*.create", *, times: int | None = 1, matching: str = "") -> Knob:
    """Let what a create makes be gone the moment after it got ready, as if somebody had removed it."""
    return _set(world, call, "vanish", times, matching)


def vanish(world: Path, matching: UUID | str) -> int:
    """Remove now whatever has this uid, or this in its name or uid, by force; answers how many resources that were.

    What was attached to it is free; a virtual link takes its ports with it. Raises `NotFoundError` where nothing fits.
    """
    with visit(world) as connection:
        vanished = sum(
            connection.execute(
                f"DELETE FROM {kind} WHERE instr(name, :text) OR instr(uid, :text)",  # noqa: S608 - a name of ours
                {"text": str(matching)},
            ).rowcount
            for kind in KINDS
        )
    if not vanished:
        raise NotFoundError(f"cannot make {matching} vanish: nothing in {world} has that name or uid")
    return vanished


def break_down(world: Path, call: str, fault: str, *, times: int | None = 1, matching: str = "") -> Knob:
    """Let what the call makes end BROKEN with this fault once it is built."""
    return _set(world, call, "break", times, matching, text=fault)


def hold(
    world: Path, call: str, point: Literal["before", "after"], *, times: int | None = 1, matching: str = ""
) -> Knob:
    """Stop calls before or after their effect until `release`. See `await_held`."""
    return _set(world, call, f"hold {point}", times, matching)


def limit(world: Path, measure: Measure, amount: int) -> None:
    """Allow the tenant so much and no more, whoever uses it; in the place of the limit that was set before."""
    with visit(world) as connection:
        connection.execute("INSERT OR REPLACE INTO limits (measure, amount) VALUES (?, ?)", (measure, amount))


def lift_limit(world: Path, measure: Measure) -> None:
    """Allow without limit."""
    with visit(world) as connection:
        connection.execute("DELETE FROM limits WHERE measure = ?", (measure,))


async def await_held(world: Path, knob: Knob, *, within: float = 10.0) -> Held:
    """Wait until a call stands still at a hold; raises `TimeoutError` when none has `within` so many seconds."""
    deadline = monotonic() + within
    while (held := await asyncio.to_thread(_held, world, knob)) is None:
        if monotonic() > deadline:
            raise TimeoutError(f"no call reached hold {knob} of {world} within {within} s")
        await asyncio.sleep(HELD_POLL_SECONDS)
    return held


def release(world: Path, knob: Knob) -> None:
    """Take one knob away. Calls that it holds go on, what it stalls gets ready or goes."""
    with visit(world) as connection:
        connection.execute("DELETE FROM knobs WHERE id = ?", (knob,))


def clear(world: Path) -> None:
    """Take every knob and limit away. Calls that are held go on, what is stalled gets ready or goes."""
    with visit(world) as connection:
        connection.execute("DELETE FROM limits")
        connection.execute("DELETE FROM knobs")


def _held(world: Path, knob: Knob) -> Held | None:
    with visit(world) as connection:  # a thread's own: whoever waits may be cancelled while it looks
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
