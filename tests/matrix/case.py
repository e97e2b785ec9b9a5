"""A cell while it is tried: an instance of its own, the operation on it, the points where it is made to stand still."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

import pytest
from temporalio.service import RPCError

from manoflow.domain.errors import ConflictError, ManoError
from manoflow.domain.lcm import LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import prepared
from tests.matrix.cells import Boundary, Cell, Strike
from tests.matrix.judging import Expected, Scene, made_twice, scene, wrong
from tests.matrix.points import Place, Point
from tests.matrix.stack import Stack

LOOK_AGAIN = 0.03
TROUBLE = (AssertionError, ManoError, OSError, RPCError, pytest.fail.Exception)
"""What a cell that goes wrong may raise; anything else is a fault of the matrix itself."""
ENDS = {
    VerdictKind.RETRY: LcmOperationState.COMPLETED,
    VerdictKind.ROLLBACK: LcmOperationState.ROLLED_BACK,
    VerdictKind.FAIL: LcmOperationState.FAILED,
}


@dataclass(frozen=True)
class Course:
    """What a run of an operation is like that nobody strikes."""

    boundaries: tuple[Boundary, ...]
    before: Scene
    completed: Scene
    point_of_no_return: str | None


@dataclass
class Case:
    """One cell on a stack."""

    stack: Stack
    cell: Cell
    instance: VnfInstance
    before: Scene
    begun: float = field(default_factory=monotonic)
    lcm_op_occ_id: UUID | None = None
    verdict: VerdictKind | None = None
    """The one that was given."""
    points: list[Point] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    """What went wrong."""
    notes: list[str] = field(default_factory=list)
    """What is worth knowing though nothing is wrong."""

    @property
    def workflow_id(self) -> str:
        return self.stack.stand.history_id(self.instance)

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """What fails in here is a finding; the other cells of the batch go on."""
        try:
            yield
        except TROUBLE as error:
            self.findings.append(f"{type(error).__name__}: {error}")

    def stop_at(self, activity_id: str, place: Place) -> None:
        """Have the next attempt of an activity stand still."""
        point = Point(self.stack.points, self.workflow_id, activity_id, len(self.points))
        point.set(place)
        self.points.append(point)

    async def ask(self) -> None:
        """Ask for the operation."""
        self.lcm_op_occ_id = await self.stack.stand.ask(self.cell.operation, self.instance)

    async def held(self, number: int = 0) -> int:
        """The pid of whoever stands at the point, once somebody does."""
        patience = self.stack.stand.patience
        deadline = monotonic() + patience
        while (held := self.points[number].held) is None:
            assert monotonic() < deadline, f"nobody came to the point within {patience:.0f} s"
            await asyncio.sleep(LOOK_AGAIN)
        return held

    def release(self) -> None:
        """Let everybody go on."""
        for point in self.points:
            point.release()

    async def settled(self) -> VnfLcmOpOcc:
        """The occurrence, ended or parked."""
        assert self.lcm_op_occ_id is not None
        return await self.stack.stand.settled(self.lcm_op_occ_id)

    async def decide(self, parked: VnfLcmOpOcc) -> None:
        """Give the cell's verdict; where there is no way back, see the rollback refused and retry."""
        self.verdict = self.cell.verdict
        if self.verdict is VerdictKind.ROLLBACK and parked.point_of_no_return:
            with pytest.raises(ConflictError, match="cannot be undone"):
                await self.stack.stand.decide(parked, self.verdict)
            self.verdict = VerdictKind.RETRY
        await self.stack.stand.decide(parked, self.verdict)

    async def judge(self, course: Course) -> None:
        """Look at what came of it."""
        ended = await self.settled()
        rolled_back = self.verdict is None and self.cell.strike is Strike.TERMINATED and not ended.is_open
        state = ENDS[self.verdict or VerdictKind.RETRY]
        if rolled_back and ended.operation_state is LcmOperationState.ROLLED_BACK:
            state = LcmOperationState.ROLLED_BACK  # nothing had been touched yet
        expected = Expected(
            state=state,
            before=self.before,
            completed=course.completed,
            twins_may_have_been=self.cell.strike in {Strike.STOPPED, Strike.OVERSLEPT},
        )
        self.notes.append(f"{ended.operation_state}{f' by {self.verdict}' if self.verdict else ''}")
        if expected.twins_may_have_been:
            self.notes += made_twice(self.stack.stand, self.instance)
        self.findings += await wrong(self.stack.stand, ended, expected)


async def case_of(stack: Stack, cell: Cell, name: str) -> Case:
    """An instance in which the cell's operation may begin."""
    instance = await prepared(stack.stand, cell.operation, name)
    return Case(stack, cell, instance, await scene(stack.stand, instance))
