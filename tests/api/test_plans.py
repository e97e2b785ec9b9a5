"""Plans over the API: refused as the operations themselves are, kept, executed once and in time."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.services import Services
from manoflow.domain.errors import UnreachableError
from manoflow.domain.grants import Grant, GrantRequest
from tests.api.consumer import URL, VIMS, Json, Vnf, instantiation, modification, termination
from tests.api.executing import OPERATIONS
from tests.reference import example_of
from workflows.catalogue import Operation

PLANS = "/manoflow/v1/plans"


async def asked(vnf: Vnf, operation: str, request: Json) -> httpx.Response:
    body = {"vnfInstanceId": vnf.id, "operation": operation, "request": request}
    return await vnf.client.post(PLANS, json=body)


async def planned(vnf: Vnf, operation: str = "INSTANTIATE", request: Json | None = None) -> Json:
    answer = await asked(vnf, operation, request or instantiation())
    assert answer.status_code == 201, answer.text
    plan: Json = answer.json()
    return plan


async def executed(vnf: Vnf, plan: Json) -> httpx.Response:
    return await vnf.client.post(f"{PLANS}/{plan['id']}/execute")


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["detail"]


REFUSED: list[tuple[str, str, Json]] = [
    ("INSTANTIATE", "instantiate", {**instantiation(), "flavourId": "none"}),
    ("INSTANTIATE", "instantiate", {**instantiation(), "vimConnectionInfo": {"a": {"vimId": "nowhere"}}}),
    ("TERMINATE", "terminate", termination()),
    ("MODIFY_INFO", "", {}),
    ("MODIFY_INFO", "", modification(vnfdId=str(uuid4()))),
]


@pytest.mark.parametrize(("operation", "path", "request_"), REFUSED)
async def test_what_the_operation_refuses_is_not_planned(vnf: Vnf, operation: str, path: str, request_: Json) -> None:
    refused = await asked(vnf, operation, request_)
    assert said(refused) == said(await vnf.ask(path, request_))
    assert refused.status_code in {404, 409, 422}


async def test_what_cannot_be_read_is_named(vnf: Vnf) -> None:
    answer = await asked(vnf, "INSTANTIATE", {"flavourId": 7})
    status, detail = said(answer)
    assert status == 400
    assert "request.flavourId" in detail
    assert (await asked(vnf, "DANCE", {})).status_code == 400
    answer = await vnf.client.post(PLANS, json={"vnfInstanceId": str(uuid4()), "operation": "HEAL"})
    assert answer.status_code == 404


async def test_unknown_attributes_are_passed_over_as_everywhere(vnf: Vnf) -> None:
    plan = await planned(vnf, request=instantiation(ofTomorrow=True))
    assert plan["request"] == instantiation()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
async def test_every_operation_can_be_planned_and_nothing_begins(vnf: Vnf, operation: Operation) -> None:
    if operation.allowed_in == "INSTANTIATED":
        await vnf.instantiated()
    before = await vnf.occurrences()
    started = len(vnf.execution.tickets)
    plan = await planned(vnf, operation.operation, example_of(operation.request))
    assert (await vnf.client.get(f"{PLANS}/{plan['id']}")).json() == plan
    assert await vnf.occurrences() == before
    assert len(vnf.execution.tickets) == started


async def test_it_is_executed_as_the_operation_that_it_is(vnf: Vnf) -> None:
    plan = await planned(vnf)
    answer = await executed(vnf, plan)
    assert answer.status_code == 202
    begun = answer.headers["Location"].rpartition("/")[2]
    assert answer.headers["Location"].startswith(URL)
    (occurrence,) = await vnf.occurrences()
    assert (occurrence["id"], occurrence["operation"]) == (begun, "INSTANTIATE")
    (ticket,) = vnf.execution.tickets
    assert ticket.lcm_op_occ_id == UUID(begun)
    assert (await vnf.client.get(f"{PLANS}/{plan['id']}")).json()["lcmOpOccId"] == begun
    status, detail = said(await executed(vnf, plan))
    assert (status, begun in detail) == (409, True)


async def test_while_an_operation_works_nothing_is_planned_or_executed(vnf: Vnf) -> None:
    plan = await planned(vnf)
    performance = await vnf.begin()
    for refused in (await asked(vnf, "MODIFY_INFO", modification()), await executed(vnf, plan)):
        status, detail = said(refused)
        assert (status, str(performance.occurrence.id) in detail) == (409, True)


async def test_it_is_not_executed_when_it_is_too_late(vnf: Vnf, services: Services) -> None:
    plan = await planned(vnf)
    kept = await services.records.proposal(UUID(plan["id"]))
    past = {"id": uuid4(), "expires_at": datetime.now(UTC) - timedelta(seconds=1)}
    await services.records.save_proposal(kept.model_copy(update=past))
    status, detail = said(await executed(vnf, {"id": past["id"]}))
    assert (status, "it has expired" in detail) == (409, True)
    assert (await executed(vnf, {"id": uuid4()})).status_code == 404


async def test_it_is_not_executed_once_its_vims_are_others(vnf: Vnf) -> None:
    plan = await planned(vnf)
    await vnf.client.post(VIMS, json={"id": "second", "driver": "fake", "default": True})
    status, detail = said(await executed(vnf, plan))
    assert (status, "since it was made the world has changed" in detail) == (409, True)
    assert await vnf.occurrences() == []


async def test_credentials_are_not_kept_with_a_plan(vnf: Vnf) -> None:
    secret: Json = {"vimType": "fake", "interfaceInfo": {}, "accessInfo": {"password": "hidden"}}
    status, detail = said(await asked(vnf, "INSTANTIATE", instantiation(vimConnectionInfo={"mine": secret})))
    assert (status, "register the VIM" in detail) == (422, True), detail
    assert [vim["id"] for vim in (await vnf.client.get(VIMS)).json()] == ["fake"]


async def test_a_cloud_that_does_not_answer_is_no_refusal(
    vnf: Vnf, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_request: GrantRequest, _at: Any) -> Grant:  # noqa: ANN401 - never used
        message = "cannot reach it"
        raise UnreachableError(message)

    monkeypatch.setattr(services.granting, "forecast", silent)
    answer = await asked(vnf, "INSTANTIATE", instantiation())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


async def test_of_two_who_execute_it_at_once_one_does(vnf: Vnf) -> None:
    plan = await planned(vnf)
    answers = await asyncio.gather(*(executed(vnf, plan) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409]
    (occurrence,) = await vnf.occurrences()
    assert all(occurrence["id"] in said(answer)[1] for answer in answers if answer.status_code == 409)
