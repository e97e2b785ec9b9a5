"""Operations per second and seconds per operation, beside the same number of bare activities.

Rounds of the two take turns, and who begins takes turns, so that whatever else the machine does meets both.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple, TypeVar

from pydantic import BaseModel

from bench.bare import Shape
from bench.shapes import census, shape_of
from bench.stage import Stage
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.packages import VnfPackage
from workflows.catalogue import operations

T = TypeVar("T")

_OPERATIONS = {operation.operation: operation for operation in operations()}
LIFE = (_OPERATIONS[LcmOperationType.INSTANTIATE], _OPERATIONS[LcmOperationType.TERMINATE])
"""What every VNF goes through."""


class Pair(BaseModel):
    """One figure of both, as medians of rounds."""

    engine: float
    bare: float

    @property
    def rate(self) -> float:
        """The engine's beside the bare one's."""
        return self.engine / self.bare


class Compared(BaseModel):
    """Operations on VNFs of one size."""

    vnf: str
    activities: dict[str, dict[str, int]]
    """Of each operation: how many of each type."""
    per_second: Pair
    """Operations, many VNFs side by side."""
    cpu_seconds: Pair
    """Of this process for one operation, many side by side: what a busy machine does not distort. Temporal's own and
    the database's are not in it."""
    seconds: Pair
    """One operation while nothing else happens."""
    rounds: list[Pair]
    """Operations per second in each round."""


class Side(NamedTuple):
    """One round of one side."""

    per_second: float
    cpu_seconds: float


class Sides:
    """One VNF's life in the engine, and the same as bare activities."""

    def __init__(self, stage: Stage, package: VnfPackage, shapes: Sequence[Shape]) -> None:
        """`shapes`: of each operation of a life."""
        self._stage = stage
        self._package = package
        self._shapes = shapes

    async def engine(self) -> list[float]:
        """Seconds of each operation."""
        instance = await self._stage.instance(self._package)
        return [await _timed(self._stage.perform(operation, instance)) for operation in LIFE]

    async def bare(self) -> list[float]:
        """Seconds of each workflow."""
        return [await _timed(self._stage.perform_bare(shape)) for shape in self._shapes]


async def compared(stage: Stage, name: str, package: VnfPackage, *, vnfs: int, rounds: int) -> Compared:
    """Compare them on one package, with `vnfs` side by side."""
    await stage.records.add_package(package)
    shapes, activities = await _observed(stage, package)
    sides = Sides(stage, package, shapes)
    await _rate(sides.engine, vnfs)
    await _rate(sides.bare, vnfs)
    crowds: list[tuple[Side, Side]] = []
    alone: list[Pair] = []
    for number in range(rounds):
        engine_first = number % 2 == 0
        crowds.append(await _both(_rate, sides, vnfs, engine_first=engine_first))
        engine, bare = await _both(_latency, sides, vnfs, engine_first=engine_first)
        alone.append(Pair(engine=engine, bare=bare))
    rates = [Pair(engine=engine.per_second, bare=bare.per_second) for engine, bare in crowds]
    cpu = [Pair(engine=engine.cpu_seconds, bare=bare.cpu_seconds) for engine, bare in crowds]
    return Compared(
        vnf=name,
        activities=activities,
        per_second=_median(rates),
        cpu_seconds=_median(cpu),
        seconds=_median(alone),
        rounds=rates,
    )


async def _observed(stage: Stage, package: VnfPackage) -> tuple[list[Shape], dict[str, dict[str, int]]]:
    """Live one life, and see what it consisted of."""
    instance = await stage.instance(package)
    shapes: list[Shape] = []
    activities: dict[str, dict[str, int]] = {}
    for operation in LIFE:
        await stage.perform(operation, instance)
        events = await stage.history(instance.id)
        shapes.append(shape_of(events))
        activities[operation.name] = dict(census(events))
    return shapes, activities


Life = Callable[[], Awaitable[list[float]]]


async def _both(
    measure: Callable[[Life, int], Awaitable[T]], sides: Sides, vnfs: int, *, engine_first: bool
) -> tuple[T, T]:
    """The engine's and the bare one's, in either order."""
    if engine_first:
        return await measure(sides.engine, vnfs), await measure(sides.bare, vnfs)
    bare = await measure(sides.bare, vnfs)
    return await measure(sides.engine, vnfs), bare


async def _rate(live: Life, vnfs: int) -> Side:
    begun, cpu = perf_counter(), process_time()
    lives = await asyncio.gather(*(live() for _ in range(vnfs)))
    operations = sum(map(len, lives))
    return Side(operations / (perf_counter() - begun), (process_time() - cpu) / operations)


async def _latency(live: Life, vnfs: int) -> float:
    """As many lives as a quarter of those side by side, one after the other."""
    lives = [await live() for _ in range(max(1, vnfs // 4))]
    return median(seconds for life in lives for seconds in life)


async def _timed(work: Awaitable[None]) -> float:
    begun = perf_counter()
    await work
    return perf_counter() - begun


def _median(pairs: Sequence[Pair]) -> Pair:
    return Pair(engine=median(pair.engine for pair in pairs), bare=median(pair.bare for pair in pairs))
