"""The embedded stack: everything that Manoflow needs on one machine, started in order, kept running, stopped in order.

`manoflow up` holds it until ctrl-C, `manoflow demo` while it tells its story. Whatever ends it, even a SIGKILL, no
process stays behind (`leash`), and the next stack on the same home goes on with what was open.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from manoflow.domain.errors import InvalidInputError, TemporaryError
from manoflow.runtime.home import occupied
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.kept import Kept, Program, Tell
from manoflow.runtime.stack.leash import leashed
from manoflow.runtime.stack.ports import LOOPBACK, require_free_ports
from manoflow.runtime.stack.temporal import temporal

START_WITHIN = 120.0
"""Seconds until everything is ready; a few on an idle machine."""
DEATHS_AT_START = 3
"""So often may a program die before the start is given up."""
LOOK_AGAIN = 0.1
API_STOPS_WITHIN = 6.0
BEYOND_GRACE = 5.0
LOG_LINES = 15


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    settings: Settings
    temporal: Kept
    worker: Kept
    api: Kept

    @property
    def kept(self) -> tuple[Kept, ...]:
        """In the order of their start."""
        return (self.temporal, self.worker, self.api)


@asynccontextmanager
async def embedded_stack(settings: Settings, tell: Tell) -> AsyncIterator[Stack]:
    """Start everything; give it when operations can be performed; stop everything.

    Raises `ConflictError` where home or ports are taken, `TemporaryError` with the last lines of a log where a program
    does not start.
    """
    _require_own_temporal(settings)
    with occupied(settings):
        require_free_ports(settings)
        stack = Stack(
            settings,
            temporal=Kept(temporal(settings), settings, tell),
            worker=Kept(_worker(settings), settings, tell),
            api=Kept(_api(settings), settings, tell),
        )
        try:
            await _start(stack)
            yield stack
        finally:
            tell("stopping API, worker and Temporal")
            await _stop(stack)


def _require_own_temporal(settings: Settings) -> None:
    if settings.temporal_address != f"{LOOPBACK}:{settings.temporal_port}":
        raise InvalidInputError(
            f"cannot use the Temporal server at {settings.temporal_address}: the embedded stack brings its own; unset "
            "MANOFLOW_TEMPORAL_ADDRESS, or run `manoflow api` and `manoflow worker` instead"
        )


async def _start(stack: Stack) -> None:
    settings = stack.settings
    await stack.temporal.start()
    await _bounded(_prepared(settings), stack)
    await stack.worker.start()
    await stack.api.start()
    await _bounded(_ready(settings), stack)


async def _stop(stack: Stack) -> None:
    """In order; at once where even that is cancelled (a second ctrl-C)."""
    try:
        for kept in reversed(stack.kept):
            await kept.stop()
    except asyncio.CancelledError:
        for kept in stack.kept:
            kept.kill()
        raise


async def _bounded(awaited: Awaitable[None], stack: Stack) -> None:
    """Wait for it, unless a program keeps dying or it takes too long."""
    waiting, watching = asyncio.ensure_future(awaited), asyncio.ensure_future(_dying(stack))
    try:
        done, _ = await asyncio.wait({waiting, watching}, timeout=START_WITHIN, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        watching.cancel()
    if waiting in done:
        waiting.result()
    elif watching in done:
        kept = watching.result()
        raise TemporaryError(f"cannot start {kept.program.name}: it {kept.deaths[-1].reason}\n{_end_of_log(kept)}")
    else:
        raise TemporaryError(
            f"cannot start the stack within {START_WITHIN:.0f} s; see the logs in {stack.settings.log}"
        )


async def _dying(stack: Stack) -> Kept:
    while True:
        for kept in stack.kept:
            if len(kept.deaths) >= DEATHS_AT_START:
                return kept
        await asyncio.sleep(LOOK_AGAIN)


async def _prepared(settings: Settings) -> None:
    preparing = await asyncio.create_subprocess_exec(
        *leashed((sys.executable, "-m", "manoflow.runtime.stack.preparing")),
        env={**os.environ, **settings.environment()},
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    try:
        _, said = await preparing.communicate()
    finally:
        if preparing.returncode is None:
            preparing.kill()
    if preparing.returncode:
        raise TemporaryError(said.decode(errors="replace").strip() or f"cannot prepare {settings.home}: it was killed")


async def _ready(settings: Settings) -> None:
    async with httpx.AsyncClient(base_url=settings.address, trust_env=False) as http:
        while True:
            try:
                if (await http.get("/readyz")).is_success:
                    return
            except httpx.TransportError:  # not there yet
                pass
            await asyncio.sleep(LOOK_AGAIN)


def _worker(settings: Settings) -> Program:
    stop_within = settings.worker.grace_seconds + BEYOND_GRACE
    return _ours("worker", settings, stop_within)


def _api(settings: Settings) -> Program:
    return _ours("api", settings, API_STOPS_WITHIN)


def _ours(name: str, settings: Settings, stop_within: float) -> Program:
    command = (sys.executable, "-m", "manoflow.runtime.cli", name)
    return Program(name=name, command=command, environment=settings.environment(), stop_within=stop_within)


def _end_of_log(kept: Kept) -> str:
    lines = kept.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join([f"the end of {kept.log}:", *lines])
