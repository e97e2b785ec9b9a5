"""Only the decisions that a state allows are taken in it; every other is refused with a reason and changes nothing."""

import asyncio

import pytest

from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import Cancellation, CancelMode, LcmOperationState, Verdict, VerdictKind, VnfLcmOpOcc
from manoflow.ports.execution import AmbiguousAnswerError
from tests.laws.preparing import OPERATIONS, effects, prepared
from tests.laws.test_every_undo_may_be_cancelled import PATIENCE, last_step, parked_at_its_last_step
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


async def must_refuse(bench: Stand, occurrence: VnfLcmOpOcc, *kinds: VerdictKind | CancelMode) -> None:
    """The workflow itself refuses them, whatever the API would have said before."""
    for kind in kinds:
        with pytest.raises(ConflictError, match=f"cannot .* operation {occurrence.id}: "):
            await _tell(bench, occurrence, kind)
    now = await bench.records.occurrence(occurrence.id)
    assert (now.operation_state, now.rev, now.verdict_id) == (
        occurrence.operation_state,
        occurrence.rev,
        occurrence.verdict_id,
    )


async def _tell(bench: Stand, occurrence: VnfLcmOpOcc, kind: VerdictKind | CancelMode) -> None:
    ids = {"id": bench.request_id(), "lcm_op_occ_id": occurrence.id, "vnf_instance_id": occurrence.vnf_instance_id}
    if isinstance(kind, VerdictKind):
        await bench.execution.decide(Verdict.model_validate({**ids, "kind": kind}))
    else:
        await bench.execution.cancel(Cancellation.model_validate({**ids, "mode": kind}))


@by_name
async def test_a_running_operation_takes_no_verdict(bench: Stand, operation: Operation) -> None:
    striking = Striking()
    async with bench.working(striking):
        clean = await prepared(bench, operation, "clean")
        striking.seen.clear()
        await bench.perform(operation, clean)
        points = effects(striking.seen[bench.history_id(clean)])
        for number, point in enumerate({points[0], points[-1]}):
            instance = await prepared(bench, operation, f"running-{number}")
            held = {(bench.history_id(instance), point): Strike.HELD_BEFORE}
            striking.rule = lambda workflow, at, _attempt, held=held: held.pop((workflow, at), None)  # type: ignore[misc]
            asked = await bench.ask(operation, instance)
            hold = striking.holds[bench.history_id(instance), point]
            await asyncio.wait_for(hold.reached.wait(), PATIENCE)
            await must_refuse(bench, await bench.records.occurrence(asked), *VerdictKind)
            hold.released.set()
            ended = await bench.settled(asked)
            assert ended.operation_state is LcmOperationState.COMPLETED, ended.error
            with pytest.raises((ConflictError, AmbiguousAnswerError)):
                await _tell(bench, ended, VerdictKind.RETRY)
            assert await bench.records.occurrence(asked) == ended


@by_name
async def test_a_parked_operation_takes_no_cancellation_and_a_rolling_back_one_no_verdict(
    bench: Stand, operation: Operation
) -> None:
    striking = Striking()
    async with bench.working(striking):
        last = await last_step(bench, operation, striking)
        instance = await prepared(bench, operation, "parked")
        parked = await parked_at_its_last_step(bench, operation, striking, instance, last)
        if parked.operation_state is LcmOperationState.ROLLED_BACK:
            return  # It touches nothing, so it never waits for a verdict.
        await must_refuse(bench, parked, *CancelMode)
        if parked.point_of_no_return:
            await must_refuse(bench, parked, VerdictKind.ROLLBACK)
            await bench.decide(parked, VerdictKind.RETRY)
            assert (await bench.settled(parked.id)).operation_state is LcmOperationState.COMPLETED
            return
        everything = {bench.history_id(instance)}
        held: list[str] = []

        def rule(workflow: str, point: str, _attempt: int) -> Strike | None:
            if workflow in everything and not held and effects([point]):
                held.append(point)
                return Strike.HELD_BEFORE
            return None

        striking.rule = rule
        await bench.decide(parked, VerdictKind.ROLLBACK)
        await bench.until(lambda: bool(held))
        rolling = await bench.records.occurrence(parked.id)
        assert rolling.operation_state is LcmOperationState.ROLLING_BACK
        await must_refuse(bench, rolling, *VerdictKind)
        striking.holds[bench.history_id(instance), held[0]].released.set()
        assert (await bench.settled(parked.id)).operation_state is LcmOperationState.ROLLED_BACK
