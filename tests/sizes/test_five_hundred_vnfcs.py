"""VNFs of many VNFCs are instantiated and terminated inside the budgets (architecture, section 11)."""

import logging

import pytest
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from manoflow.adapters.vim.fake.ledger import duplicates, made_more_than_once
from manoflow.domain.lcm import LcmOperationState
from manoflow.domain.plan import PAGE_SIZE, STEP_LIMIT
from manoflow.domain.timing import Timings
from manoflow.domain.vnf import VnfInstance
from manoflow.runtime import workers
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.sizes.many_vnfcs import instance_of_size
from tests.sizes.measuring import Traces, traces
from tests.stand import Stand
from workflows import operation
from workflows.catalogue import Operation
from workflows.sandbox import PASSED_THROUGH

EVENTS = 5_000
MIB = 1024**2
PLAN_LIMIT = 4 * MIB
RUN_LIMIT = 10 * MIB
"""Temporal warns of a history at 10 MiB, and ends it at 50."""

LARGE = 600.0
"""Seconds."""

OF_A_VNFC = 4
"""A server, two ports and a volume."""
OF_THE_VNF = 3
"""An image, a flavor and a network serve all."""

SEEING_THE_LIMIT = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH, "workflows")
)
"""The sandbox imports `workflows` anew and would not see the lowered limit."""

log = logging.getLogger(__name__)


@pytest.mark.large
@pytest.mark.timeout(900)
async def test_a_vnf_of_five_hundred_vnfcs_keeps_to_the_budgets(bench: Stand) -> None:
    async with bench.working(timings=Timings()):
        built, removed = await lived(bench, 500)
    for left in (built, removed):
        require_budgets(left)
    assert built.runs > 1, built
    assert built.page == PAGE_SIZE, built


async def test_an_operation_whose_history_grows_long_goes_on_in_a_new_run(
    bench: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operation, "HISTORY_LIMIT", 200)
    monkeypatch.setattr(workers, "RUNNER", SEEING_THE_LIMIT)
    async with bench.working():
        built, removed = await lived(bench, 60)
    for left in (built, removed):
        require_budgets(left)
        assert left.runs > 2, left


async def lived(bench: Stand, vnfcs: int) -> tuple[Traces, Traces]:
    """Instantiate a VNF of that size and terminate it, and see that the record and the world agree."""
    instance = await instance_of_size(bench, vnfcs)
    built = await performed(bench, INSTANTIATE, instance)
    assert bench.there() == await bench.recorded(instance)
    assert len(bench.there()) == vnfcs * OF_A_VNFC + OF_THE_VNF
    assert duplicates(bench.world) == ()
    assert made_more_than_once(bench.world) == ()
    removed = await performed(bench, TERMINATE, instance)
    assert bench.there() == await bench.recorded(instance) == set()
    return built, removed


async def performed(bench: Stand, asked: Operation, instance: VnfInstance) -> Traces:
    """Perform an operation to its end, and measure what it left."""
    occurrence = await bench.settled(await bench.ask(asked, instance), within=LARGE)
    assert occurrence.operation_state is LcmOperationState.COMPLETED, occurrence.error
    left = await traces(bench, occurrence)
    log.info("%s: %s", asked.name, left)
    return left


def require_budgets(left: Traces) -> None:
    assert left.events < EVENTS, left
    assert left.run < RUN_LIMIT, left
    assert left.page <= PAGE_SIZE, left
    assert left.step <= STEP_LIMIT, left
    assert max(left.plan, left.build) <= PLAN_LIMIT, left
