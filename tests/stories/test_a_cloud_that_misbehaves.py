"""Whole operations on a cloud that makes things half, twice, for nothing or not at all: one of each stays, or none."""

from typing import Any
from uuid import uuid4

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, journal, made_more_than_once
from manoflow.adapters.vim.fake.schema import KINDS
from manoflow.domain.cloud import NewPlacementGroup, NewStorage, NewVirtualLink, ResourceState, VimResource
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.stand import HASTY, TEST_TIMINGS, VIM, Stand

IMPATIENT = HASTY.model_copy(update={"attempt": 0.4, "budget": 0.5})
TIMINGS = TEST_TIMINGS.model_copy(update={"creation": IMPATIENT, "removal": IMPATIENT})


async def must_come_and_go(bench: Stand, name: str) -> None:
    """Instantiate and terminate: everything there is recorded, nothing is there twice, and then nothing at all."""
    async with bench.working():
        instance = await bench.instance(name)
        made = await bench.perform(INSTANTIATE, instance)
        assert made.operation_state is LcmOperationState.COMPLETED, made.error
        assert bench.there() == await bench.recorded(instance)
        driver = await bench.vims.driver(VIM)
        assert {server.state for server in await driver.servers.of_vnf(instance.id)} == {ResourceState.READY}
        gone = await bench.perform(TERMINATE, instance)
    assert gone.operation_state is LcmOperationState.COMPLETED, gone.error
    assert bench.there() == set()


@pytest.mark.parametrize("and_die", [False, True], ids=["and goes on", "and dies"])
async def test_whoever_makes_everything_half_ends_with_all_of_it(bench: Stand, *, and_die: bool) -> None:
    knobs.half_make(bench.world, and_die=and_die, times=None)
    await must_come_and_go(bench, "half-made")
    finished = {entry.call for entry in journal(bench.world, "*.finish")}
    assert finished == {f"{kind}.finish" for kind in KINDS}


async def test_a_cloud_that_makes_everything_twice_ends_with_one_of_each(bench: Stand) -> None:
    knobs.duplicate(bench.world, times=None)
    await must_come_and_go(bench, "doubled")
    for kind in ("placement_groups", "virtual_links", "storages"):
        assert len(journal(bench.world, f"{kind}.delete")) == 2 * len(journal(bench.world, f"{kind}.create"))


async def test_what_vanishes_once_it_is_made_is_made_again(bench: Stand) -> None:
    for kind in KINDS:
        knobs.vanish_when_ready(bench.world, f"{kind}.create")
    await must_come_and_go(bench, "vanishing")
    assert {call for call, _ in made_more_than_once(bench.world)} == {f"{kind}.create" for kind in KINDS}


async def test_a_server_that_stalls_parks_its_operation_and_is_adopted_when_it_is_ready(bench: Stand) -> None:
    stalled = knobs.stall(bench.world, "servers.create")
    async with bench.working(timings=TIMINGS):
        instance = await bench.instance("stalled")
        parked = await bench.perform(INSTANTIATE, instance)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        knobs.release(bench.world, stalled)
        await bench.decide(parked, VerdictKind.RETRY)
        done = await bench.settled(parked.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)
    assert len(journal(bench.world, "servers.create")) == 1


async def test_a_rollback_removes_what_stalls_and_both_of_what_is_there_twice(bench: Stand) -> None:
    knobs.stall(bench.world, "servers.create", times=None)
    async with bench.working(timings=TIMINGS):
        instance = await bench.instance("rolled-back")
        parked = await bench.perform(INSTANTIATE, instance)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        await _make_twins(bench, instance)
        assert len(duplicates(bench.world)) == 3
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(parked.id)
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    assert bench.there() == set()


async def test_a_delete_that_stalls_parks_its_operation_until_somebody_asks_again(bench: Stand) -> None:
    async with bench.working(timings=TIMINGS):
        instance = await bench.instance("lingering")
        await bench.perform(INSTANTIATE, instance)
        stalled = knobs.stall(bench.world, "servers.delete")
        parked = await bench.perform(TERMINATE, instance)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        knobs.release(bench.world, stalled)
        await bench.decide(parked, VerdictKind.RETRY)
        done = await bench.settled(parked.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == set()


async def _make_twins(bench: Stand, instance: VnfInstance) -> None:
    """As requests do that a proxy repeats much later."""
    driver = await bench.vims.driver(VIM)
    for link in await driver.virtual_links.of_vnf(instance.id):
        await driver.virtual_links.create(NewVirtualLink(**_identity(link, instance), cidr="192.168.10.0/24"))
    for group in await driver.placement_groups.of_vnf(instance.id):
        await driver.placement_groups.create(NewPlacementGroup(**_identity(group, instance), anti_affinity=True))
    for storage in await driver.storages.of_vnf(instance.id):
        await driver.storages.create(NewStorage(**_identity(storage, instance), size_gib=1))


def _identity(found: VimResource, instance: VnfInstance) -> dict[str, Any]:
    return {"uid": found.uid, "vnf_instance_id": instance.id, "lcm_op_occ_id": uuid4(), "name": found.name}
