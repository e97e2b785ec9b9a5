"""Activities run at least once: every one of them may run twice, or lose its answer and be tried again."""

from collections.abc import Callable, Sequence

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
    bench: Stand, operation: Operation, strike: Strike, record_property: Callable[[str, object], None]
) -> None:
    record_property("steps struck", await _repeated(bench, operation, strike))


async def test_a_create_that_does_not_look_first_is_caught(bench: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    async def blind(
        resources: Resources[NewResource], new: NewResource, _there: Sequence[VimResource]
    ) -> tuple[VimResource, bool]:
        return await resources.create(new), False

    monkeypatch.setattr(converging, "_one", blind)
    with pytest.raises(AssertionError):
        await _repeated(bench, INSTANTIATE, Strike.LOST)


async def _repeated(bench: Stand, operation: Operation, strike: Strike) -> int:
    """The law; answers how many steps it struck."""
    striking = Striking()
    async with bench.working(striking):
        instance = await prepared(bench, operation, "repeated")
        striking.rule = lambda _workflow, _point, attempt: strike if attempt == 1 else None
        done = await bench.perform(operation, instance)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
    assert len(striking.struck) > 0
    return len(striking.struck)
