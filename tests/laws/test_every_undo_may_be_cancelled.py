"""Every undo of a rollback may be the one during which somebody cancels: it parks again, and a verdict ends it."""

import asyncio
from collections.abc import Callable

import pytest

from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import CancelMode, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import OPERATIONS, TERMINATE, effects, prepared
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

PATIENCE = 30.0
"""Seconds after which an undo that is not reached is a failure."""

AFTERWARDS = (VerdictKind.ROLLBACK, VerdictKind.RETRY)
ENDS_IN = {
    VerdictKind.ROLLBACK: LcmOperationState.ROLLED_BACK,
    VerdictKind.RETRY: LcmOperationState.COMPLETED,
}


async def parked_at_its_last_step(
    bench: Stand, operation: Operation, striking: Striking, instance: VnfInstance, last: str
) -> VnfLcmOpOcc:
    """Have the operation fail at its last step after it took effect."""
    struck = {(bench.history_id(instance), last): Strike.AFTER}
    striking.rule = lambda workflow, at, _attempt: struck.pop((workflow, at), None)
    return await bench.perform(operation, instance)


async def last_step(bench: Stand, operation: Operation, striking: Striking) -> str:
    """Learn it from a clean run that leaves nothing."""
    clean = await prepared(bench, operation, "clean")
    striking.seen.clear()
    done = await bench.perform(operation, clean)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    points = effects(striking.seen[bench.history_id(clean)])
    if await bench.recorded(clean):
        await bench.perform(TERMINATE, clean)
    return points[-1]


@pytest.mark.large
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("mode", CancelMode)
async def test_every_undo_may_be_cancelled(
    bench: Stand, operation: Operation, mode: CancelMode, record_property: Callable[[str, object], None]
) -> None:
    striking = Striking()
    async with bench.working(striking):
        last = await last_step(bench, operation, striking)
        undone = await _undos(bench, operation, striking, last)
        for number, point in enumerate(undone):
            instance = await prepared(bench, operation, f"case-{number}")
            before = await bench.recorded(instance)
            parked = await parked_at_its_last_step(bench, operation, striking, instance, last)
            stopped = await _cancelled_at(bench, striking, parked, point, mode)
            assert stopped.operation_state is LcmOperationState.FAILED_TEMP, (point, stopped.error)
            assert stopped.error is not None
            assert "cancel" in stopped.error.detail, point
            verdict = AFTERWARDS[number % 2]
            await bench.decide(stopped, verdict)
            ended = await bench.settled(stopped.id)
            assert ended.operation_state is ENDS_IN[verdict], (point, ended.error)
            if verdict is VerdictKind.ROLLBACK:
                assert await bench.recorded(instance) == before, point
    record_property("steps struck", len(undone))
    assert duplicates(bench.world) == ()


async def _undos(bench: Stand, operation: Operation, striking: Striking, last: str) -> list[str]:
    """The points of a rollback; none where the operation cannot be rolled back."""
    instance = await prepared(bench, operation, "rolled-back")
    parked = await parked_at_its_last_step(bench, operation, striking, instance, last)
    if parked.operation_state is LcmOperationState.ROLLED_BACK:
        return []
    if parked.point_of_no_return:
        with pytest.raises(ConflictError, match="cannot be undone"):
            await bench.decide(parked, VerdictKind.ROLLBACK)
        return []
    striking.seen.clear()
    await bench.decide(parked, VerdictKind.ROLLBACK)
    done = await bench.settled(parked.id)
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    points = effects(striking.seen[bench.history_id(instance)])
    assert len(points) > 0
    return points


async def _cancelled_at(
    bench: Stand, striking: Striking, parked: VnfLcmOpOcc, point: str, mode: CancelMode
) -> VnfLcmOpOcc:
    workflow = f"vnf/{parked.vnf_instance_id}"
    held = {(workflow, point): Strike.HELD_AFTER}
    striking.rule = lambda at_workflow, at, _attempt: held.pop((at_workflow, at), None)
    await bench.decide(parked, VerdictKind.ROLLBACK)
    hold = striking.holds[workflow, point]
    await asyncio.wait_for(hold.reached.wait(), PATIENCE)
    await bench.cancel(parked.id, mode)
    if mode is CancelMode.GRACEFUL:
        assert (await bench.records.occurrence(parked.id)).is_cancel_pending, point
        hold.released.set()
    return await bench.settled(parked.id)
