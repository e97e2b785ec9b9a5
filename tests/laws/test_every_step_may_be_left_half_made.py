"""Every creation may be left half made: by a cloud that forgets a part, or by a worker that dies between two parts."""

from collections.abc import Callable

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.calls import Outcome
from manoflow.adapters.vim.fake.ledger import duplicates, journal, made_more_than_once
from manoflow.domain.errors import QuotaError
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from tests.laws.preparing import OPERATIONS, prepared
from tests.stand import Stand
from workflows.catalogue import Operation

by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


def finished(bench: Stand) -> int:
    """How often a missing part was added."""
    return sum(1 for entry in journal(bench.world) if entry.call.endswith(".finish") and entry.outcome is Outcome.DONE)


@by_name
@pytest.mark.parametrize("and_die", [True, False], ids=["its maker dies", "its maker lives"])
async def test_what_is_left_half_made_is_finished(
    bench: Stand, operation: Operation, *, and_die: bool, record_property: Callable[[str, object], None]
) -> None:
    async with bench.working():
        instance = await prepared(bench, operation, "half-made")
        before = await bench.recorded(instance)
        knobs.half_make(bench.world, and_die=and_die, times=None)
        done = await bench.perform(operation, instance)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
    made = len(await bench.recorded(instance) - before)
    assert finished(bench) >= made
    record_property("steps struck", made)


@by_name
async def test_what_stays_half_made_is_owned_and_can_be_undone(bench: Stand, operation: Operation) -> None:
    async with bench.working():
        instance = await prepared(bench, operation, "stays-half-made")
        before = await bench.recorded(instance)
        knobs.half_make(bench.world, and_die=True, times=None)
        knobs.fail(bench.world, "servers.finish", QuotaError("cannot attach the volume: quota exceeded"))
        occurrence = await bench.perform(operation, instance)
        if occurrence.operation_state is LcmOperationState.COMPLETED:
            assert await bench.recorded(instance) <= before, "it makes no server"
            return
        assert bench.there() == await bench.recorded(instance)
        assert await bench.recorded(instance) - before, "what is half made is owned"
        no_return = occurrence.point_of_no_return is not None
        await bench.decide(occurrence, VerdictKind.RETRY if no_return else VerdictKind.ROLLBACK)
        ended = await bench.settled(occurrence.id)
        expected = LcmOperationState.COMPLETED if no_return else LcmOperationState.ROLLED_BACK
        assert ended.operation_state is expected, ended.error
        assert bench.there() == await bench.recorded(instance)
        assert no_return or await bench.recorded(instance) == before


@by_name
async def test_of_what_is_made_double_one_stays(bench: Stand, operation: Operation) -> None:
    async with bench.working():
        instance = await prepared(bench, operation, "double")
        knobs.duplicate(bench.world, times=None)
        done = await bench.perform(operation, instance)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()
