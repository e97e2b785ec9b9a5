"""Fixture: worker processes on a stand's record and Temporal server, real ones that can be killed."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from manoflow.domain.identity import Kind
from manoflow.runtime.settings import Settings
from tests.stand import PATIENCE, Stand


@dataclass
class WorkerProcess:
    """A worker of its own."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def held(self) -> str:
        """The point at which a holding or freezing worker stands, once it does."""
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert line.startswith(b"held "), f"worker {self.pid} ended before it reached its point"
        return line.decode().split(" ", 1)[1].strip()

    async def kill(self) -> None:
        """SIGKILL: no farewell."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@dataclass
class Workers:
    """Starts worker processes."""

    settings: Settings
    started: list[WorkerProcess] = field(default_factory=list)

    async def start(self) -> WorkerProcess:
        """A `manoflow worker`."""
        return await self._start("manoflow.runtime.cli", "worker")

    async def start_holding(self, point: str) -> WorkerProcess:
        """A worker that stops after the first activity whose id begins with the point."""
        return await self._start("tests.holding_worker", point)

    async def start_freezing(self, kind: Kind) -> WorkerProcess:
        """A worker that stops itself, once, before it creates something of this kind; SIGCONT wakes it."""
        return await self._start("tests.freezing_worker", kind)

    async def _start(self, *module: str) -> WorkerProcess:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            env={**os.environ, **self.settings.environment()},
            stdout=asyncio.subprocess.PIPE,
        )
        self.started.append(WorkerProcess(process))
        return self.started[-1]


@pytest.fixture
async def worker_processes(bench: Stand, tmp_path: Path) -> AsyncIterator[Workers]:
    """Worker processes on the stand; those still alive at the end are killed."""
    settings = Settings(
        home=tmp_path,
        database_url=bench.database_url,
        secret_key=SecretStr(bench.secret_key),
        temporal_address=bench.client.service_client.config.target_host,
        namespace=bench.client.namespace,
    )
    workers = Workers(settings)
    yield workers
    for worker in workers.started:
        with contextlib.suppress(ProcessLookupError):
            await worker.kill()
