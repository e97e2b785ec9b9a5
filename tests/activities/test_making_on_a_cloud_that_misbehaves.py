"""`activities.converging` where the cloud makes things half, twice, never or for nothing: every kind ends in one."""

import asyncio
from pathlib import Path

import pytest

from activities.converging import make
from activities.watching import Watch
from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, journal
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import TemporaryError, UnreachableError
from tests.adapters.vim.conformance import KINDS, Bench

every_kind = pytest.mark.parametrize("kind", KINDS)

A_MOMENT = 0.2
"""Seconds that an attempt gets where it cannot succeed."""


async def attempt(cloud: Bench, new: NewResource) -> VimResource:
    return await make(cloud.of(new), new, Watch())


async def short_attempt(cloud: Bench, new: NewResource) -> VimResource:
    """One that ends as `activities.attending` ends it, where it takes too long."""
    async with asyncio.timeout(A_MOMENT):
        return await attempt(cloud, new)


async def there(cloud: Bench, new: NewResource) -> list[VimResource]:
    return list(await cloud.of(new).find(new.uid))


def creates(world: Path, kind: str) -> int:
    return len(journal(world, f"{kind}.create"))


@every_kind
async def test_what_is_half_made_is_finished(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    before = creates(world, kind)
    knobs.half_make(world, f"{kind}.create")

    made = await attempt(cloud, new)

    # VNFs share images.
    assert (made.state, made.vnf_instance_id) == (ResourceState.READY, None if kind == "images" else cloud.vnf)
    assert await there(cloud, new) == [made]
    assert creates(world, kind) == before + 1


@every_kind
async def test_what_somebody_half_made_and_died_is_finished_by_the_next(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    before = creates(world, kind)
    knobs.half_make(world, f"{kind}.create", and_die=True)

    with pytest.raises(UnreachableError):
        await attempt(cloud, new)
    (half_made,) = await there(cloud, new)
    made = await attempt(cloud, new)

    assert (half_made.state, made.state) == (ResourceState.HALF_MADE, ResourceState.READY)
    assert [found.vim_id for found in await there(cloud, new)] == [half_made.vim_id]
    assert creates(world, kind) == before + 1


@every_kind
async def test_what_turns_out_half_made_only_when_it_is_built_is_finished(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    stalled = knobs.stall(world, f"{kind}.create")
    knobs.half_make(world, f"{kind}.create")

    with pytest.raises((TimeoutError, TemporaryError)):
        await short_attempt(cloud, new)
    knobs.release(world, stalled)
    made = await attempt(cloud, new)

    assert made.state is ResourceState.READY
    assert await there(cloud, new) == [made]


async def test_what_gets_half_made_under_the_eyes_of_who_waits_is_finished_by_him(cloud: Bench, world: Path) -> None:
    new = await cloud.new("servers")
    stalled = knobs.stall(world, "servers.create")
    knobs.half_make(world, "servers.create")
    waits = knobs.hold(world, "servers.of_vnf", "before")

    making = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, waits)
    knobs.release(world, stalled)
    knobs.release(world, waits)

    assert (await making).state is ResourceState.READY


@every_kind
async def test_what_is_stalled_is_adopted_when_it_is_ready_at_last(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    before = creates(world, kind)
    stalled = knobs.stall(world, f"{kind}.create")

    for _ in range(2):
        with pytest.raises(TimeoutError):
            await short_attempt(cloud, new)
    (building,) = await there(cloud, new)
    knobs.release(world, stalled)
    made = await attempt(cloud, new)

    assert (building.state, made.state) == (ResourceState.BUILDING, ResourceState.READY)
    assert building.vim_id == made.vim_id
    assert creates(world, kind) == before + 1


@every_kind
async def test_of_a_doubled_create_the_oldest_stays(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.server("one") if kind == "servers" else await cloud.new(kind)  # nothing of it is used but once
    knobs.duplicate(world, f"{kind}.create")

    kept = await attempt(cloud, new)

    assert duplicates(world) == ()
    assert await there(cloud, new) == [kept]


@pytest.mark.parametrize("kind", ["placement_groups", "virtual_links", "storages"])
async def test_of_twins_that_an_attempt_finds_the_oldest_stays(cloud: Bench, kind: str) -> None:
    new = await cloud.new(kind)
    for _ in range(3):
        await cloud.create(new)
    oldest, *_ = await there(cloud, new)

    assert await attempt(cloud, new) == oldest
    assert await there(cloud, new) == [oldest]


async def test_a_twin_that_does_not_go_holds_nobody_up(cloud: Bench, world: Path) -> None:
    new = cloud.group()
    stalled = knobs.stall(world, "placement_groups.create", times=2)
    twins = [await cloud.create(new), await cloud.create(new)]
    oldest, youngest = sorted(twins, key=lambda twin: (twin.created_at, twin.vim_id))
    knobs.stall(world, "placement_groups.delete")
    waits = knobs.hold(world, "placement_groups.of_vnf", "before")

    making = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, waits)
    knobs.release(world, stalled)
    knobs.release(world, waits)
    made = await making

    assert made.vim_id == oldest.vim_id
    left = {found.vim_id: found.state for found in await there(cloud, new)}
    assert left == {oldest.vim_id: ResourceState.READY, youngest.vim_id: ResourceState.DELETING}


@every_kind
async def test_what_vanishes_as_soon_as_it_is_ready_is_made_again(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    knobs.vanish_when_ready(world, f"{kind}.create")

    with pytest.raises(TemporaryError, match=rf"{new.name}.*vanished"):
        await attempt(cloud, new)

    assert await there(cloud, new) == []
    assert [await attempt(cloud, new)] == await there(cloud, new)


@every_kind
async def test_what_vanishes_while_somebody_waits_for_it_is_made_again(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    knobs.stall(world, f"{kind}.create")
    waits = knobs.hold(world, f"{kind}.of_vnf", "before")

    making = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, waits)
    knobs.vanish(world, new.uid)
    knobs.release(world, waits)
    with pytest.raises(TemporaryError, match=rf"{new.name}.*vanished"):
        await making

    assert [await attempt(cloud, new)] == await there(cloud, new)


async def test_what_vanishes_before_it_is_finished_is_made_again(cloud: Bench, world: Path) -> None:
    new = cloud.link()
    knobs.half_make(world, "virtual_links.create")
    finishing = knobs.hold(world, "virtual_links.finish", "before")

    making = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, finishing)
    knobs.vanish(world, new.uid)
    knobs.release(world, finishing)
    with pytest.raises(TemporaryError, match=rf"{new.name}.*vanished"):
        await making

    assert [await attempt(cloud, new)] == await there(cloud, new)


async def test_what_never_gets_whole_is_told_and_tried_again(cloud: Bench, world: Path) -> None:
    new = cloud.link()
    before = inventory(world)
    knobs.half_make(world, "virtual_links.create")
    knobs.fail(world, "virtual_links.finish", TemporaryError("cannot add the subnet"), times=2)

    for _ in range(2):
        with pytest.raises(TemporaryError, match="cannot add the subnet"):
            await attempt(cloud, new)
    await attempt(cloud, new)

    assert {made.kind for made in set(inventory(world)) - set(before)} == {"virtual_links", "subnets"}
