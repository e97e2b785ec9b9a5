"""What a sweep reports and leaves alone: stalled and unknown executions, a restored record, a blocked operation."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client

from manoflow.adapters.records import open_records
from manoflow.domain.lcm import LcmOperationState, ProblemDetails, Ticket
from manoflow.domain.upkeep import Anomaly
from manoflow.ports.records import Records
from manoflow.upkeep.starter import ticket_of
from tests.laws.preparing import INSTANTIATE
from tests.stand import PATIENCE, Stand, stand
from tests.striking import Striking
from tests.upkeep.broken import MESSAGE, BrokenInstantiateVnf
from tests.upkeep.sweeper import Losing, Sweeper, admitted, at_step, terminate


async def reported(sweeper: Sweeper, lcm_op_occ_id: UUID, anomaly: Anomaly) -> str:
    """The detail of a report, once a pass finds it."""
    deadline = monotonic() + PATIENCE
    while True:
        await sweeper.look()
        for report in await sweeper.reports(lcm_op_occ_id):
            if report.anomaly is anomaly:
                return report.detail
        assert monotonic() < deadline, f"{anomaly} of {lcm_op_occ_id} is not reported"
        await asyncio.sleep(0.05)


@pytest.fixture
def broken_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that start from now on have the broken operation."""
    broken = replace(INSTANTIATE, workflow=BrokenInstantiateVnf)
    monkeypatch.setattr("manoflow.runtime.workers.operations", lambda: (broken,))


