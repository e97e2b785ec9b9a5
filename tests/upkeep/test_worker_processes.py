"""Worker processes: what they pick up by themselves, and how soon a dead one is missed."""

import asyncio
from datetime import timedelta
from time import monotonic

import pytest

from manoflow.adapters.execution.serving import POLLER_AGE
from manoflow.domain.errors import UnreachableError
from manoflow.domain.lcm import LcmOperationState
from manoflow.upkeep.lease import NAME, SECONDS
from tests.stand import PATIENCE, Stand
from tests.upkeep.sweeper import admitted
from tests.worker_processes import WorkerProcess, Workers

pytestmark = pytest.mark.processes


async def served_by(bench: Stand, *workers: WorkerProcess) -> None:
    """Wait until exactly these serve every queue: not as long as the server remembers who polled."""
    assert timedelta(seconds=PATIENCE) < POLLER_AGE
    wanted = {str(worker.pid) for worker in workers}
    deadline = monotonic() + PATIENCE
    while True:
        found = [{name.partition("@")[0] for name in queue.workers} for queue in await bench.execution.queues()]
        if all(workers == wanted for workers in found):
            return
        assert monotonic() < deadline, found
        await asyncio.sleep(0.1)


@pytest.mark.large
async def test_a_killed_worker_is_missed_and_the_one_left_finds_what_nobody_started(
    bench: Stand, worker_processes: Workers
) -> None:
    first = await worker_processes.start()
    await served_by(bench, first)
    while not await bench.records.leased(NAME):
        await asyncio.sleep(0.1)
    second = await worker_processes.start()
    await served_by(bench, first, second)
    assert not await bench.records.lease(NAME, "a third one", SECONDS)

    await first.kill()
    await served_by(bench, second)
    forgotten = await admitted(bench, await bench.instance("forgotten"))
    done = await bench.settled(forgotten.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error

    await second.kill()
    await served_by(bench)
    with pytest.raises(UnreachableError, match="cannot find a worker on queue lcm, vim"):
        await bench.execution.check()
