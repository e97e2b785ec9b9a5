"""What the stories of planning share: a stand that is asked over its API."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx

from api.app import create_app
from api.services import Services
from manoflow.adapters.granting.local import LocalGranting
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.reference import example_of
from tests.stand import Stand
from workflows.catalogue import Operation

URL = "http://mano.example"
PLANS = "/manoflow/v1/plans"

Json = dict[str, Any]


@dataclass(frozen=True)
class Planner:
    """Somebody who plans before he applies."""

    bench: Stand
    http: httpx.AsyncClient

    async def asked(self, operation: Operation, instance: VnfInstance, **changes: object) -> httpx.Response:
        """Ask for a plan of the example request."""
        request = {**example_of(operation.request), **changes}
        body = {"vnfInstanceId": str(instance.id), "operation": operation.operation, "request": request}
        return await self.http.post(PLANS, json=body)

    async def planned(self, operation: Operation, instance: VnfInstance, **changes: object) -> Json:
        """The plan."""
        answer = await self.asked(operation, instance, **changes)
        assert answer.status_code == 201, answer.text
        plan: Json = answer.json()
        assert answer.headers["Location"] == f"{URL}{PLANS}/{plan['id']}"
        return plan

    async def execute(self, plan: Json) -> httpx.Response:
        """Ask for it to be executed."""
        return await self.http.post(f"{PLANS}/{plan['id']}/execute")

    async def executed(self, plan: Json) -> VnfLcmOpOcc:
        """Have it executed, completely."""
        answer = await self.execute(plan)
        assert answer.status_code == 202, answer.text
        done = await self.bench.settled(UUID(answer.headers["Location"].rpartition("/")[2]))
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        return done

    async def refused(self, plan: Json) -> str:
        """Why it is not executed."""
        answer = await self.execute(plan)
        assert answer.status_code == 409, answer.text
        detail: str = answer.json()["detail"]
        return detail


@contextlib.asynccontextmanager
async def planning(bench: Stand) -> AsyncIterator[Planner]:
    """Serve a stand by the API, and let it work."""
    services = Services(
        records=bench.records,
        execution=bench.execution,
        artifacts=bench.artifacts,
        vims=bench.vims,
        granting=LocalGranting(bench.vims, bench.records),
        drivers=frozenset({"fake"}),
        public_url=URL,
    )
    transport = httpx.ASGITransport(create_app(services))
    headers = {"Version": "2.0.0"}
    async with bench.working(), httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as http:
        yield Planner(bench, http)
