"""Grants: room is reserved before anything is made, held while an operation waits, and never given twice."""

import asyncio

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.capacity import Measure, ReservationState
from manoflow.domain.errors import QuotaError, UnreachableError
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.stand import HASTY, TEST_TIMINGS, VIM, Stand
from tests.striking import Strike, Striking

RESERVED, USED = ReservationState.RESERVED, ReservationState.USED
BOTH_TOO_MANY = [LcmOperationState.COMPLETED, LcmOperationState.ROLLED_BACK]


async def used(bench: Stand, measure: Measure) -> int:
    driver = await bench.vims.driver(VIM)
    return (await driver.site.capacity()).used[measure]


async def held(bench: Stand) -> dict[str, ReservationState]:
    return {one.key: one.state for one in await bench.records.reservations(VIM)}


async def test_what_does_not_fit_ends_rolled_back_with_the_numbers(bench: Stand) -> None:
    knobs.limit(bench.world, Measure.VCPUS, 1)
    async with bench.working():
        done = await bench.perform(INSTANTIATE, await bench.instance("large"), instantiationLevelId="pair")
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "cannot reserve in VIM fake: 2 vcpus wanted, 1 of 1 free (0 in use, 0 reserved)" in done.error.detail
    assert bench.there() == set()
    assert await held(bench) == {}


async def test_a_vim_that_says_nothing_of_its_room_ends_it_before_anything_was_made(bench: Stand) -> None:
    knobs.fail(bench.world, "site.capacity", UnreachableError("cannot reach Nova: 503"), times=None)
    impatient = TEST_TIMINGS.model_copy(update={"decision": HASTY.model_copy(update={"budget": 0.3})})
    async with bench.working(timings=impatient):
        done = await bench.perform(INSTANTIATE, await bench.instance("unknown"))
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "cannot reach Nova: 503" in done.error.detail


async def test_a_grant_whose_answer_is_lost_is_granted_again_with_what_it_holds(bench: Stand) -> None:
    knobs.limit(bench.world, Measure.VCPUS, 1)
    striking = Striking(
        lambda _workflow, point, attempt: Strike.LOST if point.startswith("request_grant:") and attempt == 1 else None
    )
    async with bench.working(striking):
        done = await bench.perform(INSTANTIATE, await bench.instance("lost"))
    assert striking.struck
    assert done.operation_state is LcmOperationState.COMPLETED, done.error


@pytest.mark.parametrize("verdict", [VerdictKind.ROLLBACK, VerdictKind.FAIL, VerdictKind.RETRY])
async def test_a_parked_operation_keeps_its_room_until_it_ends(bench: Stand, verdict: VerdictKind) -> None:
    knobs.limit(bench.world, Measure.VCPUS, 1)
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: no host"))
    async with bench.working():
        occurrence = await bench.perform(INSTANTIATE, await bench.instance("parked"))
        assert occurrence.operation_state is LcmOperationState.FAILED_TEMP
        states = await held(bench)
        assert states.pop("vnfc/app/0") is RESERVED
        assert set(states.values()) == {USED}
        refused = await bench.perform(INSTANTIATE, await bench.instance("late"))
        assert refused.operation_state is LcmOperationState.ROLLED_BACK
        assert refused.error is not None
        assert f"1 reserved: 1 by operation {occurrence.id}" in refused.error.detail
        await bench.decide(occurrence, verdict)
        await bench.settled(occurrence.id)
        assert await held(bench) == {}
        again = await bench.perform(INSTANTIATE, await bench.instance("again"))
    free = verdict is not VerdictKind.RETRY
    assert again.operation_state is (LcmOperationState.COMPLETED if free else LcmOperationState.ROLLED_BACK)
    assert await used(bench, Measure.VCPUS) == 1


async def test_of_two_that_want_the_last_room_at_once_one_gets_it(bench: Stand) -> None:
    knobs.limit(bench.world, Measure.VCPUS, 3)
    async with bench.working():
        instances = [await bench.instance(name) for name in ("left", "right")]
        done = await asyncio.gather(
            *(bench.perform(INSTANTIATE, instance, instantiationLevelId="pair") for instance in instances)
        )
    assert sorted(one.operation_state for one in done) == BOTH_TOO_MANY
    (refused,) = [one for one in done if one.operation_state is LcmOperationState.ROLLED_BACK]
    assert refused.error is not None
    assert "cannot reserve in VIM fake: 2 vcpus wanted, 1 of 3 free" in refused.error.detail
    assert await used(bench, Measure.VCPUS) == 2
    assert await bench.recorded(instances[done.index(refused)]) == set()


async def test_as_many_as_fit_are_instantiated_side_by_side_and_no_more(bench: Stand) -> None:
    knobs.limit(bench.world, Measure.SERVERS, 3)
    async with bench.working():
        instances = [await bench.instance(f"crowd-{number}") for number in range(6)]
        done = await asyncio.gather(*(bench.perform(INSTANTIATE, instance) for instance in instances))
        states = [one.operation_state for one in done]
        assert states.count(LcmOperationState.COMPLETED) == 3
        assert states.count(LcmOperationState.ROLLED_BACK) == 3
        first = instances[states.index(LcmOperationState.COMPLETED)]
        await bench.perform(TERMINATE, first)
        last = await bench.perform(INSTANTIATE, instances[states.index(LcmOperationState.ROLLED_BACK)])
    assert last.operation_state is LcmOperationState.COMPLETED, last.error
    assert await used(bench, Measure.SERVERS) == 3


async def test_what_is_built_at_the_moment_leaves_room_for_others(bench: Stand) -> None:
    """Made and not recorded yet, it is in use and reserved, and still there once."""
    knobs.limit(bench.world, Measure.SERVERS, 2)
    knob = knobs.hold(bench.world, "servers.create", "after")
    async with bench.working():
        slow = await bench.ask(INSTANTIATE, await bench.instance("slow"))
        await knobs.await_held(bench.world, knob)
        assert await used(bench, Measure.SERVERS) == 1
        assert (await held(bench))["vnfc/app/0"] is RESERVED
        quick = await bench.perform(INSTANTIATE, await bench.instance("quick"))
        knobs.release(bench.world, knob)
        assert quick.operation_state is LcmOperationState.COMPLETED, quick.error
        assert (await bench.settled(slow)).operation_state is LcmOperationState.COMPLETED
