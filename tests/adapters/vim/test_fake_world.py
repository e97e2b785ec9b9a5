"""A world: the file, what it keeps over connections, what it refuses, what is in it from the start."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import connect, knobs
from manoflow.adapters.vim.fake.driver import FakeDriver
from manoflow.adapters.vim.fake.ledger import inventory
from manoflow.adapters.vim.fake.seed import FLAVORS, IMAGES, QUICK_CLOUD, seed
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import InvalidInputError, NotFoundError, PermanentError, UnreachableError
from manoflow.domain.vim import VimConnection
from tests.adapters.vim.conformance import Bench


async def _connect(interface_info: dict[str, object]) -> FakeDriver:
    return await connect(VimConnection(id="vim-1", vim_id="fake", driver="fake", interface_info=interface_info))


async def test_a_world_is_made_when_absent(world: Path) -> None:
    driver = await _connect({"world": str(world)})

    assert await driver.check() == f"fake VIM {world}: 6 hosts, 0 images, 0 flavors, 0 networks"
    await driver.close()


async def test_another_connection_sees_what_the_first_one_made(cloud: Bench, same_world: VimConnection) -> None:
    made = await cloud.make(cloud.group())
    await cloud.driver.close()

    again = await connect(same_world)
    (found,) = await again.placement_groups.find(made.uid)
    await again.close()

    assert found == made


async def test_many_connections_may_make_one_world_at_once(world: Path) -> None:
    drivers = await asyncio.gather(*(_connect({"world": str(world)}) for _ in range(12)))

    for driver in drivers:
        assert "6 hosts" in await driver.check()
        await driver.close()


async def test_latencies_of_the_connection_apply_to_its_calls(cloud: Bench, world: Path) -> None:
    driver = await _connect({"world": str(world), "latency": {"servers.*": 0, "servers.create": 600, "*.find": 0}})
    server = await cloud.server("one")

    building = await driver.servers.create(server)
    await driver.servers.delete(building)
    await driver.close()

    assert building.state is ResourceState.BUILDING
    assert list(await cloud.driver.servers.find(server.uid)) == []


async def test_a_quick_cloud_is_a_valid_latency(world: Path) -> None:
    driver = await _connect({"world": str(world), "latency": QUICK_CLOUD})

    await driver.close()


@pytest.mark.parametrize(
    ("interface_info", "complaint"),
    [
        ({}, "world"),
        ({"world": 7}, "world"),
        ({"world": "/nonexistent/folder/world.sqlite"}, "folder is missing"),
        ({"world": "world.sqlite", "latency": {"server.create": 1}}, r"no call server\.create"),
        ({"world": "world.sqlite", "latency": {"servers.create": -1}}, "greater than or equal to 0"),
    ],
)
async def test_a_senseless_interface_is_refused(interface_info: dict[str, object], complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=rf"(?s)^cannot .*{complaint}"):
        await _connect(interface_info)


async def test_a_file_that_is_no_world_is_refused_and_kept(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader, " * 100)

    with pytest.raises(PermanentError, match=r"letter\.txt"):
        await _connect({"world": str(letter)})

    assert letter.read_text().startswith("Dear reader")


async def test_a_folder_is_no_world(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot use"):
        await _connect({"world": str(tmp_path)})


async def test_a_world_of_another_release_is_refused(world: Path) -> None:
    seed(world)
    with sqlite3.connect(world) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(PermanentError, match="its format is 99"):
        await _connect({"world": str(world)})


async def test_a_world_that_lets_nobody_in_is_out_of_reach(
    cloud: Bench, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("manoflow.adapters.vim.fake.world.BUSY_SECONDS", 0.1)
    impatient = await _connect({"world": str(world)})
    await cloud.driver.check()
    blocker = sqlite3.connect(world, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    with pytest.raises(UnreachableError, match="locked"):
        await impatient.check()
    blocker.execute("ROLLBACK")
    blocker.close()

    assert await impatient.check()
    await impatient.close()


def test_a_mistyped_world_is_not_made_by_those_who_look_at_it(world: Path) -> None:
    for look in (inventory, knobs.clear):
        with pytest.raises(NotFoundError, match=str(world)):
            look(world)

    assert not world.exists()


def test_seeding_twice_changes_nothing(world: Path) -> None:
    seed(world)
    before = inventory(world)

    seed(world)

    assert inventory(world) == before
    assert {made.name for made in before} >= {"mgmt", "data", "m1.tiny"}


async def test_seeds_are_found_by_their_names(cloud: Bench) -> None:
    for image in IMAGES:
        assert [found.name for found in await cloud.driver.images.look_up(image)] == [image]
    assert list(await cloud.driver.flavors.available()) == sorted(FLAVORS, key=lambda flavor: flavor.name)
    for network in ("mgmt", "data"):
        assert await cloud.driver.virtual_links.look_up(network)


def test_a_further_network_is_seeded_beside_the_others(world: Path) -> None:
    seed(world)

    seed(world, networks=("mgmt", "storage"))

    assert [made.name for made in inventory(world) if made.kind == "subnets"] == ["data", "mgmt", "storage"]
