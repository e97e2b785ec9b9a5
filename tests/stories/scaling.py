"""What the stories of scaling share."""

from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VerdictKind, VnfLcmOpOcc
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, OPERATIONS
from tests.stand import Stand
from tests.striking import Rule, Strike, Striking

SCALE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.SCALE)
HEAL = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.HEAL)
TO_LEVEL = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.SCALE_TO_LEVEL)
OUT, IN = {"type": "SCALE_OUT"}, {"type": "SCALE_IN"}
COMPLETED, ROLLED_BACK = LcmOperationState.COMPLETED, LcmOperationState.ROLLED_BACK
FAILED_TEMP, FAILED = LcmOperationState.FAILED_TEMP, LcmOperationState.FAILED


async def instantiated(bench: Stand, name: str, **changes: object) -> VnfInstance:
    """An instance of the reference VNF."""
    instance = await bench.instance(name)
    done = await bench.perform(INSTANTIATE, instance, **changes)
    assert done.operation_state is COMPLETED, done.error
    return instance


async def scaled(bench: Stand, instance: VnfInstance, **changes: object) -> VnfLcmOpOcc:
    """Have it scaled, completely."""
    done = await bench.perform(SCALE, instance, **changes)
    assert done.operation_state is COMPLETED, done.error
    return done


async def rows(bench: Stand, instance: VnfInstance) -> dict[str, Resource]:
    """What is recorded of it, by place."""
    return {row.key: row for row in await bench.records.resources(instance.id)}


async def vnfcs(bench: Stand, instance: VnfInstance) -> set[str]:
    """The places of its VNFCs."""
    return {key for key, row in (await rows(bench, instance)).items() if row.kind is Kind.VNFC}


async def level(bench: Stand, instance: VnfInstance, aspect: str = "app_scale") -> int:
    """The scale level that is recorded."""
    state = (await bench.records.instance(instance.id)).state
    assert state is not None
    return state.scale_levels[aspect]


async def must_be_true(bench: Stand, instance: VnfInstance) -> None:
    """The record is the world, and nothing is there twice."""
    assert await bench.recorded(instance) == bench.there()
    assert duplicates(bench.world) == ()


async def decided(bench: Stand, occurrence: VnfLcmOpOcc, verdict: VerdictKind) -> VnfLcmOpOcc:
    """Give a verdict on what is parked."""
    assert occurrence.operation_state is FAILED_TEMP, occurrence.error
    await bench.decide(occurrence, verdict)
    return await bench.settled(occurrence.id)


def striking_at(*points: str, strike: Strike = Strike.BEFORE) -> Striking:
    """Strike each point once."""
    return Striking(once(dict.fromkeys(points, strike)))


def once(points: dict[str, Strike]) -> Rule:
    """Each of the points is struck once, whatever operation it belongs to."""
    left = dict(points)
    return lambda _workflow, point, _attempt: left.pop(point, None)
