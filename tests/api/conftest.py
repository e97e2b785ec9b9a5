"""An API on a real record, real files and a fake cloud; only what executes operations is in the test's hands.

Every exchange of every test is held against ETSI's OpenAPI files where MANOFLOW_ETSI names them.
"""

import os
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from activities.onboarding import Onboarding, PackagePorts
from api.app import create_app
from api.services import Services
from descriptors.package import read_package
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.outbound.downloads import Downloads
from manoflow.adapters.records import generate_key, open_records
from manoflow.adapters.vim.fake.seed import seed
from manoflow.adapters.vim.registered import RegisteredVims, driver_names
from manoflow.domain.outbound import OutboundPolicy
from manoflow.domain.package_security import DEFAULT_POLICY
from manoflow.domain.timing import Timings
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import Records
from tests.api.consumer import INSTANCES, URL, VERSION, VIM, Vnf
from tests.api.etsi_openapi import EtsiOpenApi
from tests.api.executing import Executing
from tests.reference import IMAGE, NOW, VNFD_ID, reference_package

OUTBOUND = OutboundPolicy(schemes=("http",), allow=(ip_network("127.0.0.0/8"),))
"""Packages may be fetched from this machine."""


@pytest.fixture(scope="session")
def etsi() -> EtsiOpenApi | None:
    """ETSI's files, where they are; `test_answers_keep_to_etsi` skips loudly where they are not."""
    folder = os.environ.get("MANOFLOW_ETSI")
    return EtsiOpenApi(Path(folder) / "openapi") if folder else None


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A fake cloud."""
    path = tmp_path / "world.db"
    seed(path, images=[IMAGE], flavors=())
    return path


@pytest.fixture
async def records(database_url: str, world: Path) -> AsyncIterator[Records]:
    """A record that knows the cloud as its default VIM, and the reference package."""
    opened = open_records(database_url, generate_key())
    connection = VimConnection(id=VIM, vim_id=VIM, driver="fake", interface_info={"world": str(world)})
    await opened.add_vim(Vim(id=VIM, vim_id=VIM, driver="fake", default=True, created_at=NOW), connection)
    await opened.add_package(reference_package())
    yield opened
    await opened.close()


@pytest.fixture
def execution() -> Executing:
    """What would be Temporal."""
    return Executing()


@pytest.fixture
async def services(records: Records, execution: Executing, tmp_path: Path) -> AsyncIterator[Services]:
    """What the API is given."""
    vims = RegisteredVims(records)
    artifacts = FileArtifacts(tmp_path / "artifacts")
    ports = PackagePorts(Downloads(OUTBOUND), read_package, DEFAULT_POLICY)
    execution.onboarding = Onboarding(records, artifacts, ports, Timings())
    yield Services(
        records=records,
        execution=execution,
        artifacts=artifacts,
        vims=vims,
        granting=LocalGranting(vims, records),
        outbound=OUTBOUND,
        downloads=Downloads(OUTBOUND),
        package_policy=DEFAULT_POLICY,
        drivers=frozenset(driver_names()),
        public_url=URL,
    )
    await execution.idle()
    await vims.close()


@pytest.fixture
def app(services: Services) -> FastAPI:
    """The API."""
    return create_app(services)


@pytest.fixture
async def client(app: FastAPI, etsi: EtsiOpenApi | None) -> AsyncIterator[httpx.AsyncClient]:
    """A consumer that says its version and whose exchanges are judged."""

    async def judge(answer: httpx.Response) -> None:
        await answer.aread()
        if etsi is not None and etsi.covers(answer.request.url.path):
            etsi.judge(answer)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    hooks = {"response": [judge]}
    async with (
        httpx.AsyncClient(transport=transport, base_url=URL, headers=VERSION, event_hooks=hooks) as consumer,
    ):
        yield consumer


@pytest.fixture
async def vnf(client: httpx.AsyncClient, records: Records, execution: Executing) -> Vnf:
    """A VNF instance, not instantiated."""
    answer = await client.post(INSTANCES, json={"vnfdId": VNFD_ID, "vnfInstanceName": "one"})
    return Vnf(client, records, execution, answer.json())
