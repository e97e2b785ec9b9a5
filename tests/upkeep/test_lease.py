"""One worker sweeps at a time; a dead one is followed, and a bug is neither hidden nor the end."""

import asyncio

import pytest

from manoflow.domain.errors import UnreachableError
from manoflow.upkeep.lease import INTERVAL, NAME, SECONDS, STEP_BACK, Upkeep
from tests.stand import Stand


class Counting:
    """Counts its passes, and fails as the test says."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.passes = 0
        self.forgotten = 0

    async def once(self) -> None:
        self.passes += 1
        if self.trouble is not None:
            raise self.trouble

    def forget(self) -> None:
        self.forgotten += 1


async def test_of_two_workers_one_sweeps(bench: Stand) -> None:
    first, second = Counting(), Counting()
    one, other = Upkeep(bench.records, first, "one"), Upkeep(bench.records, second, "other")
    for _ in range(3):
        assert [await one.turn(), await other.turn()] == [INTERVAL, INTERVAL]
    assert (first.passes, second.passes) == (3, 0)
    assert (first.forgotten, second.forgotten) == (0, 3)


async def test_the_lease_of_a_dead_worker_runs_out(bench: Stand) -> None:
    second = Counting()
    other = Upkeep(bench.records, second, "other")
    assert await bench.records.lease(NAME, "dead", SECONDS)
    await other.turn()
    assert second.passes == 0
    assert await bench.records.lease(NAME, "dead", 0), "it is renewed by its holder alone, here to end now"
    await other.turn()
    assert second.passes == 1
    assert not await bench.records.lease(NAME, "dead", SECONDS)


async def test_a_worker_that_ends_in_good_order_gives_the_lease_back(bench: Stand) -> None:
    first, second = Counting(), Counting()
    running = asyncio.create_task(Upkeep(bench.records, first, "one").run())
    while first.passes == 0:
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert not await bench.records.leased(NAME)
    await Upkeep(bench.records, second, "other").turn()
    assert second.passes == 1


async def test_a_bug_is_logged_and_leaves_the_lease_to_another(
    bench: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = Counting(ZeroDivisionError("a bug of the sweep")), Counting()
    one = Upkeep(bench.records, first, "one")
    assert await one.turn() == STEP_BACK
    assert "a bug of the sweep" in capsys.readouterr().out
    assert not await bench.records.leased(NAME)
    await Upkeep(bench.records, second, "other").turn()
    assert second.passes == 1
    assert await one.turn() == INTERVAL, "another one has the lease now"


async def test_a_temporary_trouble_keeps_the_lease_and_is_told_once(
    bench: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Counting(UnreachableError("cannot list what runs: Temporal does not answer"))
    one = Upkeep(bench.records, sweep, "one")
    for _ in range(3):
        assert await one.turn() == INTERVAL
    sweep.trouble = None
    await one.turn()
    assert sweep.passes == 4
    told = capsys.readouterr().out
    assert told.count("Temporal does not answer") == 1
    assert told.count("the sweep goes on ") == 2, "once that it goes on later, and once that it does"
