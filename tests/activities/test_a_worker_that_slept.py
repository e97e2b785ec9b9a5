"""A worker that was frozen: it begins to make nothing, ends its attempt, and takes back what it made too late."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.attending import beat
from activities.awake import SURE, Pulse, feeling, require_awake
from activities.converging import make
from activities.watching import Watch
from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, journal
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import TemporaryError
from tests.adapters.vim.conformance import KINDS, Bench

TIMEOUT = 3.0
A_NAP, A_DOZE, A_SLEEP = 0.9 * SURE * TIMEOUT, (1 + SURE) / 2 * TIMEOUT, 1.1 * TIMEOUT


class Clock:
    """Goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pulse(clock: Clock) -> Iterator[Pulse]:
    """Of the attempt that the test is."""
    pulse = Pulse(TIMEOUT, clock)
    with feeling(pulse):
        yield pulse


def test_outside_of_an_attempt_everybody_is_awake(pulse: Pulse, clock: Clock) -> None:
    clock.seconds += A_SLEEP
    with pytest.raises(TemporaryError):
        require_awake()
    with feeling(Pulse(TIMEOUT, clock)):
        require_awake()
    assert pulse.is_lost


@pytest.mark.parametrize(("gap", "judged"), [(A_NAP, (False, False)), (A_DOZE, (True, False)), (A_SLEEP, (True, True))])
def test_an_attempt_is_doubtful_a_little_before_it_is_lost(
    pulse: Pulse, clock: Clock, gap: float, judged: tuple[bool, bool]
) -> None:
    clock.seconds += gap

    assert (pulse.is_doubtful, pulse.is_lost) == judged


def test_beats_in_time_add_up_to_no_gap_and_a_beat_after_waking_hides_none(pulse: Pulse, clock: Clock) -> None:
    for _ in range(5):
        clock.seconds += A_NAP
        pulse.beat()
    require_awake()

    clock.seconds += A_SLEEP
    pulse.beat()
    clock.seconds += A_NAP
    pulse.beat()

    assert pulse.gap == pytest.approx(A_SLEEP)
    with pytest.raises(TemporaryError, match=rf"^cannot go on: this worker slept for {A_SLEEP:.1f} s"):
        require_awake()


async def test_who_notices_in_his_heartbeat_that_he_slept_ends_the_attempt(pulse: Pulse, clock: Clock) -> None:
    sent: list[float] = []

    async def attempt() -> None:
        async with asyncio.timeout(600) as limit:
            await beat(pulse, limit, lambda: sent.append(clock.seconds))
            await asyncio.Event().wait()

    clock.seconds += A_SLEEP
    with pytest.raises(TimeoutError):
        await attempt()

    assert sent == []


@pytest.mark.parametrize("kind", KINDS)
async def test_who_slept_between_looking_and_creating_does_not_create(
    cloud: Bench, world: Path, pulse: Pulse, clock: Clock, kind: str
) -> None:
    new = await cloud.new(kind)
    before = len(journal(world, f"{kind}.create"))
    looked = knobs.hold(world, f"{kind}.find", "after", times=2, matching=str(new.uid))

    making = asyncio.create_task(make(cloud.of(new), new, Watch()))
    await knobs.await_held(world, looked)
    clock.seconds += A_DOZE
    pulse.beat()  # first of all after waking
    knobs.release(world, looked)
    with pytest.raises(TemporaryError, match="cannot go on"):
        await making

    assert len(journal(world, f"{kind}.create")) == before


async def test_who_slept_does_not_finish_what_is_half_made_but_may_use_what_is_ready(
    cloud: Bench, world: Path, pulse: Pulse, clock: Clock
) -> None:
    half_made, ready = cloud.link("half-made"), cloud.link("ready")
    knobs.half_make(world)
    await cloud.create(half_made)
    made = await cloud.create(ready)

    clock.seconds += A_SLEEP
    with pytest.raises(TemporaryError, match="cannot go on"):
        await make(cloud.of(half_made), half_made, Watch())

    assert [found.state for found in await cloud.of(half_made).find(half_made.uid)] == [ResourceState.HALF_MADE]
    assert await make(cloud.of(ready), ready, Watch()) == made
    assert pulse.is_lost


@pytest.mark.parametrize("kind", ["placement_groups", "virtual_links", "storages"])
async def test_who_was_frozen_inside_its_create_and_is_cancelled_takes_back_the_younger(
    cloud: Bench, world: Path, kind: str
) -> None:
    new = await cloud.new(kind)
    asleep = knobs.hold(world, f"{kind}.create", "before")
    too_late = knobs.hold(world, f"{kind}.create", "after")
    sleeper = asyncio.create_task(make(cloud.of(new), new, Watch()))
    await knobs.await_held(world, asleep)
    meanwhile = await make(cloud.of(new), new, Watch())
    knobs.release(world, asleep)
    await knobs.await_held(world, too_late)
    assert duplicates(world) == ((kind, new.uid),)

    sleeper.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeper

    assert [found.vim_id for found in await cloud.of(new).find(new.uid)] == [meanwhile.vim_id]


@pytest.mark.parametrize("kind", ["placement_groups", "virtual_links", "storages"])
async def test_whoever_takes_back_the_younger_cannot_be_kept_from_it(cloud: Bench, world: Path, kind: str) -> None:
    new = await cloud.new(kind)
    asleep = knobs.hold(world, f"{kind}.create", "before")
    sleeper = asyncio.create_task(make(cloud.of(new), new, Watch()))
    await knobs.await_held(world, asleep)
    meanwhile = await make(cloud.of(new), new, Watch())
    looks = [knobs.hold(world, f"{kind}.find", "before"), knobs.hold(world, f"{kind}.find", "before")]
    knobs.release(world, asleep)

    for look in looks:  # after its create; and when it was cancelled there
        await knobs.await_held(world, look)
        sleeper.cancel()
    knobs.release(world, looks[1])
    with pytest.raises(asyncio.CancelledError):
        await sleeper

    assert [found.vim_id for found in await cloud.of(new).find(new.uid)] == [meanwhile.vim_id]
