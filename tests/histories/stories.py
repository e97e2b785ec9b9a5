"""The stories that every operation's histories tell: it completes; its last step fails or is cancelled, and it ends."""

import asyncio
from typing import NamedTuple

from manoflow.domain.lcm import CancelMode, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import effects, prepared
from tests.stand import PATIENCE, Stand
from tests.striking import Hold, Strike, Striking
from workflows.catalogue import Operation


class Told(NamedTuple):
    """A story and the occurrence that it left."""

    story: str
    occurrence: VnfLcmOpOcc


class Held(NamedTuple):
    """An occurrence that stands still at a point."""

    occurrence: VnfLcmOpOcc
    hold: Hold


async def told(bench: Stand, operation: Operation, striking: Striking) -> list[Told]:
    """Live through all of an operation's stories."""
    name = operation.name.lower()
    clean = await prepared(bench, operation, f"{name}-completes")
    striking.seen.clear()
    stories = [Told("completes", await bench.perform(operation, clean))]
    last = effects(striking.seen[bench.history_id(clean)])[-1]
    for mode in (*CancelMode, None):
        instance = await prepared(bench, operation, f"{name}-cancelled-{mode}")
        held = await _held_at(bench, operation, striking, instance, last)
        stories.append(await _cancelled(bench, held, mode))
    for verdict in VerdictKind:
        instance = await prepared(bench, operation, f"{name}-{verdict}")
        parked = await _parked_at(bench, operation, striking, instance, last)
        if not parked.is_open:  # nothing was touched yet when it failed: it has ended, and nobody is asked
            return [*stories, Told("fails", parked)]
        if verdict is VerdictKind.ROLLBACK and parked.point_of_no_return:
            continue
        await bench.decide(parked, verdict)
        stories.append(Told(f"fails-then-{verdict}", await bench.settled(parked.id)))
    return stories


async def _parked_at(
    bench: Stand, operation: Operation, striking: Striking, instance: VnfInstance, point: str
) -> VnfLcmOpOcc:
    struck = {(bench.history_id(instance), point): Strike.AFTER}
    striking.rule = lambda workflow, at, _attempt: struck.pop((workflow, at), None)
    return await bench.perform(operation, instance)


async def _held_at(bench: Stand, operation: Operation, striking: Striking, instance: VnfInstance, point: str) -> Held:
    held = {(bench.history_id(instance), point): Strike.HELD_AFTER}
    striking.rule = lambda workflow, at, _attempt: held.pop((workflow, at), None)
    asked = await bench.ask(operation, instance)
    hold = striking.holds[bench.history_id(instance), point]
    await asyncio.wait_for(hold.reached.wait(), PATIENCE)
    return Held(await bench.records.occurrence(asked), hold)


async def _cancelled(bench: Stand, held: Held, mode: CancelMode | None) -> Told:
    """As ETSI has it, then retried; without a mode, cancelled in Temporal."""
    if mode is None:
        await bench.client.get_workflow_handle(f"vnf/{held.occurrence.vnf_instance_id}").cancel()
    else:
        await bench.cancel(held.occurrence.id, mode)
    if mode is not CancelMode.FORCEFUL:
        held.hold.released.set()
    stopped = await bench.settled(held.occurrence.id)
    if stopped.operation_state is LcmOperationState.FAILED_TEMP:
        await bench.decide(stopped, VerdictKind.RETRY)
        stopped = await bench.settled(stopped.id)
    return Told(f"cancelled-{mode.lower() if mode else 'in-temporal'}", stopped)
