"""Leases, reports, take-overs, and where a lost run stood."""

from datetime import timedelta
from uuid import uuid4

import pytest

from manoflow.adapters.records import open_records
from manoflow.domain.identity import Kind
from manoflow.domain.journal import Claim
from manoflow.domain.lcm import LcmOperationState, ProblemDetails
from manoflow.domain.plan import PAGE_SIZE
from manoflow.domain.upkeep import Anomaly, Report
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.run import RUN_ID, Run, entries
from tests.builders import creation, deletion, occurrence_of
from tests.reference import NOW, reference_instance

WHY = ProblemDetails(status=500, detail="cannot go on: its workflow is gone")


async def test_a_lease_is_one_holders_until_it_runs_out(records: Records) -> None:
    assert not await records.leased("upkeep")
    assert await records.lease("upkeep", "one", 60)
    assert await records.lease("upkeep", "one", 60), "its holder renews it"
    assert not await records.lease("upkeep", "other", 60)
    assert await records.lease("relay", "other", 60), "another lease"
    assert await records.leased("upkeep")
    assert await records.lease("upkeep", "one", 0)
    assert not await records.leased("upkeep")
    assert await records.lease("upkeep", "other", 60)
    assert not await records.lease("upkeep", "one", 60)


async def test_a_lease_is_its_tenants(records: Records, url: str) -> None:
    foreign = open_records(url, KEY, "other")
    assert await records.lease("upkeep", "one", 60)
    assert await foreign.lease("upkeep", "other", 60)
    await foreign.close()


def report(anomaly: Anomaly, detail: str, seconds: float = 0) -> Report:
    return Report(
        anomaly=anomaly,
        vnf_instance_id=OWNER,
        lcm_op_occ_id=OWNER,
        detail=detail,
        since=NOW + timedelta(seconds=seconds),
    )


OWNER = uuid4()


async def test_reports_are_replaced_and_keep_the_moment_when_they_were_first_seen(records: Records) -> None:
    await records.report([report(Anomaly.STALLED, "before"), report(Anomaly.BLOCKED, "passes")])
    await records.report([report(Anomaly.VANISHED, "new", 5), report(Anomaly.STALLED, "after", 9)])
    assert await records.reports() == [report(Anomaly.STALLED, "after"), report(Anomaly.VANISHED, "new", 5)]
    await records.report([])
    assert await records.reports() == []


async def test_open_occurrences_are_those_that_have_not_ended(records: Records, instance: VnfInstance) -> None:
    other = reference_instance("other")
    await records.add_instance(other)
    ended = await Run.begin(records, other)
    await ended.enter(LcmOperationState.COMPLETED)
    waiting = occurrence_of(instance)
    await records.admit(waiting)
    assert [one.id for one in await records.open_occurrences()] == [waiting.id]


async def test_whoever_takes_over_keeps_everybody_else_out(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    assert await records.take_over(await run.read(), "sweep/1", WHY)
    assert not (await run.claim()).granted, "the lost run"
    assert not (await run.claim("run-late")).granted
    heir = Claim(lcm_op_occ_id=run.occurrence.id, first_execution_run_id="run-2", takeover="sweep/1")
    assert (await records.claim(heir)).granted
    assert (await records.claim(heir)).granted, "its repeat"
    now = await run.read()
    assert (now.first_execution_run_id, now.error) == ("run-2", WHY)


async def test_what_has_moved_on_is_not_taken_over(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    seen = await run.read()
    await run.enter(LcmOperationState.PROCESSING)
    assert not await records.take_over(seen, "sweep/1", WHY)
    assert (await run.read()).first_execution_run_id == RUN_ID
    await run.enter(LcmOperationState.COMPLETED)
    assert not await records.take_over(await run.read(), "sweep/1", WHY), "it has ended"


async def test_a_lost_run_stood_at_the_creations_that_are_not_in_the_journal(
    records: Records, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    assert await records.standing_at(run.occurrence.id) is None, "nothing is built yet"
    steps = [creation(run.occurrence, name) for name in "abc"]
    build = await run.build(steps)
    await run.write(done=entries(build, steps[:1]))
    stood = await records.standing_at(run.occurrence.id)
    assert stood is not None
    assert stood.stage == build.create(Kind.VIRTUAL_LINK)
    assert [step.key for step in stood.steps] == ["vl/b", "vl/c"]
    await run.write(done=entries(build, steps[1:]))
    assert await records.standing_at(run.occurrence.id) is None, "everything was done"


async def test_a_lost_run_stood_within_one_page(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    steps = [creation(run.occurrence, f"{number:03}") for number in range(PAGE_SIZE + 2)]
    build = await run.build(steps)
    stood = await records.standing_at(run.occurrence.id)
    assert stood is not None
    assert len(stood.steps) == PAGE_SIZE
    await run.write(done=entries(build, steps[:PAGE_SIZE]))
    stood = await records.standing_at(run.occurrence.id)
    assert stood is not None
    assert [step.key for step in stood.steps] == [planned.step.key for planned in steps[PAGE_SIZE:]]


@pytest.mark.parametrize("lost_at", ["deletion", "creation"])
async def test_a_run_may_be_lost_at_a_deletion_as_well(records: Records, instance: VnfInstance, lost_at: str) -> None:
    before = await Run.begin(records, instance)
    old = creation(before.occurrence, "old")
    await before.write(done=entries(await before.build([old]), [old]))
    await before.enter(LcmOperationState.COMPLETED)
    (resource,) = await records.resources(instance.id)
    run = await Run.begin(records, instance)
    gone, new = deletion(resource), creation(run.occurrence, "new")
    build = await run.build([gone], [new])
    if lost_at == "creation":
        await run.write(done=entries(build, [gone]))
    stood = await records.standing_at(run.occurrence.id)
    assert stood is not None
    assert [step.key for step in stood.steps] == ["vl/old" if lost_at == "deletion" else "vl/new"]
