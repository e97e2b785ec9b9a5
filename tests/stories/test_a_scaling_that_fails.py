"""Scaling that fails, is cancelled or given up: it comes to what there was, or is done in the end, or by the next."""

import asyncio

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import CancelMode, VerdictKind, VnfLcmOpOcc
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import TERMINATE
from tests.stand import PATIENCE, Stand
from tests.stories.scaling import (
    COMPLETED,
    FAILED,
    FAILED_TEMP,
    IN,
    OUT,
    ROLLED_BACK,
    SCALE,
    decided,
    instantiated,
    level,
    must_be_true,
    once,
    rows,
    scaled,
    striking_at,
    vnfcs,
)
from tests.striking import Strike, Striking


async def test_a_failed_scale_out_is_rolled_back_to_what_there_was(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "out")
        before, known, there = await rows(bench, instance), await bench.records.instance(instance.id), bench.there()
        knobs.break_down(bench.world, "servers.create", "No valid host was found")
        parked = await bench.perform(SCALE, instance, **OUT, numberOfSteps=2)
        assert await level(bench, instance) == 0
        done = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert done.operation_state is ROLLED_BACK, done.error
        assert (await rows(bench, instance), await bench.records.instance(instance.id)) == (before, known)
        assert bench.there() == there


IN_STEPS = (
    "delete_vnfc:vnfc/app/2",
    "delete_port:port/app/2/app_mgmt",
    "delete_storage:storage/app/1/app_data",
)


@pytest.mark.parametrize("strike", [Strike.BEFORE, Strike.AFTER], ids=lambda strike: strike.name.lower())
@pytest.mark.parametrize("point", IN_STEPS)
async def test_a_scale_in_that_failed_half_way_is_rolled_back_by_making_anew(
    bench: Stand, point: str, strike: Strike
) -> None:
    """Some siblings of the step that failed are gone by then, others are not; all of a stage before it is gone."""
    async with bench.working(striking_at(point, strike=strike)):
        instance = await instantiated(bench, "in")
        await scaled(bench, instance, **OUT, numberOfSteps=2)
        before, known = await rows(bench, instance), await bench.records.instance(instance.id)
        parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
        assert parked.point_of_no_return is None
        done = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert done.operation_state is ROLLED_BACK, done.error
        after = await rows(bench, instance)
        assert {key: row.uid for key, row in after.items()} == {key: row.uid for key, row in before.items()}
        assert known_by(after) == known_by(before)
        assert after["vnfc/app/1"].vim_id != before["vnfc/app/1"].vim_id
        assert after["vnfc/app/0"] == before["vnfc/app/0"]
        assert await bench.records.instance(instance.id) == known
        assert await bench.records.affected(done.id) == []
        await must_be_true(bench, instance)
        await scaled(bench, instance, **IN, numberOfSteps=2)
        await must_be_true(bench, instance)
        assert (await bench.perform(TERMINATE, instance)).operation_state is COMPLETED
        assert bench.there() == set()


def known_by(found: dict[str, Resource]) -> dict[str, object]:
    """What others know its ports by."""
    ports = (row for row in found.values() if row.kind is Kind.PORT)
    return {row.key: (row.observed.addresses, row.observed.mac_address) for row in ports}


@pytest.mark.parametrize("then", [VerdictKind.RETRY, VerdictKind.ROLLBACK])
async def test_a_rollback_of_a_scale_in_that_fails_itself_may_still_go_both_ways(
    bench: Stand, then: VerdictKind
) -> None:
    points = ("delete_storage:storage/app/2/app_data", "create_vnfc:vnfc/app/2")
    async with bench.working():
        instance = await instantiated(bench, "both")
        await scaled(bench, instance, **OUT, numberOfSteps=2)
    async with bench.working(striking_at(*points)):
        parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
        again = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert again.operation_state is FAILED_TEMP
        assert await bench.recorded(instance) == bench.there()
        done = await decided(bench, again, then)
        assert done.operation_state is (COMPLETED if then is VerdictKind.RETRY else ROLLED_BACK), done.error
        await must_be_true(bench, instance)
        assert len(await vnfcs(bench, instance)) == (1 if then is VerdictKind.RETRY else 3)


@pytest.mark.parametrize("direction", [OUT, IN], ids=["out", "in"])
async def test_what_failed_is_retried_to_its_end(bench: Stand, direction: dict[str, str]) -> None:
    async with bench.working(striking_at("create_port:port/app/2/app_mgmt", "delete_port:port/app/1/app_mgmt")):
        instance = await instantiated(bench, "retried", instantiationLevelId="pair")
        parked = await bench.perform(SCALE, instance, **direction)
        done = await decided(bench, parked, VerdictKind.RETRY)
        assert done.operation_state is COMPLETED, done.error
        assert await level(bench, instance) == (2 if direction is OUT else 0)
        await must_be_true(bench, instance)


