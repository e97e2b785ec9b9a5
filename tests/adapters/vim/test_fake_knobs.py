"""The knobs of the fake cloud: what strikes a call, how often, and what is left in the world."""

from pathlib import Path
from time import monotonic

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.calls import Outcome
from manoflow.adapters.vim.fake.ledger import inventory, journal
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import BusyError, InvalidInputError, QuotaError, UnreachableError
from tests.adapters.vim.conformance import Bench


def _outcomes(world: Path, call: str) -> list[Outcome]:
    return [entry.outcome for entry in journal(world, call)]


async def test_a_failure_strikes_the_next_calls_before_their_effect(cloud: Bench, world: Path) -> None:
    before = inventory(world)
    knobs.fail(world, "placement_groups.create", QuotaError("cannot make a group: quota"), times=2)

    for _ in range(2):
        with pytest.raises(QuotaError, match=r"^cannot make a group: quota$"):
            await cloud.create(cloud.group())
    assert inventory(world) == before
    await cloud.create(cloud.group())

    assert _outcomes(world, "placement_groups.create") == [Outcome.FAILED, Outcome.FAILED, Outcome.DONE]


async def test_a_failure_without_count_lasts_until_it_is_released(cloud: Bench, world: Path) -> None:
    knob = knobs.fail(world, "*.create", BusyError("cannot just now"), times=None)

    for _ in range(3):
        with pytest.raises(BusyError):
            await cloud.create(cloud.link())
    knobs.release(world, knob)

    assert (await cloud.create(cloud.link())).state is ResourceState.READY


async def test_a_knob_strikes_only_names_and_uids_that_match(cloud: Bench, world: Path) -> None:
    struck, spared = cloud.group("struck"), cloud.group("spared")
    knobs.fail(world, "placement_groups.*", BusyError("cannot: name"), times=None, matching="-struck-")
    by_uid = knobs.fail(world, "*", BusyError("cannot: uid"), times=None, matching=str(struck.uid))

    await cloud.create(spared)
    with pytest.raises(BusyError, match="name"):
        await cloud.create(struck)
    with pytest.raises(BusyError, match="uid"):
        await cloud.driver.placement_groups.find(struck.uid)
    knobs.release(world, by_uid)

    assert list(await cloud.driver.placement_groups.find(struck.uid)) == []


async def test_of_two_knobs_of_one_effect_the_first_strikes_first(cloud: Bench, world: Path) -> None:
    knobs.fail(world, "check", BusyError("cannot: first"))
    knobs.fail(world, "*", BusyError("cannot: second"))

    for text in ("first", "second"):
        with pytest.raises(BusyError, match=text):
            await cloud.driver.check()

    assert await cloud.driver.check()


async def test_clearing_takes_every_knob_away(cloud: Bench, world: Path) -> None:
    knobs.fail(world, "*", BusyError("cannot"), times=None)
    knobs.lose_answer(world, "*", times=None)

    knobs.clear(world)

    assert await cloud.driver.check()


async def test_a_lost_answer_leaves_the_effect(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    knobs.lose_answer(world, "placement_groups.create")

    with pytest.raises(UnreachableError, match=group.name):
        await cloud.create(group)

    assert len(await cloud.driver.placement_groups.find(group.uid)) == 1
    assert _outcomes(world, "placement_groups.create") == [Outcome.LOST]


async def test_the_lost_answer_of_a_delete_leaves_nothing(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    made = await cloud.make(group)
    knobs.lose_answer(world, "*.delete")

    with pytest.raises(UnreachableError):
        await cloud.driver.placement_groups.delete(made)

    assert list(await cloud.driver.placement_groups.find(group.uid)) == []


async def test_a_refusal_stands_in_the_journal_beside_the_knobs_failures(cloud: Bench, world: Path) -> None:
    server = (await cloud.server("one")).model_copy(update={"flavor_id": "none"})

    with pytest.raises(Exception, match="flavors"):
        await cloud.create(server)

    assert _outcomes(world, "servers.create") == [Outcome.REFUSED]


async def test_a_broken_server_ends_broken_and_says_why(cloud: Bench, world: Path) -> None:
    knobs.slow(world, "servers.create", 0.05)
    knobs.break_down(world, "servers.create", "the hypervisor caught fire")
    server = await cloud.server("one")

    building = await cloud.create(server)
    broken = await cloud.wait_until(cloud.driver.servers, server.uid, ResourceState.BROKEN)

    assert building.state is ResourceState.BUILDING
    assert (broken.detail, broken.power) == ("the hypervisor caught fire", None)


async def test_slow_servers_are_building_and_deleting_while_the_call_returns_at_once(cloud: Bench, world: Path) -> None:
    slow = knobs.slow(world, "servers.*", 600)
    server = await cloud.server("one")

    building = await cloud.create(server)
    await cloud.driver.servers.delete(building)
    knobs.release(world, slow)
    await cloud.driver.servers.delete(building)  # begins nothing anew
    (deleting,) = await cloud.driver.servers.find(server.uid)

    assert building.state is ResourceState.BUILDING
    assert deleting.state is ResourceState.DELETING


async def test_other_slow_calls_answer_late(cloud: Bench, world: Path) -> None:
    knobs.slow(world, "placement_groups.create", 0.2)
    began = monotonic()

    group = await cloud.create(cloud.group())

    assert monotonic() - began >= 0.2
    assert group.state is ResourceState.READY


async def test_a_knob_for_a_call_that_does_not_exist_is_refused(cloud: Bench, world: Path) -> None:
    await cloud.driver.check()

    with pytest.raises(InvalidInputError, match=r"cannot set a knob for 'server\.create'.*servers\.create"):
        knobs.fail(world, "server.create", BusyError("cannot"))
