"""Holds: a call of whatever process stops at a named point, says so in the world, and goes on when released."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.calls import Calls, Outcome, Turn
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, journal, made_more_than_once
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.adapters.vim.fake.world import World
from tests.adapters.vim.conformance import Bench
from tests.adapters.vim.fake_process import new_storage


@asynccontextmanager
async def _process(world: Path, *arguments: object) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.adapters.vim.fake_process",
        str(world),
        *map(str, arguments),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_call_held_before_its_effect_has_none_until_it_is_released(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    hold = knobs.hold(world, "placement_groups.create", "before")

    making = asyncio.create_task(cloud.create(group))
    held = await knobs.await_held(world, hold)
    found_meanwhile = await cloud.driver.placement_groups.find(group.uid)
    knobs.release(world, hold)
    made = await asyncio.wait_for(making, 5)

    assert held == ("placement_groups.create", group.uid, group.name, "before", os.getpid())
    assert list(found_meanwhile) == []
    assert made.uid == group.uid


async def test_a_call_held_after_its_effect_has_had_it(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    hold = knobs.hold(world, "placement_groups.create", "after")

    making = asyncio.create_task(cloud.create(group))
    await knobs.await_held(world, hold)
    (found,) = await cloud.driver.placement_groups.find(group.uid)
    answered = making.done()
    knobs.clear(world)
    made = await asyncio.wait_for(making, 5)

    assert not answered
    assert found.vim_id == made.vim_id


async def test_a_hold_stops_as_many_calls_as_it_says(cloud: Bench, world: Path) -> None:
    hold = knobs.hold(world, "placement_groups.create", "before", times=1)

    first = asyncio.create_task(cloud.create(cloud.group("first")))
    await knobs.await_held(world, hold)
    second = await cloud.create(cloud.group("second"))
    knobs.release(world, hold)

    assert second.vim_id != (await asyncio.wait_for(first, 5)).vim_id


async def test_waiting_for_a_hold_that_nobody_reaches_ends(cloud: Bench, world: Path) -> None:
    await cloud.driver.check()
    hold = knobs.hold(world, "servers.delete", "before")

    with pytest.raises(TimeoutError, match="no call reached"):
        await knobs.await_held(world, hold, within=0.1)


async def test_a_cancelled_call_waits_at_its_hold_no_more(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    hold = knobs.hold(world, "placement_groups.create", "before", times=None)
    making = asyncio.create_task(cloud.create(group))
    await knobs.await_held(world, hold)

    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making

    with pytest.raises(TimeoutError):
        await knobs.await_held(world, hold, within=0.1)
    assert list(await cloud.driver.placement_groups.find(group.uid)) == []


async def test_a_cancelled_call_ends_only_when_its_effect_has_taken_place(cloud: Bench, world: Path) -> None:
    entered, may_go = threading.Event(), threading.Event()

    def effect(_: Turn) -> None:
        entered.set()
        may_go.wait(10)

    calls = Calls(World.existing(world), {})
    calling = asyncio.create_task(calls.perform(Call(kind="check"), effect))
    assert await asyncio.to_thread(entered.wait, 10)
    calling.cancel()
    done, _ = await asyncio.wait({calling}, timeout=0.1)
    may_go.set()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await cloud.driver.check()

    assert not done
    assert [entry.outcome for entry in journal(world, "check")] == [Outcome.DONE, Outcome.DONE]


@pytest.mark.parametrize(("point", "outcome", "left"), [("before", Outcome.OPEN, 0), ("after", Outcome.DONE, 1)])
async def test_a_process_killed_at_a_hold_leaves_what_had_happened(
    cloud: Bench, world: Path, point: str, outcome: Outcome, left: int
) -> None:
    storage = new_storage(cloud.vnf, "volume")
    hold = knobs.hold(world, "storages.create", "before" if point == "before" else "after")

    async with _process(world, cloud.vnf, "volume") as process:
        held = await knobs.await_held(world, hold)
        process.kill()
        await process.wait()

    (entry,) = journal(world, "storages.create")
    assert held.pid == process.pid == entry.pid
    assert (held.uid, entry.uid, entry.outcome) == (storage.uid, storage.uid, outcome)
    assert len(await cloud.driver.storages.find(storage.uid)) == left


async def test_two_processes_that_both_found_nothing_make_twins_and_the_ledger_tells(cloud: Bench, world: Path) -> None:
    hold = knobs.hold(world, "storages.create", "before")
    async with _process(world, cloud.vnf, "volume") as late:
        await knobs.await_held(world, hold)
        await cloud.create(new_storage(cloud.vnf, "volume"))
        assert duplicates(world) == ()
        knobs.release(world, hold)
        await asyncio.wait_for(late.communicate(), 10)

    uid = new_storage(cloud.vnf, "volume").uid
    assert late.returncode == 0
    assert duplicates(world) == (("storages", uid),)
    assert made_more_than_once(world) == (("storages.create", uid),)


async def test_processes_at_work_on_one_world_lose_nothing(cloud: Bench, world: Path) -> None:
    before = inventory(world)
    vnfs = [uuid4() for _ in range(3)]
    names = [f"volume-{number}" for number in range(20)]

    async with (
        _process(world, vnfs[0], *names) as first,
        _process(world, vnfs[1], *names) as second,
        _process(world, vnfs[2], *names) as third,
    ):
        answers = await asyncio.wait_for(asyncio.gather(*(p.communicate() for p in (first, second, third))), 30)

    answered = {vim_id for output, _ in answers for vim_id in output.decode().split()}
    kept = {storage.vim_id for vnf in vnfs for storage in await cloud.driver.storages.of_vnf(vnf)}
    assert len(answered) == 60
    assert kept == answered
    assert len(inventory(world)) == len(before) + 60
