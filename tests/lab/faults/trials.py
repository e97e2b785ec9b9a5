"""What is tried on the laboratory, in this order: workers struck at every boundary, then services taken away."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Protocol

from manoflow.domain.base import rfc3339
from manoflow.domain.timing import Timings
from tests.lab.faults.counting import miscounted
from tests.lab.faults.services import HANGS_FOR, HASTY, ServiceCell, service_cells, struck_service
from tests.lab.faults.stack import CALL_TIMEOUT, PATIENT, LabStack, lab_stack
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.matrix.case import TROUBLE, Course
from tests.matrix.cells import Cell, Strike, cells, named
from tests.matrix.course import course_of
from tests.matrix.points import Place
from tests.matrix.results import Result
from tests.matrix.strikes import tried

BATCH = 4
"""VNFs that are struck at once: the laboratory shares its machine with them."""
STRIKES = (Strike.KILLED, Strike.STOPPED, Strike.OVERSLEPT)


class _Struck(NamedTuple):
    boundary: str
    place: Place
    by: str


@dataclass
class Laboratory:
    """The stack, and what clean runs are like on it. `aclose` it."""

    courses: dict[str, Course] = field(default_factory=dict)
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)
    _stack: LabStack | None = None
    _timings: Timings | None = None
    _named: int = 0

    async def learn(self) -> None:
        """Run both operations once."""
        stack = await self.stack(PATIENT)
        for operation in (INSTANTIATE, TERMINATE):
            self.courses[operation.name] = await course_of(stack, operation)
        await stack.stand.clear()

    async def stack(self, timings: Timings) -> LabStack:
        """The stack whose steps have these timings; another one is taken down for it."""
        if self._stack is None or self._timings is not timings:
            await self.aclose()
            home = Path(tempfile.mkdtemp(prefix="manoflow-lab-"))
            self._held.callback(shutil.rmtree, home, ignore_errors=True)
            hangs_for = HANGS_FOR if timings is HASTY else CALL_TIMEOUT
            self._stack = await self._held.enter_async_context(lab_stack(home, timings, hangs_for))
            self._timings = timings
        return self._stack

    def name(self, count: int) -> int:
        """The first of so many numbers that no VNF has had."""
        self._named += count
        return self._named - count

    async def aclose(self) -> None:
        """Take the stack down."""
        self._stack = None
        await self._held.aclose()


class Trial(Protocol):
    """Cells that are tried together."""

    @property
    def ids(self) -> Sequence[str]:
        """Of its cells."""
        ...

    async def on(self, laboratory: Laboratory) -> list[Result]:
        """Try them."""
        ...


@dataclass(frozen=True)
class WorkersStruck:
    """Cells of one operation and one strike, side by side."""

    cells: tuple[Cell, ...]

    @property
    def ids(self) -> Sequence[str]:
        return [cell.id for cell in self.cells]

    async def on(self, laboratory: Laboratory) -> list[Result]:
        """Strike, judge, count, clear away."""
        stack = await laboratory.stack(PATIENT)
        course = laboratory.courses[self.cells[0].operation.name]
        cases = await tried(stack, course, self.cells, laboratory.name(len(self.cells)))
        for case in cases:
            case.findings += await miscounted(stack.stand.records, case.instance)
        left = await _cleared(stack)
        return [
            _result(one.cell, _Struck(one.cell.boundary.name, one.cell.place, one.cell.strike), found, one.notes)
            for one, found in ((case, (*case.findings, *left)) for case in cases)
        ]


@dataclass(frozen=True)
class ServiceStruck:
    """One service taken from one operation."""

    cell: ServiceCell

    @property
    def ids(self) -> Sequence[str]:
        return [self.cell.id]

    async def on(self, laboratory: Laboratory) -> list[Result]:
        """Take it away and give it back, judge, count, clear away."""
        stack = await laboratory.stack(HASTY)
        ordeal = await struck_service(stack, laboratory.courses, self.cell, f"struck-{laboratory.name(1):04d}")
        struck = _Struck(self.cell.step, Place.WITHIN, f"{self.cell.service.name} {self.cell.how}")
        return [_result(self.cell, struck, (*ordeal.findings, *await _cleared(stack)), ordeal.notes)]


def trials(courses: dict[str, Course], is_wanted: Callable[[str], bool]) -> Iterator[Trial]:
    """All that are wanted, by the ids of their cells."""
    for operation in (INSTANTIATE, TERMINATE):
        found = cells(operation, courses[operation.name].boundaries)
        struck = [cell for cell in found if cell.strike in STRIKES and is_wanted(cell.id)]
        for _, alike in groupby(struck, key=lambda cell: cell.strike):
            together = tuple(alike)
            yield from (WorkersStruck(together[at : at + BATCH]) for at in range(0, len(together), BATCH))
    yield from (ServiceStruck(cell) for cell in service_cells() if is_wanted(cell.id))


async def _cleared(stack: LabStack) -> list[str]:
    """Empty, or what went wrong when everything was terminated: then the stack cannot be used again."""
    try:
        await stack.stand.clear()
    except TROUBLE as error:
        return [f"cannot clear away: {error}"]
    return []


def _result(cell: Cell | ServiceCell, struck: _Struck, findings: Sequence[str], notes: Sequence[str]) -> Result:
    """Time and code are known to the runner."""
    return Result(
        cell=cell.id,
        operation=named(cell.operation),
        boundary=struck.boundary,
        place=struck.place,
        strike=struck.by,
        ok=not findings,
        findings=tuple(findings),
        notes=tuple(notes),
        seconds=0,
        code="",
        at=rfc3339(datetime.now(UTC)),
    )
