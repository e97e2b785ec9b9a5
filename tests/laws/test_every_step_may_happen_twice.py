"""Activities run at least once: every one of them may run twice, or lose its answer and be tried again."""

import pytest

from activities import converging
from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from manoflow.domain.cloud import NewResource, VimResource
from manoflow.domain.lcm import LcmOperationState
from manoflow.ports.vim import Resources
from tests.laws.preparing import INSTANTIATE, OPERATIONS, prepared
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

by_name = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


@by_name
@pytest.mark.parametrize("strike", [Strike.TWICE, Strike.LOST], ids=lambda strike: strike.name)
async def test_every_step_may_be_repeated(
    bench: Stand, operation: Operation, strike: Strike, record_property: pytest.RecordProperty
) -> None:
    striking = Striking()
    async with bench.working(striking):
        instance = await prepared(bench, operation, "repeated")
        striking.rule = lambda _workflow, _point, attempt: strike if attempt == 1 else None
        done = await bench.perform(operation, instance)
    record_property("steps struck", len(striking.struck))
    assert len(striking.struck) > 0
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()


async def test_a_create_that_does_not_look_first_is_caught(bench: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    async def blind(resources: Resources[NewResource], new: NewResource) -> VimResource:
        return await resources.create(new)

    monkeypatch.setattr(converging, "_one", blind)
    striking = Striking(lambda _workflow, point, attempt: _first(point, attempt))
    async with bench.working(striking):
        await bench.perform(INSTANTIATE, await bench.instance("mutant"))
    assert made_more_than_once(bench.world) != ()


def _first(point: str, attempt: int) -> Strike | None:
    return Strike.LOST if attempt == 1 and point.startswith("create_") else None
