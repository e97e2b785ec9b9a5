"""What docker-compose.yml starts, started here without containers: its commands in its environments.

Only what a network of containers gives is put in: hosts, ports, the folder of the volume. The services that are not
ours are PostgreSQL as the tests start it, and Temporal's dev server.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from manoflow.adapters.records import generate_key
from manoflow.adapters.vim.fake.ledger import inventory
from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.errors import UnreachableError
from manoflow.runtime.client import INSTANCES, VIMS, Api, RefusedError, stands_still
from manoflow.runtime.settings import PREFIX
from manoflow.runtime.stack.ports import LOOPBACK, free_ports
from tests.deploy.compose import ROOT, compose
from tests.packages import EXAMPLES, example_package
from tests.postgres import PASSWORD, Postgres
from tests.runtime.waiting import until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

MANOFLOW = str(Path(sys.executable).with_name("manoflow"))
PATIENCE = 90.0
STOPS_WITHIN = 30.0
EXAMPLE = "single-vdu"


@dataclass
class Deployment:
    """The services of the file that are ours."""

    services: dict[str, Any]
    places: dict[str, str]
    """What stands in the file, and what stands for it here."""
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, service: str) -> dict[str, str]:
        """Of one service, and nothing of what this process has set."""
        others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return {**others, **{name: self.here(text) for name, text in self.services[service]["environment"].items()}}

    def here(self, text: str) -> str:
        """The text with what stands for hosts, ports and folders."""
        for there, here in self.places.items():
            text = text.replace(there, here)
        return text

    def start(self, service: str) -> subprocess.Popen[bytes]:
        """Start one process of a service."""
        command = [MANOFLOW, *self.services[service]["command"]]
        self.started.append(subprocess.Popen(command, env=self.environment(service)))
        return self.started[-1]

    def execute(self, service: str, *command: str) -> str:
        """Run another command in a service's environment, as ``docker compose run`` does; gives what it printed."""
        done = subprocess.run(command, env=self.environment(service), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture
def temporal_port() -> Iterator[int]:
    """A dev server that knows no namespace of ours, as a new Temporal server does not."""
    port, ui = free_ports(2)
    command = (Path(sys.executable).with_name("temporal"), "server", "start-dev", "--headless")
    options = ("--ip", LOOPBACK, "--port", str(port), "--ui-port", str(ui), "--log-level", "error")
    with subprocess.Popen([*command, *options]) as server:
        yield port
        server.terminate()


@pytest.fixture
def deployment(fresh_postgres: str, postgres: Postgres, temporal_port: int, tmp_path: Path) -> Iterator[Deployment]:
    """Everything that the file needs is there; nothing of ours runs yet."""
    (port,) = free_ports(1)
    home = tmp_path / "home"
    home.mkdir()
    values = {
        "MANOFLOW_DATABASE_PASSWORD": PASSWORD,
        "TEMPORAL_DATABASE_PASSWORD": "unused",
        "MANOFLOW_SECRET_KEY": generate_key(),
    }
    places = {
        "@database:5432/manoflow": f"@{LOOPBACK}:{postgres.port}/{fresh_postgres}",
        "temporal:7233": f"{LOOPBACK}:{temporal_port}",
        "/var/lib/manoflow": str(home),
        "8080": str(port),
    }
    deployed = Deployment(compose(values)["services"], places)
    yield deployed
    for process in deployed.started:
        process.kill()
        process.wait()


@pytest.fixture
def fresh_postgres(postgres: Postgres) -> Iterator[str]:
    """The name of a database without tables."""
    name = postgres.create()
    yield name
    postgres.drop(name)


async def test_a_vnf_is_made_and_unmade(deployment: Deployment, tmp_path: Path) -> None:
    token = deployment.execute("api", MANOFLOW, "client", "add", "tester")
    assert await asyncio.to_thread(deployment.start("migrate").wait, PATIENCE) == 0
    api = deployment.start("api")
    workers = [deployment.start("worker") for _ in range(deployment.services["worker"]["deploy"]["replicas"])]
    await until(lambda: _is_healthy(deployment), PATIENCE)

    world = tmp_path / "world.db"
    seed(world)
    before = inventory(world)
    async with _caller(deployment, token) as caller:
        vim = {"id": "fake", "vimId": "fake", "driver": "fake", "default": True}
        await caller.post(VIMS, {**vim, "interfaceInfo": {"world": str(world)}})
        await _ready(caller)
        package = await caller.onboard(example_package(EXAMPLE, tmp_path))
        created = (await caller.post(INSTANCES, {"vnfdId": package["vnfdId"], "vnfInstanceName": "one"})).json()["id"]
        await _performed(caller, created, "instantiate", _request())
        made = {one.kind for one in inventory(world) if one.uid}
        await _performed(caller, created, "terminate", {"terminationType": "FORCEFUL"})
    assert made >= {"servers", "ports"}
    assert inventory(world) == before

    for process in (*workers, api):
        process.send_signal(signal.SIGTERM)
    codes = [await asyncio.to_thread(process.wait, STOPS_WITHIN) for process in (*workers, api)]
    assert set(codes) <= {0, -signal.SIGTERM}, "uvicorn stops in order, and then says by what it was stopped"


async def test_nobody_is_let_in_without_a_token(deployment: Deployment) -> None:
    deployment.execute("api", MANOFLOW, "client", "add", "tester")
    assert await asyncio.to_thread(deployment.start("migrate").wait, PATIENCE) == 0
    deployment.start("api")
    await until(lambda: _is_healthy(deployment), PATIENCE)
    async with _caller(deployment, None) as caller:
        with pytest.raises(RefusedError) as refusal:
            await caller.get(INSTANCES)
    assert refusal.value.status == 401


def _is_healthy(deployment: Deployment) -> bool:
    """What the image's HEALTHCHECK says."""
    probe = re.search(r'CMD \["python", "-c", "(.+)"\]', (ROOT / "Dockerfile").read_text())
    assert probe
    command = [sys.executable, "-c", deployment.here(probe[1])]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


@contextlib.asynccontextmanager
async def _caller(deployment: Deployment, token: str | None) -> AsyncIterator[Api]:
    url = deployment.here("http://127.0.0.1:8080")
    async with Api(url, SecretStr(token) if token else None) as caller:
        yield caller


async def _ready(caller: Api) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(UnreachableError, RefusedError):
                await caller.get("/readyz")
                return
            await asyncio.sleep(0.1)


def _request() -> dict[str, Any]:
    request: dict[str, Any] = json.loads((EXAMPLES / EXAMPLE / "instantiate.json").read_text())
    return request


async def _performed(caller: Api, vnf_instance_id: str, operation: str, request: dict[str, Any]) -> None:
    occurrence = await caller.begin(vnf_instance_id, operation, request)
    async with asyncio.timeout(PATIENCE):
        while not stands_still(shown := await caller.occurrence(occurrence)):
            await asyncio.sleep(0.1)
    assert shown["operationState"] == "COMPLETED", shown
