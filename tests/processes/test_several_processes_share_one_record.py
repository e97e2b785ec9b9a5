"""Two API processes and two workers on one PostgreSQL database and one Temporal server."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from manoflow.domain.errors import UnreachableError
from manoflow.runtime.client import INSTANCES, Api, Json, RefusedError, stands_still
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.ports import free_ports
from tests.laws.preparing import INSTANTIATE
from tests.reference import VNFD_ID, example_of
from tests.stand import PATIENCE, Stand
from tests.worker_processes import WorkerProcess, Workers

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

BODY = example_of(INSTANTIATE.request)
ASKING = 20


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """PostgreSQL, whatever the option says."""
    return postgres_url


class ApiProcess:
    """A `manoflow api`, and somebody who talks to it."""

    def __init__(self, process: WorkerProcess, api: Api) -> None:
        self.process = process
        self.api = api

    async def ends(self, lcm_op_occ_id: str) -> Json:
        """The occurrence as this API shows it once it stands still."""
        async with asyncio.timeout(PATIENCE):
            while not stands_still(shown := await self.api.occurrence(lcm_op_occ_id)):
                await asyncio.sleep(0.05)
        return shown


@pytest.fixture
async def apis(worker_processes: Workers) -> AsyncIterator[tuple[ApiProcess, ApiProcess]]:
    """Two APIs that are ready, with two workers behind them."""
    await asyncio.gather(worker_processes.start(), worker_processes.start())
    async with contextlib.AsyncExitStack() as opened:
        first, second = [await _api(worker_processes, port, opened) for port in free_ports(2)]
        await asyncio.gather(_ready(first.api), _ready(second.api))
        yield first, second


async def _api(processes: Workers, port: int, opened: contextlib.AsyncExitStack) -> ApiProcess:
    shared = processes.settings
    settings = Settings(
        home=shared.home,
        port=port,
        database_url=shared.database_url,
        secret_key=shared.secret_key,
        temporal_address=shared.temporal_address,
        namespace=shared.namespace,
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "manoflow.runtime.cli", "api"), env={**os.environ, **settings.environment()}
    )
    processes.started.append(WorkerProcess(process))
    return ApiProcess(processes.started[-1], await opened.enter_async_context(Api(settings.url)))


async def _ready(api: Api) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(UnreachableError, RefusedError):
                await api.get("/readyz")
                return
            await asyncio.sleep(0.05)


async def test_of_all_who_ask_two_apis_for_one_vnf_exactly_one_is_let_in(
    bench: Stand, apis: tuple[ApiProcess, ApiProcess]
) -> None:
    first, second = apis
    created = (await first.api.post(INSTANCES, {"vnfdId": VNFD_ID, "vnfInstanceName": "wanted"})).json()["id"]
    asking = [(first, second)[number % 2].api.begin(created, "instantiate", BODY) for number in range(ASKING)]
    answers = await asyncio.gather(*asking, return_exceptions=True)
    (winner,) = [answer for answer in answers if isinstance(answer, str)]
    refused = [answer for answer in answers if isinstance(answer, RefusedError)]
    assert len(refused) == ASKING - 1, answers
    assert {answer.status for answer in refused} == {409}
    assert all(winner in answer.message for answer in refused)
    for one in apis:
        assert (await one.ends(winner))["operationState"] == "COMPLETED"
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()


async def test_what_was_asked_of_an_api_goes_on_without_it_and_without_a_worker(
    bench: Stand, apis: tuple[ApiProcess, ApiProcess], worker_processes: Workers
) -> None:
    first, second = apis
    instance = await bench.instance("orphaned")
    hold = knobs.hold(bench.world, "servers.create", "after")
    occurrence = await first.api.begin(str(instance.id), "instantiate", BODY)
    held = await knobs.await_held(bench.world, hold, within=30)
    (holding,) = [one for one in worker_processes.started if one.pid == held.pid]
    await holding.kill()
    await first.process.kill()
    knobs.release(bench.world, hold)

    done = await second.ends(occurrence)
    assert done["operationState"] == "COMPLETED", done
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
