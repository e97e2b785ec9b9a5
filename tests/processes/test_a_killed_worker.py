"""Workers are processes and die by SIGKILL in the middle of a call: a second one goes on, nothing is made twice."""

from typing import Literal

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from manoflow.domain.lcm import LcmOperationState
from tests.laws.preparing import INSTANTIATE
from tests.stand import Stand
from tests.worker_processes import Workers

pytestmark = pytest.mark.processes


@pytest.mark.parametrize(
    ("call", "point"),
    [
        pytest.param("virtual_links.create", "before", marks=pytest.mark.large),
        pytest.param("ports.create", "after", marks=pytest.mark.large),
        ("servers.create", "after"),
    ],
)
async def test_a_second_worker_finishes_what_a_killed_one_began(
    bench: Stand, worker_processes: Workers, call: str, point: Literal["before", "after"]
) -> None:
    asked = await bench.instance("killed")
    hold = knobs.hold(bench.world, call, point)
    first = await worker_processes.start()
    occurrence = await bench.ask(INSTANTIATE, asked)
    held = await knobs.await_held(bench.world, hold, within=30)
    assert held.pid == first.pid
    await first.kill()
    knobs.release(bench.world, hold)
    await worker_processes.start()

    done = await bench.settled(occurrence)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(asked)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
