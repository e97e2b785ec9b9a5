"""One VNF instance as its consumer sees it through the API, and what performs its operations."""

import asyncio
import json
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

import httpx

from manoflow.domain.vnf import InstantiateVnfRequest
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from manoflow.ports.records import Records
from tests.api.executing import Executing, Performance
from tests.reference import example_of

URL = "http://mano.example"
VERSION = {"Version": "2.0.0"}
VIM = "fake"
INSTANCES = "/vnflcm/v2/vnf_instances"
OCCURRENCES = "/vnflcm/v2/vnf_lcm_op_occs"
PACKAGES = "/vnfpkgm/v2/vnf_packages"
ONBOARDED = "/vnfpkgm/v2/onboarded_vnf_packages"
VIMS = "/manoflow/v1/vims"
MERGE_PATCH = "application/merge-patch+json"

Json = dict[str, Any]


def instantiation(**changes: object) -> Json:
    """A request that the reference VNF can be instantiated with."""
    return {**example_of(InstantiateVnfRequest), **changes}


def termination() -> Json:
    """A request for its end."""
    return {"terminationType": "FORCEFUL"}


def modification(**changes: object) -> Json:
    """A request that changes what is said about it."""
    return {**example_of(VnfInfoModificationRequest), **changes}


@dataclass(frozen=True)
class Vnf:
    """A VNF instance of the reference package."""

    client: httpx.AsyncClient
    records: Records
    execution: Executing
    created: Json
    """What the API answered when it was made."""

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.created["id"])

    @property
    def here(self) -> str:
        """Its path."""
        return f"{INSTANCES}/{self.id}"

    async def ask(self, operation: str, request: Json) -> httpx.Response:
        """Ask for an operation by the last segment of its path; the instance itself is modified."""
        if operation:
            return await self.client.post(f"{self.here}/{operation}", json=request)
        return await self.client.patch(self.here, content=json.dumps(request), headers={"Content-Type": MERGE_PATCH})

    async def begin(self, operation: str = "instantiate", request: Json | None = None) -> Performance:
        """Ask for an operation and begin to perform it."""
        answer = await self.ask(operation, request or instantiation())
        assert answer.status_code == 202, answer.text
        return await Performance.begin(self.records, UUID(answer.headers["Location"].rpartition("/")[2]))

    async def instantiated(self) -> Performance:
        """Instantiate it to the end."""
        performance = await self.begin()
        await performance.complete()
        return performance

    async def shown(self) -> Json:
        """How it is shown now."""
        answer: Json = (await self.client.get(self.here)).json()
        return answer

    async def info(self) -> Json:
        """How what it consists of is shown now."""
        shown: Json = (await self.shown())["instantiatedVnfInfo"]
        return shown

    async def occurrence(self, performance: Performance) -> Json:
        """How an operation is shown now."""
        answer: Json = (await self.client.get(f"{OCCURRENCES}/{performance.occurrence.id}")).json()
        return answer

    async def occurrences(self) -> list[Json]:
        """How all operations are listed."""
        answer: list[Json] = (await self.client.get(OCCURRENCES)).json()
        return answer

    async def give(self, performance: Performance, verdict: str) -> httpx.Response:
        """Give a verdict."""
        return await self.client.post(f"{OCCURRENCES}/{performance.occurrence.id}/{verdict}")


async def onboarded(client: httpx.AsyncClient, package: str) -> Json:
    """A package once nothing more happens to it by itself."""
    deadline = monotonic() + 30
    while True:
        shown: Json = (await client.get(package)).json()
        if shown["onboardingState"] not in {"UPLOADING", "PROCESSING"}:
            return shown
        assert monotonic() < deadline, shown
        await asyncio.sleep(0.01)
