"""A program that is kept running: whatever it dies of, it is started again, until it is stopped.

Its pid is in the home's ``run/{name}.pid``, its output in ``log/{name}.log``. It has a session of its own, so ctrl-C
and a closed terminal reach the supervisor alone, which then stops everything in order.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from time import monotonic
from typing import NamedTuple

from manoflow.runtime.home import write_pid
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.leash import leashed

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds between a death and the next start: they grow while it dies young."""
YOUNG = 10.0
"""Seconds."""

Tell = Callable[[str], None]
"""Says a line to whoever watches the stack."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """What is run, under the name that pid file and log bear."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    stop_within: float
    """Seconds it gets between SIGTERM and SIGKILL."""


class Death(NamedTuple):
    """The end of a process that nobody had asked to end."""

    pid: int
    reason: str


class Kept:
    """Keeps one program running."""

    def __init__(self, program: Program, settings: Settings, tell: Tell) -> None:
        """`tell` hears of deaths and new starts."""
        self.program = program
        self.deaths: list[Death] = []
        self.pause = FIRST_PAUSE
        """Seconds between its last death and the start after it."""
        self._settings = settings
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self._settings.log / f"{self.program.name}.log"

    @property
    def pid(self) -> int | None:
        """The process that bears the name now."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start it; from now on it is kept."""
        process = await self._spawn()
        self._keeping = asyncio.create_task(self._keep(process), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """Ask it to end, and end it when it does not. Nothing of it is left running."""
        if self._keeping is None or self._process is None:
            return
        self._keeping.cancel()
        await asyncio.wait({self._keeping})
        if self._process.returncode is None:
            await self._end(self._process)
        _kill_group(self._process.pid)
        (self._settings.run / f"{self.program.name}.pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """End it at once, for good."""
        if self._keeping is not None and self._process is not None:
            self._keeping.cancel()
            _kill_group(self._process.pid)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        process.terminate()
        try:
            async with asyncio.timeout(self.program.stop_within):
                await process.wait()
        except TimeoutError:
            self._tell(f"{self.program.name} does not stop and is killed")
            process.kill()
            await process.wait()

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        while True:
            began = monotonic()
            death = Death(process.pid, _reason(await process.wait()))
            self.deaths.append(death)
            _kill_group(process.pid)
            self.pause = FIRST_PAUSE if monotonic() - began > YOUNG else min(self.pause * 2, LONGEST_PAUSE)
            process = await self._spawn_again()
            self._tell(f"{self.program.name} (pid {death.pid}) {death.reason}; started again as pid {process.pid}")

    async def _spawn_again(self) -> asyncio.subprocess.Process:
        while True:
            await asyncio.sleep(self.pause)
            try:
                return await self._spawn()
            except OSError as error:
                self._tell(f"cannot start {self.program.name} again yet: {error}")
                self.pause = LONGEST_PAUSE

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *leashed(self.program.command),
                env={**os.environ, **self.program.environment},
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
            )
        write_pid(self._settings.run, self.program.name, self._process.pid)
        return self._process


def _kill_group(pid: int) -> None:
    """Kill a program, and what it had started: that is in its session's process group."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody left; or the number is somebody else's by now
        return


def _reason(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"
