"""The stories that every operation's histories tell: it completes; its last step fails and somebody decides."""

from typing import NamedTuple

from manoflow.domain.lcm import VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import effects, prepared
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation


class Told(NamedTuple):
    """A story and the occurrence that it left."""

    story: str
    occurrence: VnfLcmOpOcc


async def told(bench: Stand, operation: Operation, striking: Striking) -> list[Told]:
    """Live through all of an operation's stories."""
    name = operation.name.lower()
    clean = await prepared(bench, operation, f"{name}-completes")
    striking.seen.clear()
    stories = [Told("completes", await bench.perform(operation, clean))]
    last = effects(striking.seen[bench.history_id(clean)])[-1]
    for verdict in VerdictKind:
        instance = await prepared(bench, operation, f"{name}-{verdict}")
        parked = await _parked_at(bench, operation, striking, instance, last)
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
