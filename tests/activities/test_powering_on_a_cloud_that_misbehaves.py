"""`activities.powering` where the cloud loses answers, stalls, breaks servers or has none."""

import asyncio
from pathlib import Path

import pytest

from activities.awake import Pulse, feeling
from activities.powering import drain, turn, turn_back
from activities.watching import Watch
from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import journal
from manoflow.domain.cloud import NewServer, Power, ResourceState, VimResource
from manoflow.domain.errors import (
    BusyError,
    ForbiddenError,
    NotFoundError,
    PermanentError,
    TemporaryError,
    UnreachableError,
)
from manoflow.domain.identity import Kind
from manoflow.domain.plan import Step
from tests.adapters.vim.conformance import Bench

A_MOMENT = 0.2
"""Seconds that an attempt gets where it cannot succeed."""
LONG = 30.0

both = pytest.mark.parametrize("power", Power)
VERB = {Power.STARTED: "start", Power.STOPPED: "stop"}


async def given(cloud: Bench, power: Power, place: str = "one") -> tuple[Step, NewServer]:
    """A server in the other state."""
    port = cloud.external_port(place)
    await cloud.make(port)
    new = await cloud.server(place, port)
    made = await cloud.make(new)
    if power is Power.STARTED:
        await cloud.driver.servers.stop(made)
    step = Step(key="vnfc/one/0", uid=new.uid, kind=Kind.VNFC, vim_connection_id="fake", vnf_instance_id=cloud.vnf)
    return step, new


async def attempt(cloud: Bench, step: Step, power: Power) -> VimResource:
    return await turn(cloud.driver.servers, step, power, Watch())


async def standing(cloud: Bench, step: Step) -> VimResource:
    (found,) = await cloud.driver.servers.find(step.uid)
    return found


async def ask(cloud: Bench, step: Step, power: Power) -> None:
    servers, server = cloud.driver.servers, await standing(cloud, step)
    await (servers.start(server) if power is Power.STARTED else servers.stop(server))


def calls(world: Path, power: Power) -> int:
    return len(journal(world, f"servers.{VERB[power]}"))


@both
async def test_a_server_is_asked_once_and_then_left_alone(cloud: Bench, world: Path, power: Power) -> None:
    step, _ = await given(cloud, power)

    first = await attempt(cloud, step, power)
    second = await attempt(cloud, step, power)

    assert first == second == await standing(cloud, step)
    assert (first.power, first.state) == (power, ResourceState.READY)
    assert calls(world, power) == 1


@both
async def test_an_answer_that_was_lost_is_found_to_have_taken_effect(cloud: Bench, world: Path, power: Power) -> None:
    step, _ = await given(cloud, power)
    knobs.lose_answer(world, f"servers.{VERB[power]}")

    with pytest.raises(UnreachableError):
        await attempt(cloud, step, power)
    done = await attempt(cloud, step, power)

    assert done.power is power
    assert calls(world, power) == 1


@both
async def test_what_stalls_is_waited_for_by_as_many_attempts_as_it_takes(
    cloud: Bench, world: Path, power: Power
) -> None:
    step, _ = await given(cloud, power)
    stalled = knobs.stall(world, f"servers.{VERB[power]}")

    for _ in range(2):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(A_MOMENT):
                await attempt(cloud, step, power)
    working = await standing(cloud, step)
    knobs.release(world, stalled)
    done = await attempt(cloud, step, power)

    assert (working.state, working.power) == (ResourceState.BUILDING, None)
    assert done.power is power
    assert calls(world, power) == 1


@both
async def test_what_turns_the_other_way_is_waited_for_and_turned_back(cloud: Bench, world: Path, power: Power) -> None:
    """A rollback that begins before the VIM has done what was asked for first."""
    step, _ = await given(cloud, power)
    stalled = knobs.stall(world, f"servers.{VERB[power]}")
    await ask(cloud, step, power)
    waits = knobs.hold(world, "servers.of_vnf", "before")
    other = next(one for one in Power if one is not power)

    turning = asyncio.create_task(attempt(cloud, step, other))
    await knobs.await_held(world, waits)
    knobs.release(world, stalled)
    knobs.release(world, waits)

    assert (await turning).power is other


@both
async def test_what_breaks_is_a_permanent_error_that_says_why(cloud: Bench, world: Path, power: Power) -> None:
    step, _ = await given(cloud, power)
    knobs.break_down(world, f"servers.{VERB[power]}", "the host is on fire")

    for _ in range(2):
        with pytest.raises(PermanentError, match=r"cannot have server .* the host is on fire; heal vnfc/one/0"):
            await attempt(cloud, step, power)

    assert calls(world, power) == 1


@both
async def test_what_is_not_there_is_not_found_and_says_what_to_do(cloud: Bench, world: Path, power: Power) -> None:
    step, new = await given(cloud, power)
    knobs.vanish(world, new.uid)

    with pytest.raises(NotFoundError, match=rf"cannot have vnfc/one/0 \({new.uid}\) {power}: .*; heal it"):
        await attempt(cloud, step, power)

    assert await turn_back(cloud.driver.servers, step, power, Watch()) is None
    assert calls(world, power) == 0