async def test_a_workflow_that_meets_a_bug_is_reported_until_a_release_mends_it(
    bench: Stand, sweeper: Sweeper, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    occurrence = await admitted(bench, await bench.instance("stalled"))
    request.getfixturevalue("broken_release")
    async with bench.working():
        await bench.execution.start(ticket_of(occurrence))
        detail = await reported(sweeper, occurrence.id, Anomaly.STALLED)
        assert MESSAGE in detail
        assert "KeyError" in detail
    assert (await bench.records.occurrence(occurrence.id)).operation_state is LcmOperationState.STARTING
    monkeypatch.undo()
    async with bench.working():
        done = await bench.settled(occurrence.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    await sweeper.look()
    assert await sweeper.anomalies(occurrence.id) == set()


async def test_a_run_whose_writes_are_refused_again_and_again_is_reported(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing(("create_vnfc:",))
    async with bench.working(Striking(losing)):
        instance = await bench.instance("refused")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await at_step(bench, instance.id, "create_vnfc:")
        held = await bench.records.occurrence(occurrence)
        assert await bench.records.take_over(held, "sweep/mistaken", ProblemDetails(status=500, detail="a mistake"))
        losing.points = ()
        detail = await reported(sweeper, occurrence, Anomaly.STALLED)
        assert "project:" in detail
        assert "sweep/mistaken has claimed it" in detail
        await terminate(bench, instance.id)


@pytest.fixture
async def on_sqlite(temporal: Client, tmp_path: Path, sqlite_url: str) -> AsyncIterator[Stand]:
    """A stand whose record is a file, which can be copied."""
    async with stand(temporal, tmp_path, sqlite_url) as built:
        yield built


@contextlib.asynccontextmanager
async def restored(bench: Stand, copy: Path) -> AsyncIterator[Sweeper]:
    """A sweep over an older copy of the record."""
    records = open_records(f"sqlite:///{copy}", bench.secret_key)
    try:
        yield Sweeper(bench, records)
    finally:
        await records.close()


def copied(sqlite_database: str, to: Path) -> Path:
    """A copy of the record as it is now."""
    path = sqlite_database.partition("///")[2]
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)
    return to


async def left_alone(records: Records, lcm_op_occ_id: UUID, sweeper: Sweeper) -> set[Anomaly]:
    """What is reported of an occurrence that nothing is done about, however often it is looked at."""
    before = await records.occurrence(lcm_op_occ_id)
    for _ in range(3):
        await sweeper.look_twice()
        await sweeper.look()
    assert await records.occurrence(lcm_op_occ_id) == before
    return await sweeper.anomalies(lcm_op_occ_id)


@pytest.mark.parametrize("claimed", [False, True], ids=["before it was claimed", "while it was at work"])
async def test_a_record_restored_from_an_older_copy_is_reported_and_left_alone(
    on_sqlite: Stand, tmp_path: Path, *, claimed: bool
) -> None:
    bench = on_sqlite
    losing = Losing(("create_vnfc:",))
    instance = await bench.instance("restored")
    occurrence = await admitted(bench, instance)
    copy = tmp_path / "older.db"
    if not claimed:
        copied(bench.database_url, copy)
    async with bench.working(Striking(losing)):
        await bench.execution.start(ticket_of(occurrence))
        await at_step(bench, instance.id, "create_vnfc:")
        if claimed:
            copied(bench.database_url, copy)
        losing.points = ()
        assert (await bench.settled(occurrence.id)).operation_state is LcmOperationState.COMPLETED
        await bench.client.get_workflow_handle(bench.history_id(instance)).result()
    async with restored(bench, copy) as sweeper:
        assert await left_alone(sweeper.records, occurrence.id, sweeper) == {Anomaly.RECORD_BEHIND}
    standing = await bench.execution.standing(instance.id)
    assert standing is not None
    assert standing.ended is not None, "it was started a second time"


async def test_an_execution_that_the_record_does_not_know_is_reported_and_blocks(
    bench: Stand, sweeper: Sweeper
) -> None:
    instance = await bench.instance("unknown")
    foreign = Ticket(
        lcm_op_occ_id=uuid4(),
        vnf_instance_id=instance.id,
        operation=INSTANTIATE.operation,
        workflow=INSTANTIATE.name,
    )
    await bench.execution.start(foreign)
    async with bench.working():
        await until_listed(bench, foreign.lcm_op_occ_id)
        await sweeper.look()
        assert await sweeper.anomalies(foreign.lcm_op_occ_id) == set(), "it was seen but once"
        blocked = await admitted(bench, instance)
        await sweeper.look_twice()
        await sweeper.look_twice()
        assert await sweeper.anomalies(foreign.lcm_op_occ_id) == {Anomaly.UNKNOWN_EXECUTION}
        assert await sweeper.anomalies(blocked.id) == {Anomaly.BLOCKED}
        (report,) = await sweeper.reports(blocked.id)
        assert str(foreign.lcm_op_occ_id) in report.detail

        await terminate(bench, instance.id)
        await sweeper.look()
        done = await bench.settled(blocked.id)
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        await until_listed(bench, foreign.lcm_op_occ_id, listed=False)
        await sweeper.look()
        assert await sweeper.anomalies(foreign.lcm_op_occ_id) | await sweeper.anomalies(blocked.id) == set()


async def until_listed(bench: Stand, lcm_op_occ_id: UUID, *, listed: bool = True) -> None:
    """Wait until Temporal's list shows what runs."""
    deadline = monotonic() + PATIENCE
    while any(one.lcm_op_occ_id == lcm_op_occ_id for one in await bench.execution.running()) is not listed:
        assert monotonic() < deadline, f"{lcm_op_occ_id} is not listed as running: {not listed}"
        await asyncio.sleep(0.05)


async def test_a_report_keeps_the_moment_when_it_was_first_seen(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing(("create_vnfc:",))
    async with bench.working(Striking(losing)):
        instance = await bench.instance("since")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await at_step(bench, instance.id, "create_vnfc:")
        await terminate(bench, instance.id)
        losing.points = ()
        await sweeper.look_twice()
        (first,) = await sweeper.reports(occurrence)
        await bench.settled(occurrence)
        await sweeper.look()
        assert await sweeper.reports(occurrence) == [first]
