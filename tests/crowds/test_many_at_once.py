"""Many who ask at once, and one who asks at once: admission lets one operation of a VNF through, and never none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import made_more_than_once
from manoflow.domain.errors import QuotaError
from tests.crowds.consumer import Consumer, consuming, occurrence_of
from tests.stand import Stand

pytestmark = pytest.mark.timeout(300)


class Contest(NamedTuple):
    """What came of asking for the same at once."""

    accepted: httpx.Response
    refused: Sequence[httpx.Response]


async def contest(asked: Iterable[Awaitable[httpx.Response]]) -> Contest:
    """Ask at once; one is accepted, and all others are told that it cannot be."""
    answers = await asyncio.gather(*asked)
    accepted = [answer for answer in answers if answer.status_code == 202]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(accepted), len(refused)) == (1, len(answers) - 1), [answer.text for answer in answers]
    assert all(answer.json()["detail"].startswith("cannot ") for answer in refused)
    return Contest(accepted[0], refused)


@pytest.fixture
async def consumer(bench: Stand, tmp_path: Path) -> AsyncIterator[Consumer]:
    async with bench.working(), consuming(bench, tmp_path) as one:
        yield one


@pytest.mark.large
async def test_who_sees_that_an_operation_is_completed_may_begin_the_next_at_once(consumer: Consumer) -> None:
    vnf = await consumer.vnf()
    for operation in islice(cycle(("instantiate", "terminate")), 50):
        done = await consumer.performed(vnf, operation)
        assert done["operationState"] == "COMPLETED", done


async def test_of_fifty_operations_on_one_vnf_one_is_performed_and_the_others_learn_which(
    bench: Stand, consumer: Consumer
) -> None:
    vnf = await consumer.vnf()
    answers = await contest(consumer.ask(vnf, "instantiate") for _ in range(50))
    occurrence = occurrence_of(answers.accepted)
    assert all(occurrence in refused.json()["detail"] for refused in answers.refused)
    assert (await consumer.settled(occurrence))["operationState"] == "COMPLETED"
    assert made_more_than_once(bench.world) == ()


async def test_of_twenty_verdicts_on_one_operation_one_counts(bench: Stand, consumer: Consumer) -> None:
    vnf = await consumer.vnf()
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make it: quota"))
    parked = await consumer.performed(vnf, "instantiate")
    assert parked["operationState"] == "FAILED_TEMP", parked
    await contest(consumer.tell(parked["id"], verdict) for verdict in ["retry", "rollback"] * 10)
    assert (await consumer.settled(parked["id"]))["operationState"] in {"COMPLETED", "ROLLED_BACK"}
    assert made_more_than_once(bench.world) == ()


async def test_of_twenty_cancellations_of_one_operation_one_counts(bench: Stand, consumer: Consumer) -> None:
    vnf = await consumer.vnf()
    point = knobs.hold(bench.world, "servers.create", "before")
    occurrence = occurrence_of(await consumer.ask(vnf, "instantiate"))
    await knobs.await_held(bench.world, point, within=30)
    await contest(consumer.tell(occurrence, "cancel", {"cancelMode": "GRACEFUL"}) for _ in range(20))
    knobs.release(bench.world, point)
    stopped = await consumer.settled(occurrence)
    assert stopped["operationState"] in {"FAILED_TEMP", "COMPLETED"}, stopped
