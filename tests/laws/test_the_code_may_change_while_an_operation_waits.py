"""A new release may come while an operation is parked: a step inserted by it is done, once, and nothing is done twice.

The old build parks the operation; a worker of another build, whose every operation has one decision more at its
beginning, takes it on.
"""

import pytest
from temporalio import workflow

import manoflow.runtime.workers
from activities.step import step
from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from manoflow.domain.lcm import LcmOperationState, Ticket, VerdictKind
from manoflow.domain.timing import StepKind
from manoflow.runtime.workers import Ports
from tests.laws.preparing import OPERATIONS, prepared
from tests.laws.test_every_undo_may_be_cancelled import last_step, parked_at_its_last_step
from tests.stand import Stand
from tests.striking import Striking
from workflows.catalogue import Operation
from workflows.operation import LcmOperation


class Inserted:
    """An activity that only the new release has."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.undone: list[str] = []

    @step(StepKind.DECISION)
    async def survey(self, ticket: Ticket) -> str:
        """Remember for which occurrence it was done."""
        self.done.append(str(ticket.lcm_op_occ_id))
        return "surveyed"

    @step(StepKind.DECISION)
    async def forget_survey(self, ticket: Ticket) -> None:
        """Remember that it was undone."""
        self.undone.append(str(ticket.lcm_op_occ_id))


def of_the_next_release(kind: type[LcmOperation]) -> type[LcmOperation]:
    """The operation with a step inserted at its beginning."""

    # The SDK compares its signature with that of __init__: no annotation of self.
    async def run(self, ticket: Ticket) -> str:  # type: ignore[no-untyped-def]  # noqa: ARG001, ANN001
        outcome: str = await self.perform()
        return outcome

    async def steps(self: LcmOperation) -> None:
        await self.do(Inserted.survey, self.ticket, undo=Inserted.forget_survey)
        await kind.steps(self)

    run.__qualname__ = f"{kind.__name__}.run"  # The SDK refuses what looks local.
    changed = type(kind.__name__, (kind,), {"run": workflow.run(run), "steps": steps, "__module__": __name__})
    return workflow.defn(name=kind.__name__, sandboxed=False)(changed)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("verdict", [VerdictKind.RETRY, VerdictKind.ROLLBACK])
async def test_an_inserted_step_is_done_once(
    bench: Stand, operation: Operation, verdict: VerdictKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    striking = Striking()
    async with bench.working(striking):
        last = await last_step(bench, operation, striking)
        instance = await prepared(bench, operation, "parked")
        before = await bench.recorded(instance)
        parked = await parked_at_its_last_step(bench, operation, striking, instance, last)
    if parked.operation_state is LcmOperationState.ROLLED_BACK:
        return  # It touches nothing, so it never waits for a verdict.

    inserted = _released(monkeypatch)
    if verdict is VerdictKind.ROLLBACK and parked.point_of_no_return:
        verdict = VerdictKind.RETRY
    async with bench.working():
        await bench.decide(parked, verdict)
        ended = await bench.settled(parked.id)
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
    assert bench.there() == await bench.recorded(instance)
    if verdict is VerdictKind.RETRY:
        assert ended.operation_state is LcmOperationState.COMPLETED, ended.error
        assert inserted.done == [str(parked.id)]
        assert inserted.undone == []
    else:
        # What follows the new step was done by the old build and has to be undone, so the step is passed, and undone.
        assert ended.operation_state is LcmOperationState.ROLLED_BACK, ended.error
        assert inserted.done == inserted.undone == [str(parked.id)]
        assert await bench.recorded(instance) == before


def _released(monkeypatch: pytest.MonkeyPatch) -> Inserted:
    """Let the next worker be of the new build."""
    inserted = Inserted()
    built = manoflow.runtime.workers._activities
    changed = {one.workflow: of_the_next_release(one.workflow) for one in OPERATIONS}

    def activities(ports: Ports) -> list[object]:
        return [*built(ports), inserted.survey, inserted.forget_survey]

    class Next:
        def __init__(self, operation: Operation) -> None:
            self.workflow = changed[operation.workflow]

    monkeypatch.setattr(manoflow.runtime.workers, "_activities", activities)
    monkeypatch.setattr(manoflow.runtime.workers, "operations", lambda: [Next(one) for one in OPERATIONS])
    return inserted
