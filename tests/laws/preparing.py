"""Bringing an instance into the state that an operation asks for, by the operations of the catalogue themselves."""

import asyncio

from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType
from manoflow.domain.vnf import VnfInstance
from tests.stand import Stand
from workflows.catalogue import Operation, operations

OPERATIONS = operations()
INSTANTIATE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.INSTANTIATE)
TERMINATE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.TERMINATE)


SIDE_BY_SIDE = 6
"""Operations that a law performs at once: more only wait for each other."""


async def prepared_all(bench: Stand, operation: Operation, count: int) -> list[VnfInstance]:
    """So many instances in which the operation may begin."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(number: int) -> VnfInstance:
        async with gate:
            return await prepared(bench, operation, f"case-{number}")

    return await asyncio.gather(*(one(number) for number in range(count)))


async def prepared(bench: Stand, operation: Operation, name: str) -> VnfInstance:
    """An instance in which the operation may begin."""
    instance = await bench.instance(name)
    if operation.allowed_in is InstantiationState.INSTANTIATED:
        done = await bench.perform(INSTANTIATE, instance)
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
    return instance


def effects(points: list[str]) -> list[str]:
    """The points where something is decided or done: not those that only read or write the record."""
    return [
        point for point in points if point.partition(":")[0] not in {"claim", "project", "page", "look", "vanished"}
    ]
