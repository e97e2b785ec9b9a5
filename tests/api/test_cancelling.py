"""Cancelling: when it may be asked for, what shows meanwhile, and how an ambiguous answer is settled."""

from uuid import uuid4

import httpx
import pytest

import api.verdicts
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import Cancellation, CancelMode, LcmOperationState
from manoflow.ports.execution import AmbiguousAnswerError
from tests.api.consumer import OCCURRENCES, Vnf
from tests.api.executing import Performance


@pytest.fixture
async def running(vnf: Vnf) -> Performance:
    """An instantiation in PROCESSING."""
    return await vnf.begin()


async def asked(vnf: Vnf, performance: Performance, mode: str = "GRACEFUL") -> httpx.Response:
    return await vnf.client.post(f"{OCCURRENCES}/{performance.occurrence.id}/cancel", json={"cancelMode": mode})


@pytest.mark.parametrize("mode", list(CancelMode))
async def test_it_shows_as_pending_until_the_state_changes(vnf: Vnf, running: Performance, mode: CancelMode) -> None:
    vnf.execution.stops.append(running.stop)
    answer = await asked(vnf, running, mode)
    assert (answer.status_code, answer.content) == (202, b"")
    shown = (await vnf.client.get(answer.headers["Location"])).json()
    assert (shown["isCancelPending"], shown["cancelMode"]) == (True, mode)
    await running.fail("cannot go on: its cancellation was asked for")
    shown = await vnf.occurrence(running)
    assert (shown["isCancelPending"], shown.get("cancelMode")) == (False, None)


async def test_it_cannot_be_asked_of_one_that_has_stopped(vnf: Vnf, running: Performance) -> None:
    await running.fail()
    answer = await asked(vnf, running)
    assert answer.status_code == 409
    assert "FAILED_TEMP; retry it, roll it back or fail it" in answer.json()["detail"]
    assert vnf.execution.cancellations == []


async def test_a_graceful_one_may_be_followed_by_a_forceful_one(vnf: Vnf, running: Performance) -> None:
    vnf.execution.stops += [running.stop, running.stop]
    assert (await asked(vnf, running, "GRACEFUL")).status_code == 202
    assert (await asked(vnf, running, "GRACEFUL")).status_code == 409
    assert (await asked(vnf, running, "FORCEFUL")).status_code == 202
    refused = await asked(vnf, running, "GRACEFUL")
    assert refused.status_code == 409
    assert "(FORCEFUL) is under way already" in refused.json()["detail"]


async def test_a_mode_that_does_not_exist_is_told(vnf: Vnf, running: Performance) -> None:
    answer = await asked(vnf, running, "SOMEHOW")
    assert answer.status_code in {400, 422}
    assert "cancelMode" in answer.json()["detail"]


async def test_an_unknown_occurrence_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{OCCURRENCES}/{uuid4()}/cancel", json={"cancelMode": "GRACEFUL"})
    assert answer.status_code == 404


async def test_an_ambiguous_answer_is_yes_where_the_record_shows_it(vnf: Vnf, running: Performance) -> None:
    async def taken_in_silence(wish: Cancellation) -> None:
        await running.stop(wish)
        await running.enter(LcmOperationState.FAILED_TEMP, verdict_id=wish.id)
        raise AmbiguousAnswerError("the run closed")

    vnf.execution.stops.append(taken_in_silence)
    assert (await asked(vnf, running)).status_code == 202


async def test_an_ambiguous_answer_is_no_where_it_ended_meanwhile(vnf: Vnf, running: Performance) -> None:
    async def too_late(_: Cancellation) -> None:
        await running.complete()
        raise AmbiguousAnswerError("the run closed")

    vnf.execution.stops.append(too_late)
    answer = await asked(vnf, running)
    assert answer.status_code == 409
    assert "COMPLETED" in answer.json()["detail"]


async def test_a_refusal_and_silence_are_told_apart(vnf: Vnf, running: Performance, hasty: None) -> None:  # noqa: ARG001 - sets patience
    vnf.execution.stops.append(ConflictError("cannot cancel: it is about to leave PROCESSING"))
    assert (await asked(vnf, running)).status_code == 409
    vnf.execution.stops.append(UnreachableError("cannot reach Temporal"))
    assert (await asked(vnf, running)).status_code == 503
    vnf.execution.stops += [AmbiguousAnswerError("silence"), AmbiguousAnswerError("silence")]
    assert (await asked(vnf, running)).status_code == 503


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is given up soon."""
    monkeypatch.setattr(api.verdicts, "PATIENCE", 0.05)
