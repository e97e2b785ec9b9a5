"""Working through cells in batches, on one stack that is built anew after a failure."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from time import monotonic

from manoflow.domain.base import rfc3339
from tests.laws.preparing import OPERATIONS
from tests.matrix.case import TROUBLE, Case, Course
from tests.matrix.cells import Cell, named
from tests.matrix.course import cells_of, course_of
from tests.matrix.evidence import keep, keep_logs
from tests.matrix.results import Result
from tests.matrix.stack import Stack, stack
from tests.matrix.strikes import tried
from tests.postgres import MISSING, programs, server

BATCH = 12
"""Cells that stand at their boundaries at once."""

Tell = Callable[[str], None]


class Matrix:
    """The cells, and the stack on which they are tried. `aclose` it."""

    def __init__(self, folder: Path, code: str, tell: Tell, *, on_postgres: bool = False) -> None:
        """Evidence is kept in `folder`; `code` is what results are noted for."""
        self._folder = folder
        self._code = code
        self._on_postgres = on_postgres
        self._tell = tell
        self._courses: dict[str, Course] = {}
        self._held = AsyncExitStack()
        self._stack: Stack | None = None
        self._named = 0

    async def learn(self) -> Sequence[Cell]:
        """Run every operation once, and name its cells."""
        for operation in OPERATIONS:
            self._courses[operation.name] = await course_of(await self._ready(), operation)
        return [cell for operation in OPERATIONS for cell in cells_of(operation, self._courses[operation.name])]

    async def tried(self, batch: Sequence[Cell]) -> list[Result]:
        """Try a batch. What stands alone gets a stack of its own, and so does what comes after a failure."""
        begun = monotonic()
        if batch[0].is_alone:
            await self.aclose()
        try:
            cases = await self._tried(batch)
        except TROUBLE as error:
            return await self._broken(batch, f"the whole batch broke off: {type(error).__name__}: {error}")
        share = round((monotonic() - begun) / len(batch), 2)
        for case in cases:
            if case.findings:
                self._tell_of(case.cell, case.findings, await keep(case, self._folder))
        if any(case.findings for case in cases):
            await self.aclose()
        return [_result(case.cell, case.findings, case.notes, share, self._code) for case in cases]

    async def aclose(self) -> None:
        """Take the stack down."""
        await self._held.aclose()
        self._stack = None

    async def _tried(self, batch: Sequence[Cell]) -> list[Case]:
        first_name, self._named = self._named, self._named + len(batch)
        return await tried(await self._ready(), self._courses[batch[0].operation.name], batch, first_name)

    async def _broken(self, batch: Sequence[Cell], why: str) -> list[Result]:
        for cell in batch:
            self._tell_of(cell, [why], keep_logs(cell, self._stack, self._folder))
        await self.aclose()
        return [_result(cell, [why], [], 0.0, self._code) for cell in batch]

    def _tell_of(self, cell: Cell, findings: Sequence[str], kept: Path) -> None:
        self._tell(f"FAILED {cell.id}: {'; '.join(findings)}\n  evidence: {kept}\n  again: {self._again(cell)}")

    def _again(self, cell: Cell) -> str:
        record = " --record postgresql" if self._on_postgres else ""
        return f"python -m tests.matrix.run{record} --anew --only '{cell.id}'"

    async def _ready(self) -> Stack:
        if self._stack is None:
            home = Path(tempfile.mkdtemp(prefix="manoflow-matrix-"))
            self._held.callback(shutil.rmtree, home, ignore_errors=True)
            url = self._held.enter_context(_postgres()) if self._on_postgres else ""
            self._stack = await self._held.enter_async_context(stack(home, url))
        return self._stack


@contextmanager
def _postgres() -> Iterator[str]:
    """A server of its own, and the URL of an empty database in it."""
    found = programs()
    assert found is not None, MISSING
    with server(found) as postgres:
        yield postgres.url(postgres.create())


def batches(cells: Sequence[Cell]) -> Iterator[list[Cell]]:
    """Cells that are struck by one blow: of one operation and one strike, and not about something that VNFs share."""
    for _, alike in groupby(cells, key=lambda cell: (cell.operation.name, cell.strike, cell.id * cell.is_alone)):
        together = list(alike)
        yield from (together[start : start + BATCH] for start in range(0, len(together), BATCH))


def _result(cell: Cell, findings: Sequence[str], notes: Sequence[str], seconds: float, code: str) -> Result:
    return Result(
        cell=cell.id,
        operation=named(cell.operation),
        boundary=cell.boundary.name,
        place=cell.place,
        strike=cell.strike,
        ok=not findings,
        findings=tuple(findings),
        notes=tuple(notes),
        seconds=seconds,
        code=code,
        at=rfc3339(datetime.now(UTC)),
    )
