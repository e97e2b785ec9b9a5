"""Servers of the fake cloud are started and stopped: it takes its time, may be refused, and may be struck."""

from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import connect, knobs
from manoflow.adapters.vim.fake.ledger import journal
from manoflow.domain.cloud import Power, ResourceState, VimResource
from manoflow.domain.errors import BusyError, ConflictError
from manoflow.domain.vim import VimConnection
from tests.adapters.vim.conformance import Bench


async def made(cloud: Bench) -> VimResource:
    return await cloud.make(await cloud.new("servers"))


async def seen(cloud: Bench, server: VimResource) -> VimResource:
    (found,) = await cloud.driver.servers.find(server.uid)
    return found


async def test_latency_is_spent_building_and_shows_no_power(cloud: Bench, world: Path) -> None:
    server = await made(cloud)
    knobs.slow(world, "servers.stop", 600)

    await cloud.driver.servers.stop(server)

    stopping = await seen(cloud, server)
    assert (stopping.state, stopping.power) == (ResourceState.BUILDING, None)
    with pytest.raises(BusyError, match="BUILDING"):
        await cloud.driver.servers.start(server)


async def test_latency_of_the_connection_applies_to_it(cloud: Bench, world: Path) -> None:
    server = await made(cloud)
    interface = {"world": str(world), "latency": {"servers.stop": 600}}
    slow = await connect(VimConnection(id="slow", vim_id="fake", driver="fake", interface_info=interface))

    await slow.servers.stop(server)
    await slow.close()

    assert (await seen(cloud, server)).state is ResourceState.BUILDING


async def test_what_stalls_is_done_when_its_knob_is_released(cloud: Bench, world: Path) -> None:
    server = await made(cloud)
    stalled = knobs.stall(world, "servers.stop")
    await cloud.driver.servers.stop(server)
    before = await seen(cloud, server)

    knobs.release(world, stalled)

    assert before.state is ResourceState.BUILDING
    assert (await seen(cloud, server)).power is Power.STOPPED


async def test_one_that_is_being_made_cannot_be_stopped_and_may_be_started(cloud: Bench, world: Path) -> None:
    knobs.stall(world, "servers.create")
    server = await cloud.create(await cloud.new("servers"))

    await cloud.driver.servers.start(server)
    with pytest.raises(BusyError, match=server.vim_id):
        await cloud.driver.servers.stop(server)


async def test_one_that_is_going_cannot_be_stopped(cloud: Bench, world: Path) -> None:
    server = await made(cloud)
    knobs.stall(world, "servers.delete")
    await cloud.driver.servers.delete(server)

    with pytest.raises(BusyError, match="DELETING"):
        await cloud.driver.servers.stop(server)


@pytest.mark.parametrize("power", Power)
async def test_one_that_is_broken_is_refused_for_good(cloud: Bench, world: Path, power: Power) -> None:
    server = await made(cloud)
    knobs.break_down(world, "servers.stop", "the host is on fire")
    await cloud.driver.servers.stop(server)
    ask = cloud.driver.servers.start if power is Power.STARTED else cloud.driver.servers.stop

    with pytest.raises(ConflictError, match=rf"{server.vim_id}\) {power}: it is broken: the host is on fire"):
        await ask(server)

    assert (await seen(cloud, server)).state is ResourceState.BROKEN
    assert [entry.outcome for entry in journal(world, f"servers.{ask.__name__}")][-1] == "refused"


async def test_one_that_vanishes_once_it_is_stopped_is_gone(cloud: Bench, world: Path) -> None:
    server = await made(cloud)
    knobs.vanish_when_ready(world, "servers.stop")

    await cloud.driver.servers.stop(server)

    assert list(await cloud.driver.servers.find(server.uid)) == []
