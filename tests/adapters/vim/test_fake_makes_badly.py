"""Knobs of the fake cloud that concern what a call leaves: half made, stalled, doubled or gone."""

import asyncio
from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, journal
from manoflow.domain.capacity import Measure
from manoflow.domain.cloud import FixedAddress, ResourceState
from manoflow.domain.errors import BusyError, NotFoundError, UnreachableError
from tests.adapters.vim.conformance import KINDS, Bench

every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
async def test_what_is_half_made_is_shown_as_such_until_it_is_finished(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    knobs.half_make(world, f"{kind}.create")

    made = await cloud.create(new)
    (found,) = await cloud.of(new).find(new.uid)
    finished = await cloud.of(new).finish(found, new)

    assert made == found
    assert (found.state, finished.state) == (ResourceState.HALF_MADE, ResourceState.READY)
    # VNFs share images.
    assert (found.vim_id, finished.vnf_instance_id) == (finished.vim_id, None if kind == "images" else cloud.vnf)


@every_kind
async def test_whoever_dies_between_the_parts_gets_no_answer(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    knobs.half_make(world, f"{kind}.create", and_die=True)

    with pytest.raises(UnreachableError, match=new.name):
        await cloud.create(new)

    assert [found.state for found in await cloud.of(new).find(new.uid)] == [ResourceState.HALF_MADE]


async def test_a_half_made_server_lacks_the_volumes_it_does_not_boot_from(cloud: Bench, world: Path) -> None:
    boot, data = await cloud.storage("boot", bootable=True), await cloud.storage("data")
    volumes = [await cloud.make(boot), await cloud.make(data)]
    server = (await cloud.server("one", boot=boot)).model_copy(update={"storage_uids": (data.uid,)})
    knobs.half_make(world, "servers.create")

    half_made = await cloud.create(server)
    await cloud.driver.storages.delete(volumes[1])  # nothing uses it
    with pytest.raises(NotFoundError, match=str(data.uid)):
        await cloud.driver.servers.finish(half_made, server)
    volumes[1] = await cloud.make(data)
    finished = await cloud.driver.servers.finish(half_made, server)

    assert finished.state is ResourceState.READY
    for volume in volumes:
        with pytest.raises(BusyError, match="uses it"):
            await cloud.driver.storages.delete(volume)


async def test_a_half_made_flavor_lacks_its_extra_specs(cloud: Bench, world: Path) -> None:
    flavor = cloud.flavor().model_copy(update={"extra_specs": {"hw:cpu_policy": "dedicated"}})
    knobs.half_make(world, "flavors.create")

    half_made = await cloud.create(flavor)
    before = {found.vim_id: found.extra_specs for found in await cloud.driver.flavors.available()}
    await cloud.driver.flavors.finish(half_made, flavor)
    after = {found.vim_id: found.extra_specs for found in await cloud.driver.flavors.available()}

    assert (before[half_made.vim_id], after[half_made.vim_id]) == ({}, flavor.extra_specs)


async def test_a_half_made_port_is_not_listed_with_its_vnf(cloud: Bench, world: Path) -> None:
    port = cloud.external_port()
    knobs.half_make(world, "ports.create")

    half_made = await cloud.create(port)
    listed_before = await cloud.driver.ports.of_vnf(cloud.vnf)
    finished = await cloud.driver.ports.finish(half_made, port)

    assert list(listed_before) == []
    assert list(await cloud.driver.ports.of_vnf(cloud.vnf)) == [finished]


@every_kind
async def test_what_is_stalled_gets_ready_and_goes_when_it_is_released(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    building = knobs.stall(world, f"{kind}.create")
    knobs.stall(world, f"{kind}.delete")

    states = [(await cloud.create(new)).state]
    knobs.release(world, building)
    (ready,) = await cloud.of(new).find(new.uid)
    await cloud.of(new).delete(ready)
    (going,) = await cloud.of(new).find(new.uid)
    await cloud.of(new).delete(going)  # changes nothing
    states += [found.state for found in (ready, going, *await cloud.of(new).find(new.uid))]
    knobs.clear(world)

    made = ResourceState.HALF_MADE if kind == "images" else ResourceState.READY
    assert states == [ResourceState.BUILDING, made, ResourceState.DELETING, ResourceState.DELETING]
    assert list(await cloud.of(new).find(new.uid)) == []


async def test_what_is_stalled_while_it_is_made_can_be_deleted(cloud: Bench, world: Path) -> None:
    server = await cloud.new("servers")
    knobs.stall(world, "servers.create")

    await cloud.driver.servers.delete(await cloud.create(server))

    assert list(await cloud.driver.servers.find(server.uid)) == []


async def test_a_server_cannot_have_a_stalled_volume(cloud: Bench, world: Path) -> None:
    volume = await cloud.storage()
    knobs.stall(world, "storages.create")
    await cloud.create(volume)
    server = (await cloud.server("one")).model_copy(update={"storage_uids": (volume.uid,)})

    with pytest.raises(BusyError, match="still being built"):
        await cloud.create(server)


@pytest.mark.parametrize("kind", ["placement_groups", "virtual_links", "storages"])
async def test_a_doubled_create_makes_two_where_nothing_is_unique(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    knobs.duplicate(world, f"{kind}.create")

    made = await cloud.create(new)

    assert duplicates(world) == ((kind, new.uid),)
    assert made in await cloud.of(new).find(new.uid)
    assert len(journal(world, f"{kind}.create")) == 1


async def test_a_doubled_server_without_ports_is_made_twice(cloud: Bench, world: Path) -> None:
    server = await cloud.server("one")
    knobs.duplicate(world, "servers.create")

    await cloud.create(server)

    assert duplicates(world) == (("servers", server.uid),)


@pytest.mark.parametrize("kind", ["flavors", "ports", "servers"])
async def test_a_doubled_create_makes_one_where_the_cloud_forbids_two(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    before = inventory(world)
    knobs.duplicate(world, f"{kind}.create")

    made = await cloud.create(new)

    assert await cloud.of(new).find(new.uid) == [made]
    assert len(inventory(world)) == len(before) + 1


async def test_of_a_doubled_create_one_is_made_where_a_limit_leaves_room_for_one(cloud: Bench, world: Path) -> None:
    storage = await cloud.storage()
    knobs.limit(world, Measure.STORAGES, 1)
    knobs.duplicate(world, "storages.create")

    await cloud.create(storage)

    assert len(await cloud.driver.storages.find(storage.uid)) == 1


@every_kind
async def test_what_vanishes_when_it_is_ready_is_seen_building_and_then_no_more(
    cloud: Bench, world: Path, kind: str
) -> None:
    new = await cloud.new(kind)
    stalled = knobs.stall(world, f"{kind}.create")
    knobs.vanish_when_ready(world, f"{kind}.create")

    made = await cloud.create(new)
    seen = await cloud.of(new).find(new.uid)
    knobs.release(world, stalled)

    assert [found.state for found in (made, *seen)] == [ResourceState.BUILDING] * 2
    assert list(await cloud.of(new).find(new.uid)) == []


@every_kind
async def test_anything_can_vanish_and_be_made_again(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    first = await cloud.make(new)

    assert knobs.vanish(world, new.uid) == 1

    assert list(await cloud.of(new).find(new.uid)) == []
    assert (await cloud.make(new)).created_at >= first.created_at


async def test_what_vanishes_lets_go_what_it_used_and_a_link_takes_its_ports_with_it(cloud: Bench, world: Path) -> None:
    before = inventory(world)
    link = cloud.link()
    port = cloud.port("one", link, FixedAddress(ip_address="192.168.77.9"))
    volume = await cloud.storage()
    for new in (link, port, volume):
        await cloud.make(new)
    server = (await cloud.server("one", port)).model_copy(update={"storage_uids": (volume.uid,)})
    await cloud.make(server)

    knobs.vanish(world, server.name)
    await cloud.make(server)  # its port and volume are free again
    knobs.vanish(world, link.uid)
    knobs.vanish(world, volume.uid)

    assert set(inventory(world)) - set(before) == {("servers", server.name, server.uid)}


async def test_what_is_not_there_cannot_vanish(cloud: Bench, world: Path) -> None:
    await cloud.driver.check()

    with pytest.raises(NotFoundError, match="cannot make nobody vanish"):
        knobs.vanish(world, "nobody")


async def test_a_knob_works_for_calls_that_others_make_meanwhile(cloud: Bench, world: Path) -> None:
    groups = [cloud.group(str(number)) for number in range(3)]
    stalled = knobs.stall(world, "placement_groups.create", times=2)

    made = await asyncio.gather(*(cloud.create(group) for group in groups))
    knobs.release(world, stalled)

    assert sorted(group.state for group in made) == [ResourceState.BUILDING] * 2 + [ResourceState.READY]
    ready = [await cloud.wait_until(cloud.of(group), group.uid, ResourceState.READY) for group in groups]
    assert {group.vim_id for group in ready} == {group.vim_id for group in made}
