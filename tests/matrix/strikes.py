"""The strikes: many cells stand at their boundaries at once, then one blow hits all of them that it can hit.

Where a worker is struck, the cells that stand in it are hit; then the next worker, with those that stand there.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.lcm import LcmOperationState
from tests.matrix.callers import struck_apis
from tests.matrix.case import Case, Course, case_of
from tests.matrix.cells import Cell, Strike
from tests.matrix.processes import Process
from tests.matrix.stack import Stack

LOOKS_TAKE = 1.5
"""Seconds: longer than it takes until a worker that slept hears that its step is no longer its own."""

Flow = Callable[[Stack, Sequence[Case]], Awaitable[None]]


async def tried(stack: Stack, course: Course, cells: Sequence[Cell], first_name: int) -> list[Case]:
    """Try cells of one operation and one strike, side by side."""
    await stack.manned()
    names = [f"cell-{first_name + number:05d}" for number in range(len(cells))]
    made = (case_of(stack, cell, name) for cell, name in zip(cells, names, strict=True))
    cases = await asyncio.gather(*made)
    strike = cells[0].strike
    await (struck_apis(stack, course, cases) if strike is Strike.API else _struck(stack, FLOWS[strike], cases))
    for case in cases:
        case.release()
        with case.noting():
            await case.stack.quiet()
            if not case.findings:
                await case.judge(course)
    return cases


async def _struck(stack: Stack, flow: Flow, cases: Sequence[Case]) -> None:
    await asyncio.gather(*(_stands(case) for case in cases))
    await flow(stack, [case for case in cases if not case.findings])


async def _stands(case: Case) -> None:
    """Ask for the operation, and wait until it stands at the boundary."""
    boundary = case.cell.boundary
    with case.noting():
        for _ in range(2 if case.cell.strike is Strike.STOPPED else 1):
            case.stop_at(boundary.activity_id, case.cell.place)
        await case.ask()
        await case.held()


async def _killed(stack: Stack, cases: Sequence[Case]) -> None:
    for worker, standing in await _by_worker(stack, cases):
        await worker.kill()
        await stack.hire()
        await _end(standing)


async def _stopped(stack: Stack, cases: Sequence[Case]) -> None:
    for worker, standing in await _by_worker(stack, cases):
        worker.stop()
        try:
            await asyncio.gather(*(_overtaken(case, worker) for case in standing))
        finally:
            worker.wake()
        await _end(standing)


async def _overslept(stack: Stack, cases: Sequence[Case]) -> None:
    for worker, standing in await _by_worker(stack, cases):
        worker.stop()
        try:
            await _end(standing)
            slow = knobs.slow(stack.stand.world, "*.find", LOOKS_TAKE)
        finally:
            worker.wake()
        with contextlib.ExitStack() as then:
            then.callback(knobs.release, stack.stand.world, slow)
            await stack.quiet(worker)


async def _overtaken(case: Case, worker: Process) -> None:
    with case.noting():
        assert await case.held(1) != worker.pid, "the stopped worker moved"


async def _server_killed(stack: Stack, cases: Sequence[Case]) -> None:
    await stack.temporal.kill()
    for case in cases:
        case.release()
    await stack.restart_temporal()
    await _end(cases)


async def _terminated(_stack: Stack, cases: Sequence[Case]) -> None:
    await asyncio.gather(*(_terminated_one(case) for case in cases))


async def _terminated_one(case: Case) -> None:
    with case.noting():
        handle = case.stack.stand.client.get_workflow_handle(case.workflow_id)
        await handle.terminate("the kill matrix")
        case.release()
        parked = await case.settled()
        if parked.operation_state is LcmOperationState.FAILED_TEMP:
            await case.decide(parked)
            await case.settled()


async def _by_worker(stack: Stack, cases: Iterable[Case]) -> list[tuple[Process, list[Case]]]:
    standing: defaultdict[int, list[Case]] = defaultdict(list)
    for case in cases:
        standing[await case.held()].append(case)
    return [(worker, standing[worker.pid]) for worker in list(stack.workers) if worker.pid in standing]


async def _end(cases: Iterable[Case]) -> None:
    async def one(case: Case) -> None:
        with case.noting():
            case.release()
            await case.settled()

    await asyncio.gather(*(one(case) for case in cases))


FLOWS: dict[Strike, Flow] = {
    Strike.KILLED: _killed,
    Strike.STOPPED: _stopped,
    Strike.OVERSLEPT: _overslept,
    Strike.SERVER: _server_killed,
    Strike.TERMINATED: _terminated,
}
