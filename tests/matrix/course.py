"""One run of an operation that nobody strikes: where its boundaries are, and what it comes to."""

from collections.abc import Sequence

from manoflow.domain.lcm import LcmOperationState, VerdictKind
from tests.histories.chains import chain
from tests.laws.preparing import prepared
from tests.matrix.case import Course
from tests.matrix.cells import Cell, api_cells, boundaries, cells, named
from tests.matrix.judging import scene
from tests.matrix.points import Place
from tests.matrix.stack import Stack
from workflows.catalogue import Operation


async def course_of(stack: Stack, operation: Operation) -> Course:
    """Run it and look."""
    await stack.manned()
    bench = stack.stand
    instance = await prepared(bench, operation, f"clean-{named(operation)}")
    before = await scene(bench, instance)
    done = await bench.perform(operation, instance)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    histories = await chain(bench.client, bench.history_id(instance), str(done.first_execution_run_id))
    return Course(
        boundaries=boundaries(histories),
        before=before,
        completed=await scene(bench, instance),
        point_of_no_return=done.point_of_no_return,
    )


def cells_of(operation: Operation, course: Course) -> Sequence[Cell]:
    """Every cell of the operation."""
    return (*cells(operation, course.boundaries), *api_cells(operation, _verdicts(course)))


def _verdicts(course: Course) -> Sequence[VerdictKind]:
    """Those that an operation can have whose last step failed; none where nothing can fail so that it parks."""
    if not any(Place.WITHIN in boundary.places for boundary in course.boundaries):
        return ()
    return [kind for kind in VerdictKind if kind is not VerdictKind.ROLLBACK or not course.point_of_no_return]
