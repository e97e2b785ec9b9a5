"""Every workflow loads in the sandbox, without any server."""

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from manoflow.domain.lcm import LcmOperationType
from workflows.catalogue import operations
from workflows.packages.onboard import OnboardVnfPackage
from workflows.parked import Parked
from workflows.sandbox import RUNNER


def test_the_sandbox_loads_every_workflow() -> None:
    found = [operation.workflow for operation in operations()]
    assert {workflow.operation for workflow in found} >= {LcmOperationType.INSTANTIATE, LcmOperationType.TERMINATE}
    workflows = [Parked, OnboardVnfPackage, *found]
    Replayer(workflows=workflows, workflow_runner=RUNNER, data_converter=pydantic_data_converter)


def test_every_request_gives_an_example_that_it_accepts() -> None:
    for operation in operations():
        for example in operation.request.model_json_schema()["examples"]:
            operation.request.model_validate(example)
