"""Our own resources: whether Manoflow lives and is ready, and how far an operation has come."""

import httpx
import pytest

from api.services import Services
from manoflow.domain.errors import UnreachableError
from manoflow.domain.identity import Kind
from manoflow.ports.records import Records
from manoflow.upkeep.lease import NAME as UPKEEP
from tests.api.consumer import Vnf
from tests.api.executing import Executing, Performance

UNREACHABLE = UnreachableError("cannot find a worker on queue lcm")


async def progress(vnf: Vnf, performance: Performance) -> httpx.Response:
    return await vnf.client.get(f"/manoflow/v1/vnf_lcm_op_occs/{performance.occurrence.id}/progress")


async def test_the_api_is_ready_when_everything_is_there(client: httpx.AsyncClient, records: Records) -> None:
    await records.lease(UPKEEP, "a worker", 60)
    assert (await client.get("/readyz")).json() == {"status": "ready"}


async def test_the_api_lives_while_it_is_not_ready(client: httpx.AsyncClient, execution: Executing) -> None:
    execution.trouble = UNREACHABLE
    assert (await client.get("/healthz")).status_code == 200
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "cannot find a worker on queue lcm" in answer.json()["detail"]
    assert "default VIM" not in answer.json()["detail"]


async def test_a_record_that_does_not_answer_is_named(
    client: httpx.AsyncClient, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise UnreachableError("cannot reach the database")

    monkeypatch.setattr(records, "check", away)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "cannot reach the database" in answer.json()["detail"]


async def test_a_sweep_that_has_stopped_everywhere_is_a_warning(client: httpx.AsyncClient, records: Records) -> None:
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    (warning,) = answer.json()["warnings"]
    assert "operations that lost their workflow" in warning
    await records.lease(UPKEEP, "a worker", 60)
    assert "warnings" not in (await client.get("/readyz")).json()


async def test_without_a_default_vim_nothing_can_be_performed(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none() -> tuple[()]:
        return ()

    monkeypatch.setattr(services.records, "vims", none)
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert "default VIM" in answer.json()["detail"]


async def test_progress_counts_what_is_done(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.perform([Kind.VIRTUAL_LINK])
    shown = (await progress(vnf, performance)).json()
    counts = {stage["name"]: (stage["done"], stage["count"]) for stage in shown["stages"]}
    assert counts["create vl"] == (1, 1)
    assert counts["create port"] == (0, 2)
    assert counts["create vnfc"] == (0, 1)
    assert shown["lastSteps"][0].endswith("vl/internal")
    assert (shown["operation"], shown["operationState"]) == ("INSTANTIATE", "PROCESSING")


async def test_progress_tells_why_an_operation_stands(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.fail("cannot create port: quota")
    assert (await progress(vnf, performance)).json()["error"]["detail"] == "cannot create port: quota"


async def test_progress_needs_no_version_and_only_the_record(vnf: Vnf) -> None:
    performance = await vnf.begin()
    vnf.execution.trouble = UNREACHABLE
    del vnf.client.headers["Version"]
    assert (await progress(vnf, performance)).status_code == 200
    assert (await vnf.client.get("/manoflow/v1/vnf_lcm_op_occs/nothing/progress")).status_code == 404
