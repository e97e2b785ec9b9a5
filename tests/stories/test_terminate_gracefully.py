"""Terminating gracefully: VNFCs get time to end, whatever comes of it; until the first deletion there is a way back."""

import asyncio

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import journal
from manoflow.domain.cloud import Power
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import CancelMode, InstantiationState, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import TERMINATE
from tests.stand import Stand
from tests.stories.test_a_step_that_failed import striking_at
from tests.stories.test_operate import DOES_NOT, FIRST, RUNS, SECOND, must_be, operated, pair, uid_of_vnfc, world_of
from tests.striking import Strike, Striking

LONG = 30


def calls(bench: Stand) -> list[str]:
    """What the cloud was asked for, of its servers."""
    changing = {"servers.start", "servers.stop", "servers.delete"}
    return [entry.call for entry in journal(bench.world, "servers.*") if entry.call in changing]


async def terminated(bench: Stand, instance: VnfInstance, seconds: int | None) -> VnfLcmOpOcc:
    asked = {"terminationType": "GRACEFUL", "gracefulTerminationTimeout": seconds}
    return await bench.perform(TERMINATE, instance, **asked)


async def must_be_gone(bench: Stand, instance: VnfInstance, occurrence: VnfLcmOpOcc) -> None:
    assert occurrence.operation_state is LcmOperationState.COMPLETED, occurrence.error
    assert bench.there() == set()
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED


@pytest.mark.parametrize("seconds", [LONG, None])
async def test_vnfcs_end_before_anything_is_deleted(bench: Stand, seconds: int | None) -> None:
    async with bench.working():
        instance = await pair(bench, "gentle")
        await must_be_gone(bench, instance, await terminated(bench, instance, seconds))
    assert calls(bench) == ["servers.stop"] * 2 + ["servers.delete"] * 2


async def test_those_that_do_not_run_are_not_waited_for(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "half")
        await operated(bench, instance, "STOPPED", [FIRST])
        await must_be_gone(bench, instance, await terminated(bench, instance, LONG))
    assert calls(bench).count("servers.stop") == 2


async def test_a_server_that_does_not_end_in_time_is_deleted_all_the_same(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "stubborn")
        knobs.stall(bench.world, "servers.stop")
        await must_be_gone(bench, instance, await terminated(bench, instance, 1))
    assert calls(bench).count("servers.delete") == 2


async def test_a_server_that_breaks_or_is_gone_is_no_hindrance(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "broken")
        knobs.vanish(bench.world, await uid_of_vnfc(bench, instance, FIRST))
        knobs.break_down(bench.world, "servers.stop", "the host is on fire")
        await must_be_gone(bench, instance, await terminated(bench, instance, LONG))


async def test_a_rollback_before_the_first_deletion_starts_what_was_stopped(bench: Stand) -> None:
    striking = Striking(striking_at({f"drain_vnfc:{SECOND}": Strike.AFTER}))
    async with bench.working(striking):
        instance = await pair(bench, "back")
        parked = await terminated(bench, instance, LONG)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.point_of_no_return is None
        assert await world_of(bench, instance) == DOES_NOT
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(parked.id)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        await must_be(bench, instance, RUNS)


async def test_what_did_not_run_before_does_not_run_after_a_rollback(bench: Stand) -> None:
    striking = Striking(striking_at({f"drain_vnfc:{SECOND}": Strike.AFTER}))
    async with bench.working(striking):
        instance = await pair(bench, "mixed")
        await operated(bench, instance, "STOPPED", [FIRST])
        parked = await terminated(bench, instance, LONG)
        await bench.decide(parked, VerdictKind.ROLLBACK)
        assert (await bench.settled(parked.id)).operation_state is LcmOperationState.ROLLED_BACK
        await must_be(bench, instance, {FIRST: Power.STOPPED, SECOND: Power.STARTED})


@pytest.mark.parametrize("mode", CancelMode)
async def test_one_that_is_cancelled_while_it_waits_has_a_way_on_and_a_way_back(bench: Stand, mode: CancelMode) -> None:
    point = f"drain_vnfc:{SECOND}"
    striking = Striking(striking_at({point: Strike.HELD_BEFORE}))
    async with bench.working(striking):
        instance = await pair(bench, f"cancelled-{mode.lower()}")
        asked = {"terminationType": "GRACEFUL", "gracefulTerminationTimeout": LONG}
        occurrence = await bench.ask(TERMINATE, instance, **asked)
        hold = striking.holds[bench.history_id(instance), point]
        await asyncio.wait_for(hold.reached.wait(), LONG)
        await bench.cancel(occurrence, mode)
        hold.released.set()
        parked = await bench.settled(occurrence)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.point_of_no_return is None
        await bench.decide(parked, VerdictKind.ROLLBACK)
        assert (await bench.settled(occurrence)).operation_state is LcmOperationState.ROLLED_BACK
        await must_be(bench, instance, RUNS)
        await must_be_gone(bench, instance, await terminated(bench, instance, LONG))


async def test_from_the_first_deletion_on_there_is_only_forward(bench: Stand) -> None:
    striking = Striking(striking_at({f"delete_vnfc:{FIRST}": Strike.BEFORE}))
    async with bench.working(striking):
        instance = await pair(bench, "forward")
        parked = await terminated(bench, instance, LONG)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        with pytest.raises(ConflictError, match="cannot be undone"):
            await bench.decide(parked, VerdictKind.ROLLBACK)
        await bench.decide(parked, VerdictKind.RETRY)
        await must_be_gone(bench, instance, await bench.settled(parked.id))
    assert calls(bench).count("servers.start") == 0
