"""`activities.converging.remove` where the cloud has two, will not let go, or does not list what it has."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from activities.converging import remove
from activities.watching import Watch
from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import journal
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import BusyError, TemporaryError
from manoflow.domain.plan import Step
from tests.adapters.vim.conformance import KINDS, Bench

every_kind = pytest.mark.parametrize("kind", KINDS)

A_MOMENT = 0.2
"""Seconds that an attempt gets where it cannot succeed."""


async def attempt(cloud: Bench, new: NewResource) -> None:
    kind = next(kind for name, kind in KINDS.items() if cloud.resources(name) is cloud.of(new))
    step = Step(key="x", uid=new.uid, kind=kind, vim_connection_id="fake", vnf_instance_id=cloud.vnf)
    await remove(cloud.of(new), step, Watch())


async def states(cloud: Bench, new: NewResource) -> list[ResourceState]:
    return [found.state for found in await cloud.of(new).find(new.uid)]


@pytest.mark.parametrize("kind", ["placement_groups", "virtual_links", "storages", "servers"])
async def test_two_matches_are_both_deleted_and_both_waited_for(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.server("one") if kind == "servers" else await cloud.new(kind)
    knobs.duplicate(world, f"{kind}.create")
    await cloud.create(new)
    first, second = (knobs.stall(world, f"{kind}.delete") for _ in range(2))
    waits = knobs.hold(world, f"{kind}.of_vnf", "after", times=2)

    removing = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, waits)
    both = await states(cloud, new)
    knobs.release(world, first)
    one = await states(cloud, new)
    knobs.release(world, waits)
    looked = knobs.hold(world, f"{kind}.of_vnf", "after")
    await knobs.await_held(world, looked)
    waited = not removing.done()
    knobs.release(world, second)
    knobs.release(world, looked)
    await removing

    assert (both, one) == ([ResourceState.DELETING] * 2, [ResourceState.DELETING])
    assert waited
    assert await states(cloud, new) == []


@every_kind
async def test_a_delete_that_stalls_is_waited_for_by_as_many_attempts_as_it_takes(
    cloud: Bench, world: Path, kind: str
) -> None:
    new = await cloud.new(kind)
    await cloud.make(new)
    stalled = knobs.stall(world, f"{kind}.delete")

    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(A_MOMENT):
                await attempt(cloud, new)
    knobs.release(world, stalled)
    await attempt(cloud, new)

    assert await states(cloud, new) == []


@every_kind
async def test_what_is_half_made_or_still_being_built_is_removed(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    for setting in (knobs.half_make, knobs.stall):
        setting(world, f"{kind}.create")
        await cloud.create(new)

        await attempt(cloud, new)

        assert await states(cloud, new) == []


@every_kind
async def test_what_vanishes_while_somebody_deletes_it_is_removed(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    await cloud.make(new)
    deleting = knobs.hold(world, f"{kind}.delete", "before")

    removing = asyncio.create_task(attempt(cloud, new))
    await knobs.await_held(world, deleting)
    knobs.vanish(world, new.uid)
    knobs.release(world, deleting)
    await removing

    assert await states(cloud, new) == []


async def test_what_is_going_and_not_listed_is_no_more_taken_for_gone(cloud: Bench, world: Path) -> None:
    port = cloud.external_port()
    knobs.half_make(world, "ports.create")
    made = await cloud.create(port)
    stalled = knobs.stall(world, "ports.delete")

    with pytest.raises(TemporaryError, match=rf"{port.uid}.*{made.vim_id} is still there"):
        await attempt(cloud, port)
    knobs.release(world, stalled)
    await attempt(cloud, port)

    assert await states(cloud, port) == []


async def test_a_match_that_is_needed_does_not_keep_the_other(cloud: Bench) -> None:
    link = cloud.link()
    twins = [await cloud.create(link), await cloud.create(link)]
    oldest, _ = sorted(twins, key=lambda twin: (twin.created_at, twin.vim_id))
    port = cloud.port("one", link)
    needed = (await cloud.make(port)).network_id

    with pytest.raises(BusyError, match=str(needed)):
        await attempt(cloud, link)
    left = await cloud.of(link).find(link.uid)
    await cloud.remove(port)
    await attempt(cloud, link)

    assert needed == oldest.vim_id
    assert [found.vim_id for found in left] == [needed]
    assert await states(cloud, link) == []


async def test_what_the_cloud_hides_at_first_is_removed(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    new = cloud.link()
    await cloud.make(new)
    find = cloud.of(new).find

    async def nothing(_uid: UUID) -> list[VimResource]:
        return []

    monkeypatch.setattr(cloud.of(new), "find", nothing)
    monkeypatch.setattr(cloud.of(new), "find_for_certain", find)

    await attempt(cloud, new)

    assert await find(new.uid) == []


async def test_nothing_is_asked_where_nothing_is(cloud: Bench, world: Path) -> None:
    await attempt(cloud, cloud.group())

    assert [entry.call for entry in journal(world)] == ["placement_groups.find"]
