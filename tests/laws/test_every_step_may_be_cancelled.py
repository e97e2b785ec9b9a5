"""Every step may be the one during which somebody cancels: the operation stops, nothing is lost, and a verdict ends it.

The step stands still while the cancellation arrives; a forceful one stops it after it has taken effect, which is the
meanest moment. All steps of an operation are tried side by side, each in a VNF instance of its own. In `make test` they
are cancelled in one way each, by turns; `make test-large` cancels each in every way.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.lcm import CancelMode, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import OPERATIONS, SIDE_BY_SIDE, TERMINATE, effects, prepared, prepared_all
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

PATIENCE = 30.0
"""Seconds after which a step that is not reached is a failure."""

WAYS = 3
"""To cancel: GRACEFUL, FORCEFUL, in Temporal."""

by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def by_turns(way: int) -> pytest.MarkDecorator:
    """The steps whose turn it is; where there is time for it, all."""
    turn = pytest.param(slice(way, None, WAYS), id="by turns")
    return pytest.mark.parametrize("turn", [turn, pytest.param(slice(None), id="all", marks=pytest.mark.large)])


def taken(points: list[str], turn: slice) -> list[str]:
    """Those whose turn it is; of fewer points than turns, the last."""
    return points[turn] or points[-1:]


@dataclass
class Case:
    """One step of an operation during which it is cancelled, in an instance of its own."""

    bench: Stand
    striking: Striking
    operation: Operation
    instance: VnfInstance
    point: str
    before: set[UUID]

    async def held(self) -> VnfLcmOpOcc:
        """Ask for the operation and wait until it stands at the point."""
        asked = await self.bench.ask(self.operation, self.instance)
        hold = self.striking.holds[self.bench.history_id(self.instance), self.point]
        try:
            await asyncio.wait_for(hold.reached.wait(), PATIENCE)
        except TimeoutError:
            state = (await self.bench.records.occurrence(asked)).operation_state
            pytest.fail(f"{self.point} is not reached by {asked}, which is {state}")
        return await self.bench.records.occurrence(asked)

    def release(self) -> None:
        self.striking.holds[self.bench.history_id(self.instance), self.point].released.set()

    async def must_end(self, stopped: VnfLcmOpOcc) -> None:
        """A verdict ends it: back where that is possible, else forward."""
        assert stopped.error is not None, self.point
        assert "cancel" in stopped.error.detail, self.point
        assert not stopped.is_cancel_pending, self.point
        if stopped.operation_state is LcmOperationState.FAILED_TEMP:
            assert await self.bench.recorded(self.instance) >= self.before - self.gone(stopped), self.point
            back = stopped.point_of_no_return is None
            await self.bench.decide(stopped, VerdictKind.ROLLBACK if back else VerdictKind.RETRY)
            stopped = await self.bench.settled(stopped.id)
            expected = LcmOperationState.ROLLED_BACK if back else LcmOperationState.COMPLETED
            assert stopped.operation_state is expected, (self.point, stopped.error)
        if stopped.operation_state is LcmOperationState.ROLLED_BACK:
            assert await self.bench.recorded(self.instance) == self.before, self.point

    def gone(self, stopped: VnfLcmOpOcc) -> set[UUID]:
        return self.before if stopped.point_of_no_return else set()


@by_name
@by_turns(0)
async def test_every_step_may_be_cancelled_gracefully(
    bench: Stand, operation: Operation, turn: slice, record_property: Callable[[str, object], None]
) -> None:
    record_property("steps struck", await _cancelled_everywhere(bench, operation, CancelMode.GRACEFUL, turn))


@by_name
@by_turns(1)
async def test_every_step_may_be_cancelled_forcefully(
    bench: Stand, operation: Operation, turn: slice, record_property: Callable[[str, object], None]
) -> None:
    record_property("steps struck", await _cancelled_everywhere(bench, operation, CancelMode.FORCEFUL, turn))


async def _cancelled_everywhere(bench: Stand, operation: Operation, mode: CancelMode, turn: slice) -> int:
    async def cancelled(case: Case) -> None:
        occurrence = await case.held()
        await bench.cancel(occurrence.id, mode)
        if mode is CancelMode.GRACEFUL:
            pending = await bench.records.occurrence(occurrence.id)
            assert (pending.is_cancel_pending, pending.cancel_mode) == (True, mode), case.point
            assert pending.operation_state is occurrence.operation_state, case.point
            case.release()
        stopped = await bench.settled(occurrence.id)
        untouched = occurrence.operation_state is LcmOperationState.STARTING
        expected = LcmOperationState.ROLLED_BACK if untouched else LcmOperationState.FAILED_TEMP
        assert stopped.operation_state is expected, (case.point, stopped.error)
        await case.must_end(stopped)

    return await _everywhere(bench, operation, cancelled, lambda points: taken(effects(points), turn))


@by_name
@by_turns(2)
async def test_a_workflow_cancelled_in_temporal_rolls_back_and_ends(
    bench: Stand, operation: Operation, turn: slice, record_property: Callable[[str, object], None]
) -> None:
    async def cancelled(case: Case) -> None:
        occurrence = await case.held()
        await bench.client.get_workflow_handle(bench.history_id(case.instance)).cancel()
        case.release()
        ended = await bench.settled(occurrence.id)
        if ended.operation_state is LcmOperationState.COMPLETED:
            assert case.point.startswith("project:"), "only the last word may come before it"
        elif ended.operation_state is LcmOperationState.FAILED_TEMP:
            assert ended.point_of_no_return is not None, case.point
            await case.must_end(ended)
        else:
            await case.must_end(ended)

    struck = await _everywhere(bench, operation, cancelled, lambda points: taken(points, turn))
    record_property("steps struck", struck)


@by_name
async def test_a_parked_operation_whose_workflow_is_cancelled_rolls_back_and_ends(
    bench: Stand, operation: Operation
) -> None:
    striking = Striking()
    async with bench.working(striking):
        points = effects(await _points(bench, operation, striking))
        instance = await prepared(bench, operation, "parked")
        before = await bench.recorded(instance)
        struck = {(bench.history_id(instance), points[-1]): Strike.AFTER}
        striking.rule = lambda workflow, point, _attempt: struck.pop((workflow, point), None)
        parked = await bench.perform(operation, instance)
        if parked.operation_state is not LcmOperationState.FAILED_TEMP:
            assert parked.operation_state is LcmOperationState.ROLLED_BACK, "its last step comes before any effect"
            return
        await bench.client.get_workflow_handle(bench.history_id(instance)).cancel()
        if parked.point_of_no_return:
            await bench.decide(parked, VerdictKind.RETRY)
            assert (await bench.settled(parked.id)).operation_state is LcmOperationState.COMPLETED
            return
        ended = await bench.final(parked.id)
        assert ended.operation_state is LcmOperationState.ROLLED_BACK, ended.error
        assert await bench.recorded(instance) == before == bench.there()


async def _everywhere(
    bench: Stand,
    operation: Operation,
    cancelled: Callable[[Case], object],
    chosen: Callable[[list[str]], list[str]],
) -> int:
    """Cancel at the points chosen; answers how many there were."""
    striking = Striking()
    async with bench.working(striking):
        points = chosen(await _points(bench, operation, striking))
        cases = await _cases(bench, operation, striking, points)
        struck = {(bench.history_id(case.instance), case.point): Strike.HELD_AFTER for case in cases}
        striking.rule = lambda workflow, point, _attempt: struck.pop((workflow, point), None)
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(case: Case) -> None:
            async with gate:
                await cancelled(case)  # type: ignore[misc]

        await asyncio.gather(*(one(case) for case in cases))
    assert len(striking.struck) == len(points) > 0
    assert bench.there() == {uid for case in cases for uid in await bench.recorded(case.instance)}
    assert duplicates(bench.world) == ()
    return len(points)


async def _points(bench: Stand, operation: Operation, striking: Striking) -> list[str]:
    """Learn the points from a clean run that leaves nothing."""
    clean = await prepared(bench, operation, "clean")
    striking.seen.clear()
    done = await bench.perform(operation, clean)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    points = list(striking.seen[bench.history_id(clean)])
    if await bench.recorded(clean):
        await bench.perform(TERMINATE, clean)
    return points


async def _cases(bench: Stand, operation: Operation, striking: Striking, points: Sequence[str]) -> list[Case]:
    instances = await prepared_all(bench, operation, len(points))
    return [
        Case(bench, striking, operation, instance, point, await bench.recorded(instance))
        for instance, point in zip(instances, points, strict=True)
    ]
