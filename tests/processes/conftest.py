"""A stand whose workers are processes: real ones, that can be killed."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from manoflow.runtime.settings import Settings
from tests.stand import Stand

Start = Callable[[], Awaitable["WorkerProcess"]]


@dataclass
class WorkerProcess:
    """A `manoflow worker` of its own."""

    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def kill(self) -> None:
        """SIGKILL: no farewell."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.fixture
async def start_worker(bench: Stand, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts worker processes on the stand's record and Temporal server; ends them afterwards."""
    settings = Settings(
        home=tmp_path,
        database_url=bench.database_url,
        secret_key=SecretStr(bench.secret_key),
        temporal_address=bench.client.service_client.config.target_host,
        namespace=bench.client.namespace,
    )
    started: list[WorkerProcess] = []

    async def start() -> WorkerProcess:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "manoflow.runtime.cli", "worker"),
            env={**os.environ, **settings.environment()},
        )
        started.append(WorkerProcess(process))
        return started[-1]

    yield start
    for worker in started:
        with contextlib.suppress(ProcessLookupError):
            await worker.kill()
