"""Operations that nobody began, and operations that lost their workflow in every state: none is left lying."""

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.errors import QuotaError
from manoflow.domain.lcm import LcmOperationState, ProblemDetails, VerdictKind, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly
from manoflow.upkeep.starter import ticket_of
from tests.laws.preparing import INSTANTIATE
from tests.stand import Stand
from tests.striking import Striking
from tests.upkeep.sweeper import (
    Losing,
    Sweeper,
    admitted,
    at_step,
    claimed_anew,
    ended_without_effect,
    reaches,
    terminate,
)

WHY = ProblemDetails(status=500, detail="cannot go on: lost")


async def lost_while_processing(bench: Stand, losing: Losing) -> VnfLcmOpOcc:
    """An instantiation whose workflow was terminated while it made a server."""
    losing.points = ("create_vnfc:",)
    instance = await bench.instance("lost")
    occurrence = await bench.ask(INSTANTIATE, instance)
    await at_step(bench, instance.id, "create_vnfc:")
    await terminate(bench, instance.id)
    losing.points = ()
    return await bench.records.occurrence(occurrence)


async def test_an_operation_that_nobody_started_is_started(bench: Stand, sweeper: Sweeper) -> None:
    async with bench.working():
        occurrence = await admitted(bench, await bench.instance("forgotten"))
        await sweeper.sweep.once()
        assert await bench.execution.standing(occurrence.vnf_instance_id) is None, "it is too young"
        await sweeper.look()
        done = await bench.settled(occurrence.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert await sweeper.anomalies(occurrence.id) == set()


async def test_an_operation_terminated_before_it_was_claimed_is_started_again(bench: Stand, sweeper: Sweeper) -> None:
    occurrence = await admitted(bench, await bench.instance("unclaimed"))
    await bench.execution.start(ticket_of(occurrence))  # no worker is there
    await terminate(bench, occurrence.vnf_instance_id)
    await sweeper.look()
    async with bench.working():
        done = await bench.settled(occurrence.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error


async def test_an_operation_lost_before_it_touched_anything_rolls_back_and_ends(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing(("request_grant:",))
    async with bench.working(Striking(losing)):
        instance = await bench.instance("untouched")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await at_step(bench, instance.id, "request_grant:")
        await terminate(bench, instance.id)
        losing.points = ()
        await sweeper.look_twice()
        assert await sweeper.anomalies(occurrence) == {Anomaly.VANISHED}
        done = await bench.settled(occurrence)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        assert done.error is not None
        assert "TERMINATED" in done.error.detail
        await sweeper.look()
    assert await bench.records.reservations() == []
    assert await sweeper.anomalies(occurrence) == set()
    assert bench.there() == set()


@pytest.mark.parametrize("verdict", list(VerdictKind))
async def test_an_operation_lost_at_work_waits_for_a_verdict_and_owns_what_it_made(
    bench: Stand, sweeper: Sweeper, verdict: VerdictKind
) -> None:
    losing = Losing()
    async with bench.working(Striking(losing)):
        lost = await lost_while_processing(bench, losing)
        await sweeper.look_twice()
        parked = await bench.settled(lost.id)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.error is not None
        assert "its workflow was ended in Temporal (TERMINATED)" in parked.error.detail
        instance = await bench.records.instance(lost.vnf_instance_id)
        assert await bench.recorded(instance) == bench.there()
        await sweeper.look()
        assert await sweeper.anomalies(lost.id) == {Anomaly.VANISHED}
        await bench.decide(parked, verdict)
        done = await bench.settled(lost.id)
        await sweeper.look()
    expected = {
        VerdictKind.RETRY: LcmOperationState.COMPLETED,
        VerdictKind.ROLLBACK: LcmOperationState.ROLLED_BACK,
        VerdictKind.FAIL: LcmOperationState.FAILED,
    }
    assert done.operation_state is expected[verdict], done.error
    assert await bench.recorded(instance) == bench.there()
    assert duplicates(bench.world) == ()
    assert await sweeper.anomalies(lost.id) == set()


async def test_an_operation_lost_while_it_rolled_back_goes_on_rolling_back(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing(("delete_port:",))
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working(Striking(losing)):
        instance = await bench.instance("undone")
        failed = await bench.perform(INSTANTIATE, instance)
        await bench.decide(failed, VerdictKind.ROLLBACK)
        await at_step(bench, instance.id, "delete_port:")
        await terminate(bench, instance.id)
        losing.points = ()
        await sweeper.look_twice()
        parked = await reaches(bench, failed.id, LcmOperationState.FAILED_TEMP)
        assert parked.error is not None
        assert "quota exceeded" in parked.error.detail
        assert "ROLLING_BACK" in parked.error.detail
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(failed.id)
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    assert bench.there() == set()


async def test_a_parked_operation_that_is_lost_can_be_decided_again(bench: Stand, sweeper: Sweeper) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("parked")
        failed = await bench.perform(INSTANTIATE, instance)
        await terminate(bench, instance.id)
        await sweeper.look_twice()
        parked = await claimed_anew(bench, failed)
        assert parked.error is not None
        assert "quota exceeded" in parked.error.detail
        await bench.decide(parked, VerdictKind.RETRY)
        done = await bench.settled(failed.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)


async def test_a_run_that_was_only_seen_to_be_gone_once_is_left_alone(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing()
    async with bench.working(Striking(losing)):
        lost = await lost_while_processing(bench, losing)
        await sweeper.look()
        assert await bench.records.occurrence(lost.id) == lost
        assert await sweeper.anomalies(lost.id) == set()


async def test_a_sweeper_killed_before_it_started_the_next_run_is_followed_by_another(
    bench: Stand, sweeper: Sweeper
) -> None:
    losing = Losing()
    async with bench.working(Striking(losing)):
        lost = await lost_while_processing(bench, losing)
        assert await bench.records.take_over(lost, "sweep/killed", WHY)
        await sweeper.look_twice()
        parked = await reaches(bench, lost.id, LcmOperationState.FAILED_TEMP)
        await bench.decide(parked, VerdictKind.RETRY)
        done = await bench.settled(lost.id)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(await bench.records.instance(lost.vnf_instance_id))


async def test_a_late_start_of_what_was_taken_over_ends_without_effect(bench: Stand, sweeper: Sweeper) -> None:
    losing = Losing()
    async with bench.working(Striking(losing)):
        lost = await lost_while_processing(bench, losing)
        assert await bench.records.take_over(lost, "sweep/killed", WHY)
        await ended_without_effect(bench, ticket_of(lost))
        now = await bench.records.occurrence(lost.id)
        assert (now.rev, now.first_execution_run_id) == (lost.rev, "sweep/killed")
        await sweeper.look_twice()
        parked = await reaches(bench, lost.id, LcmOperationState.FAILED_TEMP)
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(lost.id)
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    assert bench.there() == set()


async def test_only_one_of_two_sweepers_takes_over(bench: Stand) -> None:
    losing = Losing()
    async with bench.working(Striking(losing)):
        lost = await lost_while_processing(bench, losing)
        assert await bench.records.take_over(lost, "sweep/first", WHY)
        assert not await bench.records.take_over(lost, "sweep/second", WHY)
        taken = await bench.records.occurrence(lost.id)
        assert taken.first_execution_run_id == "sweep/first"
        assert taken.error == WHY
