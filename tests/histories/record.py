"""Record the histories of every workflow for the present release: ``make record``.

``python -m tests.histories.record OnboardVnfPackage`` records those of one workflow type alone.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.common import SearchAttributeKey
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from manoflow.adapters.execution.client import SEARCH_ATTRIBUTES
from manoflow.adapters.execution.temporal import ONBOARDING
from manoflow.adapters.records import migrate
from tests.histories import onboardings
from tests.histories.chains import chain
from tests.histories.stories import told
from tests.laws.preparing import OPERATIONS
from tests.onboarding.uploads import PORTS
from tests.stand import Stand, stand
from tests.striking import Striking

RELEASE = "0.1.0"
HERE = Path(__file__).parent


async def main(wanted: Collection[str]) -> None:
    """Tell every story on a fresh stand, and write down what Temporal remembers of it."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.prefix) / "bin" / "temporal"),
        search_attributes=[SearchAttributeKey.for_keyword(name) for name in SEARCH_ATTRIBUTES],
    ) as environment:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/records.db"
            await migrate(url)
            async with stand(environment.client, Path(folder), url) as bench:
                await _record(bench, wanted, Path(folder))


async def _record(bench: Stand, wanted: Collection[str], folder: Path) -> None:
    striking = Striking()
    async with bench.working(striking, packages=PORTS):
        for operation in (one for one in OPERATIONS if one.name in wanted or not wanted):
            for story, occurrence in await told(bench, operation, striking):
                workflow_id = f"vnf/{occurrence.vnf_instance_id}"
                runs = await chain(bench.client, workflow_id, str(occurrence.first_execution_run_id))
                _write(operation.name, story, runs)
        if ONBOARDING in wanted or not wanted:
            async for story, workflow_id in onboardings.told(bench, striking, folder):
                _write(ONBOARDING, story, [await bench.client.get_workflow_handle(workflow_id).fetch_history()])


def _write(workflow: str, story: str, runs: Sequence[WorkflowHistory]) -> None:
    for number, history in enumerate(runs, start=1):
        file = HERE / workflow / f"{RELEASE}-{story}-{number}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(_without_the_machine(history.to_json()))


def _without_the_machine(recorded: str) -> str:
    """Leave out what tells only where it was recorded: stack traces with paths, and the worker's name."""
    history = json.loads(recorded, object_hook=_cleaned)
    return json.dumps(history, separators=(",", ":"), sort_keys=True) + "\n"


def _cleaned(value: dict[str, object]) -> dict[str, object]:
    kept = {name: part for name, part in value.items() if name != "stackTrace"}
    return {**kept, "identity": "worker"} if "identity" in kept else kept


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
