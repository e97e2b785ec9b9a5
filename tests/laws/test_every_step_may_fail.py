"""Every step may fail for good, before or after it took effect: retry completes, rollback leaves all as it was.

All steps of an operation are struck side by side, each in a VNF instance of its own. In `make test` each is struck once
in each way and the verdicts are given by turns; `make test-large` gives every verdict everywhere.
"""

import asyncio
from collections.abc import Callable, Sequence
from itertools import cycle
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import OPERATIONS, SIDE_BY_SIDE, TERMINATE, effects, prepared, prepared_all
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
EVERYWHERE = [pytest.param((verdict,), id=f"{verdict}", marks=pytest.mark.large) for verdict in VerdictKind]


class Case:
    """One point of an operation, struck in an instance of its own."""

    def __init__(self, bench: Stand, operation: Operation, instance: VnfInstance, point: str, strike: Strike) -> None:
        self.bench, self.operation, self.instance, self.point, self.strike = bench, operation, instance, point, strike
        self.before: set[UUID] = set()
        self.known = instance

    @property
    def workflow(self) -> str:
        return self.bench.history_id(self.instance)

    async def failed(self) -> VnfLcmOpOcc:
        """Ask for the operation; it ends badly or parks at the point."""
        self.before = await self.bench.recorded(self.instance)
        self.known = await self.bench.records.instance(self.instance.id)
        occurrence = await self.bench.perform(self.operation, self.instance)
        assert occurrence.error is not None, self.point
        assert occurrence.error.detail.startswith("cannot "), self.point
        return occurrence

    async def must_complete(self, occurrence: VnfLcmOpOcc) -> None:
        await self.bench.decide(occurrence, VerdictKind.RETRY)
        done = await self.bench.settled(occurrence.id)
        assert done.operation_state is LcmOperationState.COMPLETED, (self.point, done.error)
        assert done.error is None

    async def must_roll_back(self, occurrence: VnfLcmOpOcc) -> None:
        """Or, past the point of no return, be refused and be completed by a retry."""
        if occurrence.point_of_no_return:
            with pytest.raises(ConflictError, match="cannot be undone"):
                await self.bench.decide(occurrence, VerdictKind.ROLLBACK)
            await self.must_complete(occurrence)
            return
        await self.bench.decide(occurrence, VerdictKind.ROLLBACK)
        done = await self.bench.settled(occurrence.id)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, (self.point, done.error)
        await self.must_be_as_before()

    async def must_stay_as_it_is(self, occurrence: VnfLcmOpOcc) -> None:
        """Failed for good: whatever is there is owned, and so it can be terminated."""
        await self.bench.decide(occurrence, VerdictKind.FAIL)
        done = await self.bench.settled(occurrence.id)
        assert done.operation_state is LcmOperationState.FAILED, (self.point, done.error)
        instance = await self.bench.records.instance(self.instance.id)
        left = await self.bench.recorded(self.instance)
        assert (instance.instantiation_state is InstantiationState.INSTANTIATED) is bool(left), self.point
        if left:
            ended = await self.bench.perform(TERMINATE, self.instance)
            assert ended.operation_state is LcmOperationState.COMPLETED, (self.point, ended.error)

    async def must_be_as_before(self) -> None:
        assert await self.bench.recorded(self.instance) == self.before, self.point
        assert await self.bench.records.instance(self.instance.id) == self.known, self.point


@by_name
@pytest.mark.parametrize("verdicts", [pytest.param(tuple(VerdictKind), id="by turns"), *EVERYWHERE])
async def test_every_step_may_fail(
    bench: Stand,
    operation: Operation,
    verdicts: Sequence[VerdictKind],
    record_property: Callable[[str, object], None],
) -> None:
    striking = Striking()
    async with bench.working(striking):
        cases = await _cases(bench, operation, striking)
        points = {(case.workflow, case.point): case.strike for case in cases}
        striking.rule = lambda workflow, point, _attempt: points.pop((workflow, point), None)
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        turns = zip(cases, cycle(verdicts), strict=False)
        await asyncio.gather(*(_tried(case, verdict, gate) for case, verdict in turns))
    record_property("steps struck", len(striking.struck))
    assert points == {}, "points that were never reached"
    assert bench.there() == {uid for case in cases for uid in await bench.recorded(case.instance)}
    assert duplicates(bench.world) == ()


async def _cases(bench: Stand, operation: Operation, striking: Striking) -> list[Case]:
    """Learn the points from a clean run, then prepare an instance for each."""
    clean = await prepared(bench, operation, "clean")
    striking.seen.clear()
    done = await bench.perform(operation, clean)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    points = effects(striking.seen[bench.history_id(clean)])
    await _forget(bench, clean)
    assert len(points) > 0
    struck = [(point, strike) for point in points for strike in (Strike.BEFORE, Strike.AFTER)]
    instances = await prepared_all(bench, operation, len(struck))
    return [
        Case(bench, operation, instance, point, strike)
        for instance, (point, strike) in zip(instances, struck, strict=True)
    ]


async def _forget(bench: Stand, instance: VnfInstance) -> None:
    """Leave nothing of the clean run in the world."""
    now = await bench.records.instance(instance.id)
    if now.instantiation_state is InstantiationState.INSTANTIATED:
        await bench.perform(TERMINATE, instance)


async def _tried(case: Case, verdict: VerdictKind, gate: asyncio.Semaphore) -> None:
    async with gate:
        occurrence = await case.failed()
        if occurrence.operation_state is LcmOperationState.ROLLED_BACK:
            await case.must_be_as_before()
        elif verdict is VerdictKind.RETRY:
            await case.must_complete(occurrence)
        elif verdict is VerdictKind.FAIL:
            await case.must_stay_as_it_is(occurrence)
        else:
            await case.must_roll_back(occurrence)
