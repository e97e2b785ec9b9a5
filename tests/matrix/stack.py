"""A stack of real processes for many cells: a Temporal server with a file, two workers, two APIs, a record, a cloud.

What tests of one process do with `tests.stand.Stand` is done here with the same class; its workers are processes.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Container, Sequence
from dataclasses import dataclass, field, fields
from itertools import count
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr
from temporalio.client import Client

from manoflow.adapters.execution.client import connect
from manoflow.adapters.records import migrate
from manoflow.domain.vnf import VnfInstance
from manoflow.runtime.namespace import namespace_answers, prepare_namespace
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.ports import free_ports
from manoflow.runtime.stack.temporal import temporal
from tests.matrix.processes import Process, started
from tests.reference import reference_instance, reference_package
from tests.stand import PATIENCE, TEST_TIMINGS, Stand, stand
from tests.stand_fixtures import QUICK_TIMERS

WORKERS = 2
APIS = 2
LOOK_AGAIN = 0.03
PAIR_PACKAGE = UUID("5b1e0000-0000-4000-8000-0000000000a1")
PAIR_VNFD = "5b1e0000-0000-4000-8000-0000000000a2"


class PairStand(Stand):
    """A stand whose VNFs have two VNFCs."""

    async def instance(self, name: str) -> VnfInstance:
        """A new instance."""
        of_the_pair = {"id": uuid4(), "vnfd_id": PAIR_VNFD, "vnf_pkg_id": PAIR_PACKAGE}
        instance = reference_instance(name).model_copy(update=of_the_pair)
        await self.records.add_instance(instance)
        return instance


@dataclass
class Stack:
    """The processes, and the stand that they serve."""

    settings: Settings
    stand: Stand
    temporal: Process
    workers: list[Process] = field(default_factory=list)
    apis: dict[str, Process] = field(default_factory=dict)
    """By their addresses."""
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def points(self) -> Path:
        """Where the processes are told to stand still."""
        return self.settings.home / "points"

    async def hire(self) -> Process:
        """Start a worker."""
        command = [sys.executable, "-m", "tests.matrix.worker", str(self.points)]
        name = f"worker-{next(self._numbers)}"
        worker = await started(name, self.settings.log / f"{name}.log", command, self.settings.environment())
        self.workers.append(worker)
        return worker

    async def manned(self) -> None:
        """Have two workers that poll."""
        self.workers = [worker for worker in self.workers if worker.is_alive]
        while len(self.workers) < WORKERS:
            await self.hire()
        await asyncio.gather(*(worker.says('"event": "working"') for worker in self.workers))

    async def serve(self) -> list[str]:
        """Have two APIs that answer; gives their addresses."""
        self.apis = {address: api for address, api in self.apis.items() if api.is_alive}
        command = [sys.executable, "-m", "tests.matrix.api", str(self.points)]
        for port in free_ports(APIS - len(self.apis)):
            settings = self.settings.model_copy(update={"port": port})
            name = f"api-{next(self._numbers)}"
            log = self.settings.log / f"{name}.log"
            self.apis[settings.address] = await started(name, log, command, settings.environment())
        for address in self.apis:
            await _until_it_answers(address)
        return list(self.apis)

    async def restart_temporal(self) -> None:
        """Start the server again on its file."""
        self.temporal = await _temporal(self.settings)
        await asyncio.wait_for(namespace_answers(self.settings), PATIENCE)

    async def quiet(self, *workers: Process) -> None:
        """Wait until no activity is under way in these workers; by default in any that lives."""
        alive = {worker.pid for worker in workers or self.workers if worker.is_alive}
        deadline = monotonic() + PATIENCE
        while busy := self._busy(alive):
            assert monotonic() < deadline, f"activities are still under way in {busy}"
            await asyncio.sleep(LOOK_AGAIN)

    async def close(self) -> None:
        """Kill everything."""
        for process in (*self.workers, *self.apis.values(), self.temporal):
            await process.kill()

    def _busy(self, pids: Container[int]) -> Sequence[str]:
        signs = [sign.name for sign in (self.points / "busy").iterdir()]
        return [sign for sign in signs if int(sign.partition("-")[0]) in pids]


@contextlib.asynccontextmanager
async def stack(home: Path, url: str = "") -> AsyncIterator[Stack]:
    """Start a stack in a folder: server and record; workers and API come when they are needed.

    `url`: an empty database; by default an SQLite file.
    """
    temporal_port, ui_port = free_ports(2)
    settings = Settings(
        home=home,
        temporal_port=temporal_port,
        ui_port=ui_port,
        database_url=url or f"sqlite+aiosqlite:///{home / 'records.db'}",
        timings=TEST_TIMINGS,
    )
    for folder in (settings.log, settings.run, home / "points" / "busy"):
        folder.mkdir(parents=True, exist_ok=True)
    server = await _temporal(settings)
    await asyncio.wait_for(namespace_answers(settings), PATIENCE)
    client = await connect(settings.temporal_address, settings.namespace, lazy=False)
    await prepare_namespace(client)
    await migrate(settings.database_url)
    async with _pair_stand(client, settings) as bench:
        built = Stack(settings.model_copy(update={"secret_key": SecretStr(bench.secret_key)}), bench, server)
        try:
            yield built
        finally:
            await built.close()


@contextlib.asynccontextmanager
async def _pair_stand(client: Client, settings: Settings) -> AsyncIterator[Stand]:
    async with stand(client, settings.home, settings.database_url) as bench:
        package = reference_package()
        assert package.content is not None
        (flavour,) = package.content.vnfd.flavours
        pair = flavour.model_copy(update={"default_level": "pair"})
        vnfd = package.content.vnfd.model_copy(update={"id": PAIR_VNFD, "flavours": (pair,)})
        content = package.content.model_copy(update={"vnfd": vnfd})
        await bench.records.add_package(package.model_copy(update={"id": PAIR_PACKAGE, "content": content}))
        yield PairStand(**{one.name: getattr(bench, one.name) for one in fields(bench)})


async def _temporal(settings: Settings) -> Process:
    program = temporal(settings)
    command = (*program.command, *QUICK_TIMERS)
    return await started(program.name, settings.log / "temporal.log", command, program.environment)


async def _until_it_answers(address: str) -> None:
    deadline = monotonic() + PATIENCE
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.TransportError):
                await http.get("/healthz")
                return
            assert monotonic() < deadline, f"nobody answers at {address}"
            await asyncio.sleep(LOOK_AGAIN)
