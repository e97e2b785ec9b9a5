"""Today's workflows replay every history ever committed, and a changed list of steps would be noticed."""

from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from activities.planning import Planning
from manoflow.domain.lcm import Ticket, VerdictKind
from tests.histories import chains
from tests.laws.preparing import OPERATIONS
from workflows.catalogue import Operation
from workflows.packages.onboard import OnboardVnfPackage
from workflows.parked import Parked
from workflows.sandbox import RUNNER
from workflows.vnf.instantiate import InstantiateVnf

FOLDER = Path(chains.__file__).parent
FILES = sorted(FOLDER.glob("*/*.json"))


def history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(file.stem, file.read_text())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
async def test_every_history_replays(file: Path) -> None:
    workflows: list[type] = [Parked, OnboardVnfPackage, *(operation.workflow for operation in OPERATIONS)]
    replayer = Replayer(workflows=workflows, workflow_runner=RUNNER, data_converter=pydantic_data_converter)
    await replayer.replay_workflow(history(file))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_operation_has_its_histories(operation: Operation) -> None:
    stories = {file.stem.split("-", 1)[1] for file in FILES if file.parent.name == operation.name}
    assert "completes-1" in stories
    parked = {f"fails-then-{verdict}-1" for verdict in (VerdictKind.RETRY, VerdictKind.FAIL)}
    assert parked <= stories or "fails-1" in stories  # without a step after STARTING it never waits for a verdict


def test_onboarding_has_its_histories() -> None:
    stories = {file.stem.split("-", 1)[1] for file in FILES if file.parent.name == OnboardVnfPackage.__name__}
    assert stories == {"fetched-1", "refused-1", "cancelled-1"}


@workflow.defn(name="InstantiateVnf")
class Changed(InstantiateVnf):
    """The operation with its plan made twice."""

    @workflow.run
    async def run(self, ticket: Ticket) -> str:  # noqa: ARG002 - the SDK wants what __init__ takes
        return await self.perform()

    async def steps(self) -> None:
        await self.do(Planning.plan_termination, self.ticket)
        await super().steps()


async def test_an_inserted_step_is_noticed() -> None:
    completes = next(file for file in FILES if file.parent.name == "InstantiateVnf" and "completes" in file.stem)
    replayer = Replayer(
        workflows=[Changed], workflow_runner=UnsandboxedWorkflowRunner(), data_converter=pydantic_data_converter
    )
    with pytest.raises(workflow.NondeterminismError, match="TMPRL1100"):
        await replayer.replay_workflow(history(completes))
