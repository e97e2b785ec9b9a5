"""Verdicts: who may give which, and how an ambiguous answer is settled from the record."""

from uuid import uuid4

import httpx
import pytest

import api.verdicts
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import LcmOperationState, Verdict, VerdictKind
from manoflow.ports.execution import AmbiguousAnswerError
from tests.api.consumer import OCCURRENCES, URL, Vnf
from tests.api.executing import Performance

AMBIGUOUS = AmbiguousAnswerError("the run closed")


@pytest.fixture
async def parked(vnf: Vnf) -> Performance:
    """An instantiation that waits for a verdict."""
    performance = await vnf.begin()
    await performance.perform()
    await performance.fail("cannot create server app-0: no valid host")
    return performance


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is given up soon."""
    monkeypatch.setattr(api.verdicts, "PATIENCE", 0.05)


async def test_a_parked_operation_shows_why_and_the_ways_out(vnf: Vnf, parked: Performance) -> None:
    shown = await vnf.occurrence(parked)
    assert shown["operationState"] == "FAILED_TEMP"
    assert shown["error"]["detail"] == "cannot create server app-0: no valid host"
    assert shown["warnings"] == ["VDU app: one is made"]
    assert shown["_links"].keys() == {"self", "vnfInstance", "retry", "rollback", "fail"}
    assert shown["_links"]["retry"]["href"] == f"{URL}{OCCURRENCES}/{parked.occurrence.id}/retry"


@pytest.mark.parametrize(("kind", "state"), [("retry", "PROCESSING"), ("rollback", "ROLLING_BACK")])
async def test_a_verdict_is_accepted_once_its_state_is_recorded(
    vnf: Vnf, parked: Performance, kind: str, state: str
) -> None:
    vnf.execution.decisions.append(parked.take)
    answer = await vnf.give(parked, kind)
    assert (answer.status_code, answer.content) == (202, b"")
    shown = (await vnf.client.get(answer.headers["Location"])).json()
    assert shown["operationState"] == state
    assert shown["error"]["detail"].startswith("cannot create server")
    assert shown["_links"].keys() == {"self", "vnfInstance", "cancel"}


async def test_fail_answers_with_the_failed_occurrence(vnf: Vnf, parked: Performance) -> None:
    vnf.execution.decisions.append(parked.take)
    answer = await vnf.give(parked, "fail")
    assert (answer.status_code, answer.json()["operationState"]) == (200, "FAILED")
    assert answer.json()["resourceChanges"]["affectedVnfcs"]


@pytest.mark.parametrize("kind", list(VerdictKind))
async def test_a_verdict_on_an_unknown_occurrence_is_not_found(client: httpx.AsyncClient, kind: VerdictKind) -> None:
    for name in (uuid4(), "nothing"):
        assert (await client.post(f"{OCCURRENCES}/{name}/{kind}")).status_code == 404


@pytest.mark.parametrize("kind", list(VerdictKind))
async def test_a_verdict_in_the_wrong_state_is_refused_naming_it(vnf: Vnf, kind: VerdictKind) -> None:
    answer = await vnf.give(await vnf.begin(), kind)
    assert answer.status_code == 409
    assert "PROCESSING" in answer.json()["detail"]
    assert vnf.execution.verdicts == []


async def test_what_cannot_be_undone_is_not_rolled_back(vnf: Vnf, parked: Performance) -> None:
    await parked.write(point_of_no_return="delete vnfc app-0")
    answer = await vnf.give(parked, "rollback")
    assert answer.status_code == 409
    assert "delete vnfc app-0" in answer.json()["detail"]
    assert vnf.execution.verdicts == []
    assert (await vnf.occurrence(parked))["_links"].keys() == {"self", "vnfInstance", "retry", "fail"}


async def test_each_request_is_a_verdict_of_its_own(vnf: Vnf, parked: Performance) -> None:
    vnf.execution.decisions += [ConflictError("cannot retry: busy"), parked.take]
    assert (await vnf.give(parked, "retry")).status_code == 409
    assert (await vnf.give(parked, "retry")).status_code == 202
    first, second = vnf.execution.verdicts
    assert first.id != second.id
    assert first.lcm_op_occ_id == second.lcm_op_occ_id == parked.occurrence.id


async def test_nobody_there_is_a_503_that_says_when_to_come_back(vnf: Vnf, parked: Performance) -> None:
    vnf.execution.decisions.append(UnreachableError("cannot reach Temporal"))
    answer = await vnf.give(parked, "retry")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_ambiguous_answer_is_yes_where_the_record_has_the_verdict(vnf: Vnf, parked: Performance) -> None:
    async def taken_in_silence(verdict: Verdict) -> None:
        await parked.take(verdict)
        raise AMBIGUOUS

    vnf.execution.decisions.append(taken_in_silence)
    assert (await vnf.give(parked, "retry")).status_code == 202
    assert len(vnf.execution.verdicts) == 1


@pytest.mark.usefixtures("hasty")
async def test_an_ambiguous_answer_without_effect_is_sent_once_more(vnf: Vnf, parked: Performance) -> None:
    vnf.execution.decisions += [AMBIGUOUS, parked.take]
    assert (await vnf.give(parked, "retry")).status_code == 202
    assert len({verdict.id for verdict in vnf.execution.verdicts}) == 1
    assert len(vnf.execution.verdicts) == 2


@pytest.mark.usefixtures("hasty")
async def test_a_refusal_of_the_second_try_is_yes_where_the_first_was_taken(vnf: Vnf, parked: Performance) -> None:
    async def taken_late(verdict: Verdict) -> None:
        await parked.take(verdict)
        raise ConflictError("cannot retry: it is PROCESSING")

    vnf.execution.decisions += [AMBIGUOUS, taken_late]
    assert (await vnf.give(parked, "retry")).status_code == 202


async def test_an_ambiguous_answer_is_no_where_somebody_elses_verdict_was_taken(vnf: Vnf, parked: Performance) -> None:
    async def anothers(_: Verdict) -> None:
        await parked.enter(LcmOperationState.ROLLING_BACK, verdict_id=uuid4())
        raise AMBIGUOUS

    vnf.execution.decisions.append(anothers)
    answer = await vnf.give(parked, "retry")
    assert answer.status_code == 409
    assert "ROLLING_BACK" in answer.json()["detail"]


@pytest.mark.usefixtures("hasty")
async def test_a_verdict_that_nobody_takes_is_a_503(vnf: Vnf, parked: Performance) -> None:
    vnf.execution.decisions += [AMBIGUOUS, AMBIGUOUS]
    answer = await vnf.give(parked, "retry")
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert (await vnf.occurrence(parked))["operationState"] == "FAILED_TEMP"
