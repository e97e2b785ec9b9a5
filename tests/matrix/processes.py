"""The processes of a stack: each started with its output in a log, on a leash, killed, stopped and woken by signals."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from time import monotonic

from manoflow.runtime.stack.leash import leashed

ROOT = Path(__file__).parents[2]
LOOK_AGAIN = 0.03
STARTS_WITHIN = 60.0


@dataclass(frozen=True)
class Process:
    """One process."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    async def kill(self) -> None:
        """SIGKILL: no farewell."""
        if self.is_alive:
            self.process.kill()
        await self.process.wait()

    def stop(self) -> None:
        """SIGSTOP: it stands still and does not know it."""
        assert self.is_alive, f"{self.name} has ended by itself with {self.process.returncode}, see {self.log}"
        self.process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    async def says(self, text: str) -> None:
        """Wait until its log has a text."""
        deadline = monotonic() + STARTS_WITHIN
        while text not in self.log.read_text(errors="replace"):
            assert self.is_alive, f"{self.name} ended with {self.process.returncode}, see {self.log}"
            assert monotonic() < deadline, f"{self.name} did not start within {STARTS_WITHIN:.0f} s, see {self.log}"
            await asyncio.sleep(LOOK_AGAIN)


async def started(name: str, log: Path, command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start a program. Nothing of it outlives the runner, even one that is killed."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *leashed(tuple(command)),
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
        )
    return Process(name, process, log)
