"""Somebody who uses the real API on a stand, where a real worker performs what is asked for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from api.app import create_app
from api.services import Services
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.vim.registered import driver_names
from manoflow.domain.vnf import InstantiateVnfRequest
from manoflow.runtime.client import INSTANCES, OCCURRENCES, VERSION, stands_still
from tests.crowds.tiny_vnf import TINY, tiny_package
from tests.reference import example_of
from tests.stand import Stand

URL = "http://mano.example"
PATIENCE = 250.0
"""Seconds after which a wait is a failure."""
REQUESTS = {"instantiate": example_of(InstantiateVnfRequest), "terminate": {"terminationType": "FORCEFUL"}}

Json = dict[str, Any]


class Consumer:
    """Asks, and looks how it goes on."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def vnf(self) -> str:
        """A new instance of the tiny VNF."""
        answer = await self._http.post(INSTANCES, json={"vnfdId": TINY})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def ask(self, vnf: str, operation: str) -> httpx.Response:
        """Ask for an operation."""
        return await self._http.post(f"{INSTANCES}/{vnf}/{operation}", json=REQUESTS[operation])

    async def tell(self, occurrence: str, what: str, body: Json | None = None) -> httpx.Response:
        """Give a verdict, or cancel."""
        return await self._http.post(f"{OCCURRENCES}/{occurrence}/{what}", json=body)

    async def settled(self, occurrence: str, look_again: float = 0.02) -> Json:
        """An occurrence once nothing more happens to it by itself; seen at most `look_again` seconds later."""
        deadline = monotonic() + PATIENCE
        while not stands_still(seen := (await self._http.get(f"{OCCURRENCES}/{occurrence}")).json()):
            assert monotonic() < deadline, seen
            await asyncio.sleep(look_again)
        return dict(seen)

    async def performed(self, vnf: str, operation: str, look_again: float = 0.02) -> Json:
        """Ask and wait."""
        return await self.settled(occurrence_of(await self.ask(vnf, operation)), look_again)


def occurrence_of(answer: httpx.Response) -> str:
    """The occurrence of an operation that was accepted."""
    assert answer.status_code == 202, answer.text
    return answer.headers["Location"].rpartition("/")[2]


@contextlib.asynccontextmanager
async def consuming(bench: Stand, folder: Path) -> AsyncIterator[Consumer]:
    """Serve a stand by the API, with the tiny VNF onboarded."""
    await bench.records.add_package(tiny_package())
    services = Services(
        records=bench.records,
        execution=bench.execution,
        artifacts=FileArtifacts(folder / "artifacts"),
        vims=bench.vims,
        granting=LocalGranting(bench.vims, bench.records),
        drivers=frozenset(driver_names()),
        public_url=URL,
    )
    app = create_app(services)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=VERSION, timeout=PATIENCE) as http:
        yield Consumer(http)