@pytest.mark.parametrize("direction", [OUT, IN], ids=["out", "in"])
async def test_what_was_given_up_is_mended_by_the_next(bench: Stand, direction: dict[str, str]) -> None:
    """The scale level is that of before, whatever was made or removed; the next operation counts from there."""
    async with bench.working(striking_at("create_vnfc:vnfc/app/3", "delete_port:port/app/1/app_mgmt")):
        instance = await instantiated(bench, "given-up", instantiationLevelId="pair")
        steps = 2 if direction is OUT else 1
        parked = await bench.perform(SCALE, instance, **direction, numberOfSteps=steps)
        done = await decided(bench, parked, VerdictKind.FAIL)
        assert done.operation_state is FAILED
        assert await level(bench, instance) == 1
        await must_be_true(bench, instance)
        await scaled(bench, instance, **OUT)
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/app/1", "vnfc/app/2"}
        assert not any(key.startswith("port/app/3") for key in await rows(bench, instance))
        await must_be_true(bench, instance)


BY_THEMSELVES = (Strike.TWICE, Strike.CRASHED, Strike.LOST)
FOR_GOOD = (Strike.BEFORE, Strike.AFTER)
HELD = (Strike.HELD_BEFORE, Strike.HELD_AFTER)
UNDOS = ("create_storage:storage/app/2/app_data", "create_port:port/app/1/app_mgmt", "create_vnfc:vnfc/app/2")


async def three(bench: Stand, name: str) -> VnfInstance:
    """An instance of three VNFCs."""
    return await instantiated(bench, name, targetScaleLevelInfo=[{"aspectId": "app_scale", "scaleLevel": 2}])


async def stopped(bench: Stand, striking: Striking, occurrence: VnfLcmOpOcc, point: str) -> VnfLcmOpOcc:
    """Cancel it while it does what is held there."""
    hold = striking.holds[f"vnf/{occurrence.vnf_instance_id}", point]
    await asyncio.wait_for(hold.reached.wait(), PATIENCE)
    await bench.cancel(occurrence.id, CancelMode.FORCEFUL)
    return await bench.settled(occurrence.id)


@pytest.mark.parametrize("strike", BY_THEMSELVES, ids=lambda strike: strike.name.lower())
async def test_deletions_and_their_undos_may_be_struck_without_anybody_noticing(bench: Stand, strike: Strike) -> None:
    striking = Striking()
    async with bench.working(striking):
        instance = await three(bench, "struck")
        before = await bench.recorded(instance)
        striking.rule = lambda _workflow, point, attempt: _struck(point, attempt, strike)
        parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
        done = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert done.operation_state is ROLLED_BACK, done.error
        assert await bench.recorded(instance) == before
        await must_be_true(bench, instance)
        striking.rule = lambda _workflow, _point, attempt: strike if attempt == 1 else None
        await scaled(bench, instance, **IN, numberOfSteps=2)
        assert await vnfcs(bench, instance) == {"vnfc/app/0"}
        await must_be_true(bench, instance)


def _struck(point: str, attempt: int, strike: Strike) -> Strike | None:
    """The last deletion fails for good, everything else is struck."""
    if point == "delete_storage:storage/app/1/app_data":
        return Strike.AFTER
    return strike if attempt == 1 and point.startswith(("delete_", "create_")) else None


@pytest.mark.parametrize("point", IN_STEPS)
async def test_a_scale_in_that_is_cancelled_is_rolled_back(bench: Stand, point: str) -> None:
    striking = Striking()
    async with bench.working(striking):
        for strike in HELD:
            instance = await three(bench, f"cancelled-{strike.name.lower()}")
            before = await bench.recorded(instance)
            striking.rule = once({point: strike})
            occurrence = await bench.records.occurrence(await bench.ask(SCALE, instance, **IN, numberOfSteps=2))
            parked = await stopped(bench, striking, occurrence, point)
            assert await bench.recorded(instance) <= before
            done = await decided(bench, parked, VerdictKind.ROLLBACK)
            assert done.operation_state is ROLLED_BACK, done.error
            assert await bench.recorded(instance) == before
            await bench.perform(TERMINATE, instance)
    assert bench.there() == set()


@pytest.mark.parametrize("point", UNDOS)
async def test_an_undo_of_a_scale_in_may_fail_or_be_cancelled(bench: Stand, point: str) -> None:
    striking = Striking()
    async with bench.working(striking):
        for strike in (*FOR_GOOD, *HELD):
            instance = await three(bench, f"undone-{strike.name.lower()}")
            before = await bench.recorded(instance)
            striking.rule = once({"delete_storage:storage/app/1/app_data": Strike.AFTER, point: strike})
            parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
            await bench.decide(parked, VerdictKind.ROLLBACK)
            again = await (stopped(bench, striking, parked, point) if strike in HELD else bench.settled(parked.id))
            assert again.operation_state is FAILED_TEMP, (strike, again.error)
            assert await bench.recorded(instance) == bench.there(), strike
            done = await decided(bench, again, VerdictKind.ROLLBACK)
            assert done.operation_state is ROLLED_BACK, (strike, done.error)
            assert await bench.recorded(instance) == before == bench.there()
            await bench.perform(TERMINATE, instance)
    assert bench.there() == set()
