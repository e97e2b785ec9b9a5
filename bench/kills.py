"""How long an operation stands still when the worker that holds its step is killed: two workers, SIGKILL.

A call of the fake cloud is held, its process is killed, and the cloud's journal tells when another process made the
same call again, and when the operation went on to what comes after it.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import time

from pydantic import BaseModel

from activities.step import LCM_QUEUE, VIM_QUEUE
from bench.stage import Stage
from bench.throughput import LIFE
from manoflow.adapters.execution.client import connect
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.records import migrate
from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import journal, made_more_than_once
from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.vim import Vim, VimConnection
from manoflow.runtime.namespace import namespace_answers, prepare_namespace
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.kept import Kept, Program
from manoflow.runtime.stack.ports import free_ports
from manoflow.runtime.stack.temporal import temporal
from manoflow.upkeep.starter import Starter
from tests.crowds.tiny_vnf import tiny_package
from tests.reference import IMAGE

PATIENCE = 120.0
LOOK_AGAIN = 0.1
HELD, NEXT = "ports.create", "servers.create"
"""The call that is held, and the first of what comes after it."""
FAKE = "fake"


class StoodStill(BaseModel):
    """Seconds after the kill, one for each."""

    again: list[float]
    """Until the step was begun again."""
    onward: list[float]
    """Until the step after it was begun."""

    def medians(self) -> tuple[float, float]:
        """Of both."""
        return median(self.again), median(self.onward)

    def longest(self) -> tuple[float, float]:
        """Of both."""
        return max(self.again), max(self.onward)


@dataclass(frozen=True)
class Crew:
    """Two workers that are started again when they die."""

    stage: Stage
    execution: TemporalExecution
    world: Path
    workers: tuple[Kept, Kept]

    async def complete(self) -> None:
        """Wait until both serve both queues."""
        async with asyncio.timeout(PATIENCE):
            while not await self._is_complete():
                await asyncio.sleep(LOOK_AGAIN)

    async def _is_complete(self) -> bool:
        alive = {f"{worker.pid}@" for worker in self.workers}
        queues = await self.execution.queues()
        return all({f"{name.partition('@')[0]}@" for name in queue.workers} >= alive for queue in queues)


async def stood_still(folder: Path, kills: int) -> StoodStill:
    """Kill so often."""
    again, onward = [], []
    async with _crew(folder) as crew:
        for _ in range(kills):
            await crew.complete()
            killed_at, pid = await _kill(crew)
            again.append(await _began(crew, HELD, pid, killed_at))
            onward.append(await _began(crew, NEXT, pid, killed_at))
        assert made_more_than_once(crew.world) == ()
    return StoodStill(again=again, onward=onward)


async def _kill(crew: Crew) -> tuple[float, int]:
    """Kill whoever holds a step of a new operation; the moment and the process."""
    package = tiny_package()
    instance = await crew.stage.instance(package)
    point = knobs.hold(crew.world, HELD, "before")
    performing = asyncio.create_task(crew.stage.perform(LIFE[0], instance))
    held = await knobs.await_held(crew.world, point, within=PATIENCE)
    killed_at = time()
    os.kill(held.pid, signal.SIGKILL)
    knobs.release(crew.world, point)
    await performing
    return killed_at, held.pid


async def _began(crew: Crew, call: str, killed: int, killed_at: float) -> float:
    """Seconds from the kill to the first such call of another process."""
    entries = await asyncio.to_thread(journal, crew.world, call)
    moments = [entry.began_at / 1000 for entry in entries if entry.pid != killed]
    return min(moment for moment in moments if moment >= killed_at) - killed_at


@contextlib.asynccontextmanager
async def _crew(folder: Path) -> AsyncIterator[Crew]:
    port, temporal_port, ui_port = free_ports(3)
    settings = Settings(home=folder / "home", port=port, temporal_port=temporal_port, ui_port=ui_port)
    async with recorded(settings) as (records, _), contextlib.AsyncExitStack() as stack:
        await migrate(settings.database_url)
        await _kept(stack, temporal(settings), settings)
        await namespace_answers(settings)
        client = await connect(settings.temporal_address, settings.namespace, lazy=False)
        await prepare_namespace(client)
        seed(settings.fake_world, images=[IMAGE])
        reached = {"world": str(settings.fake_world)}
        vim = Vim(id=FAKE, vim_id=FAKE, driver=FAKE, default=True, created_at=datetime.now(UTC))
        await records.add_vim(vim, VimConnection(id=FAKE, vim_id=FAKE, driver=FAKE, interface_info=reached))
        await records.add_package(tiny_package())
        workers = [await _kept(stack, _worker(name, settings), settings) for name in ("worker-1", "worker-2")]
        execution = TemporalExecution(client, LCM_QUEUE, (VIM_QUEUE,))
        stage = Stage(client, records, Starter(execution))
        yield Crew(stage, execution, settings.fake_world, (workers[0], workers[1]))


async def _kept(stack: contextlib.AsyncExitStack, program: Program, settings: Settings) -> Kept:
    kept = Kept(program, settings, lambda _line: None)
    await kept.start()
    stack.push_async_callback(kept.stop)
    return kept


def _worker(name: str, settings: Settings) -> Program:
    command = (sys.executable, "-m", "manoflow.runtime.cli", "worker")
    return Program(name=name, command=command, environment=settings.environment(), stop_within=10)
