"""A worker that is frozen and wakes when its step is another's: it makes nothing more, and goes on working."""

import signal
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake.ledger import duplicates, journal, made_more_than_once
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState
from tests.laws.preparing import INSTANTIATE
from tests.stand import Stand
from tests.worker_processes import Workers

pytestmark = pytest.mark.processes


@pytest.mark.large
async def test_a_worker_that_wakes_after_another_took_over_begins_no_create(
    bench: Stand, worker_processes: Workers
) -> None:
    asked = await bench.instance("frozen")
    first = await worker_processes.start_freezing(Kind.VNFC)
    occurrence = await bench.ask(INSTANTIATE, asked)
    uid = UUID(await first.held())
    second = await worker_processes.start()
    done = await bench.settled(occurrence)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error

    await second.kill()
    first.process.send_signal(signal.SIGCONT)
    afterwards = await bench.perform(INSTANTIATE, await bench.instance("afterwards"))

    assert afterwards.operation_state is LcmOperationState.COMPLETED, afterwards.error
    created = [entry.pid for entry in journal(bench.world, "servers.create") if entry.uid == uid]
    assert created == [second.pid]
    assert first.pid in {entry.pid for entry in journal(bench.world, "servers.create")}
    assert (duplicates(bench.world), made_more_than_once(bench.world)) == ((), ())