@both
async def test_what_vanishes_while_it_is_asked_or_afterwards_is_not_found(
    cloud: Bench, world: Path, power: Power
) -> None:
    step, _ = await given(cloud, power)
    knobs.vanish_when_ready(world, f"servers.{VERB[power]}")
    with pytest.raises(NotFoundError, match="heal it"):
        await attempt(cloud, step, power)

    step, new = await given(cloud, power, "two")
    asks = knobs.hold(world, f"servers.{VERB[power]}", "before")
    turning = asyncio.create_task(attempt(cloud, step, power))
    await knobs.await_held(world, asks)
    knobs.vanish(world, new.uid)
    knobs.release(world, asks)
    with pytest.raises(NotFoundError, match="heal it"):
        await turning


async def test_what_is_being_deleted_by_somebody_is_waited_for_and_not_found(cloud: Bench, world: Path) -> None:
    step, _ = await given(cloud, Power.STOPPED)
    going = knobs.stall(world, "servers.delete")
    await cloud.driver.servers.delete(await standing(cloud, step))
    waits = knobs.hold(world, "servers.of_vnf", "before")

    turning = asyncio.create_task(attempt(cloud, step, Power.STOPPED))
    await knobs.await_held(world, waits)
    knobs.release(world, going)
    knobs.release(world, waits)

    with pytest.raises(NotFoundError):
        await turning


@both
async def test_one_that_is_cancelled_has_asked_or_has_not_and_the_next_goes_on(
    cloud: Bench, world: Path, power: Power
) -> None:
    step, _ = await given(cloud, power)
    for point in ("before", "after"):
        asks = knobs.hold(world, f"servers.{VERB[power]}", point)
        turning = asyncio.create_task(attempt(cloud, step, power))
        await knobs.await_held(world, asks)
        turning.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turning
        knobs.release(world, asks)

    assert (await attempt(cloud, step, power)).power is power
    assert calls(world, power) == 2


async def test_a_worker_that_slept_does_not_ask(cloud: Bench, world: Path) -> None:
    step, _ = await given(cloud, Power.STOPPED)
    clock = [0.0]
    pulse = Pulse(3.0, lambda: clock[0])
    clock[0] = 10.0

    with feeling(pulse), pytest.raises(TemporaryError, match="slept"):
        await attempt(cloud, step, Power.STOPPED)
    with feeling(pulse), pytest.raises(TemporaryError, match="slept"):
        await drain(cloud.driver.servers, step, LONG, Watch())

    assert calls(world, Power.STOPPED) == 0


async def test_one_that_the_vim_leaves_as_it_was_is_tried_again(cloud: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    step, _ = await given(cloud, Power.STOPPED)

    async def nothing(_server: VimResource) -> None:
        return None

    with monkeypatch.context() as patched:
        patched.setattr(cloud.driver.servers, "stop", nothing)
        with pytest.raises(TemporaryError, match=r"cannot see server .* stopped: the VIM has it started"):
            await attempt(cloud, step, Power.STOPPED)

    assert (await attempt(cloud, step, Power.STOPPED)).power is Power.STOPPED


async def test_whoever_drains_gets_the_server_that_has_ended(cloud: Bench) -> None:
    step, _ = await given(cloud, Power.STOPPED)

    for seconds in (LONG, None):
        ended = await drain(cloud.driver.servers, step, seconds, Watch())
        assert ended == await standing(cloud, step)
        assert ended.power is Power.STOPPED


async def test_a_server_that_does_not_end_in_time_is_left_to_its_deletion(cloud: Bench, world: Path) -> None:
    step, _ = await given(cloud, Power.STOPPED)
    knobs.stall(world, "servers.stop")

    left = await drain(cloud.driver.servers, step, A_MOMENT, Watch())

    assert left is not None
    assert left.state is ResourceState.BUILDING


async def test_a_drained_server_may_be_gone_or_broken_or_forbidden(cloud: Bench, world: Path) -> None:
    step, new = await given(cloud, Power.STOPPED)
    knobs.fail(world, "servers.stop", ForbiddenError("cannot stop server: policy"))
    assert await drain(cloud.driver.servers, step, LONG, Watch()) == await standing(cloud, step)
    knobs.break_down(world, "servers.stop", "the host is on fire")
    left = await drain(cloud.driver.servers, step, LONG, Watch())
    assert left is not None
    assert left.state is ResourceState.BROKEN
    knobs.vanish(world, new.uid)
    assert await drain(cloud.driver.servers, step, LONG, Watch()) is None


async def test_a_vim_that_is_busy_is_asked_again_to_drain(
    cloud: Bench, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("activities.powering.PAUSE", 0.0)
    step, _ = await given(cloud, Power.STOPPED)
    knobs.fail(world, "servers.stop", BusyError("cannot stop server: 409"), times=2)

    ended = await drain(cloud.driver.servers, step, LONG, Watch())

    assert ended is not None
    assert ended.power is Power.STOPPED
    assert calls(world, Power.STOPPED) == 3


async def test_a_vim_that_is_out_of_reach_keeps_nobody_from_deleting(cloud: Bench, world: Path) -> None:
    step, _ = await given(cloud, Power.STOPPED)
    knobs.fail(world, "servers.*", UnreachableError("cannot reach Nova"), times=None)

    assert await drain(cloud.driver.servers, step, A_MOMENT, Watch()) is None


async def test_one_that_drains_ends_when_it_is_cancelled(cloud: Bench, world: Path) -> None:
    step, _ = await given(cloud, Power.STOPPED)
    knobs.stall(world, "servers.stop")
    waits = knobs.hold(world, "servers.of_vnf", "before")

    draining = asyncio.create_task(drain(cloud.driver.servers, step, LONG, Watch()))
    await knobs.await_held(world, waits)
    draining.cancel()

    with pytest.raises(asyncio.CancelledError):
        await draining
    knobs.release(world, waits)
