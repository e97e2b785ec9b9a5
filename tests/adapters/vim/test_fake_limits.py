"""The quotas of a fake cloud: set by a knob, obeyed by creates, told with what is in use."""

from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import connect, knobs
from manoflow.adapters.vim.fake.ledger import inventory
from manoflow.domain.capacity import Measure
from manoflow.domain.errors import QuotaError, UnreachableError
from manoflow.domain.vim import VimConnection
from tests.adapters.vim.conformance import Bench


async def test_nothing_is_limited_until_a_limit_is_set_and_after_it_is_lifted(cloud: Bench, world: Path) -> None:
    limits = [(await cloud.driver.site.capacity()).limits]
    knobs.limit(world, Measure.VCPUS, 4)
    knobs.limit(world, Measure.VCPUS, 5)
    knobs.limit(world, Measure.PORTS, 0)
    limits.append((await cloud.driver.site.capacity()).limits)
    knobs.lift_limit(world, Measure.VCPUS)
    limits.append((await cloud.driver.site.capacity()).limits)
    knobs.clear(world)
    limits.append((await cloud.driver.site.capacity()).limits)

    assert limits == [{}, {Measure.VCPUS: 5, Measure.PORTS: 0}, {Measure.PORTS: 0}, {}]


@pytest.mark.parametrize(
    ("kind", "measure"),
    [
        ("servers", Measure.SERVERS),
        ("servers", Measure.VCPUS),
        ("servers", Measure.MEMORY_MIB),
        ("storages", Measure.STORAGES),
        ("storages", Measure.STORAGE_GIB),
        ("virtual_links", Measure.VIRTUAL_LINKS),
        ("ports", Measure.PORTS),
        ("placement_groups", Measure.PLACEMENT_GROUPS),
    ],
)
async def test_a_create_beyond_a_limit_is_refused_and_leaves_nothing(
    cloud: Bench, world: Path, kind: str, measure: Measure
) -> None:
    new = await cloud.new(kind)
    before = inventory(world)
    used = (await cloud.driver.site.capacity()).used[measure]
    knobs.limit(world, measure, used)

    with pytest.raises(QuotaError, match=rf"^cannot make {new.name}.*{measure} would be \d+, the quota is {used}"):
        await cloud.create(new)

    assert inventory(world) == before


async def test_what_is_within_a_limit_is_made(cloud: Bench, world: Path) -> None:
    knobs.limit(world, Measure.STORAGE_GIB, 2)

    await cloud.make(await cloud.storage("first"))
    await cloud.make(await cloud.storage("second"))

    assert (await cloud.driver.site.capacity()).used[Measure.STORAGE_GIB] == 2


async def test_a_limit_below_what_is_in_use_forbids_no_more_than_further_creates(cloud: Bench, world: Path) -> None:
    storage = await cloud.storage()
    made = await cloud.make(storage)
    knobs.limit(world, Measure.STORAGES, 0)

    assert list(await cloud.driver.storages.find(storage.uid)) == [made]
    await cloud.make(cloud.group())


async def test_others_use_counts_and_so_does_what_is_going(
    cloud: Bench, world: Path, same_world: VimConnection
) -> None:
    other = Bench(await connect(same_world), cloud.site)
    group = other.group()
    made = await other.make(group)
    knobs.stall(world, "placement_groups.delete")
    await other.driver.placement_groups.delete(made)
    await other.driver.close()
    knobs.limit(world, Measure.PLACEMENT_GROUPS, 1)

    with pytest.raises(QuotaError):
        await cloud.create(cloud.group())


async def test_a_server_counts_what_its_flavor_gave_it_even_when_the_flavor_is_gone(cloud: Bench) -> None:
    flavor = cloud.flavor()
    await cloud.make(flavor)
    server = (await cloud.server("one")).model_copy(update={"flavor_id": None, "flavor_uid": flavor.uid})
    await cloud.make(server)
    await cloud.remove(flavor)

    used = (await cloud.driver.site.capacity()).used

    assert (used[Measure.SERVERS], used[Measure.VCPUS], used[Measure.MEMORY_MIB]) == (1, 1, 576)


async def test_asking_for_the_capacity_is_a_call_like_any_other(cloud: Bench, world: Path) -> None:
    await cloud.driver.check()
    knobs.fail(world, "site.capacity", UnreachableError("cannot reach it"))

    with pytest.raises(UnreachableError):
        await cloud.driver.site.capacity()
