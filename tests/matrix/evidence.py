"""What a cell that failed leaves to be read: histories, logs, record and cloud of its VNF instance."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile, copytree

from manoflow.adapters.vim.fake.ledger import journal
from tests.matrix.case import Case
from tests.matrix.cells import Cell
from tests.matrix.judging import announced, scene
from tests.matrix.stack import Stack


async def keep(case: Case, folder: Path) -> Path:
    """Write it all into a folder of the cell's own; answers the folder."""
    kept = _folder_of(case.cell, folder)
    (kept / "findings.txt").write_text("\n".join([case.cell.id, *case.findings, ""]))
    (kept / "cloud.json").write_text(json.dumps(await _cloud(case), indent=1, default=str))
    (kept / "record.json").write_text(json.dumps(await _record(case), indent=1, default=str))
    for log in case.stack.settings.log.iterdir():
        if log.name.startswith("temporal"):
            copyfile(log, kept / log.name)
        else:
            lines = [line for line in log.read_text(errors="replace").splitlines() if _is_about(line, case)]
            (kept / log.name).write_text("\n".join(lines))
    async for name, text in _histories(case):
        (kept / name).write_text(text)
    return kept


def keep_logs(cell: Cell, broken: Stack | None, folder: Path) -> Path:
    """Keep the logs of a stack on which nothing more can be asked."""
    kept = _folder_of(cell, folder)
    if broken is not None:
        copytree(broken.settings.log, kept, dirs_exist_ok=True)
    return kept


def _folder_of(cell: Cell, folder: Path) -> Path:
    kept = folder / cell.id.replace("/", "-")
    kept.mkdir(parents=True, exist_ok=True)
    return kept


def _is_about(line: str, case: Case) -> bool:
    """Of this instance, or of none and so perhaps of all."""
    return str(case.instance.id) in line or "vnfInstanceId" not in line


async def _cloud(case: Case) -> dict[str, object]:
    bench = case.stack.stand
    calls = [entry for entry in journal(bench.world) if entry.name.startswith(case.instance.short_name)]
    now = await scene(bench, case.instance)
    return {"now": now.world, "before": case.before.world, "recorded": now.recorded, "calls": calls}


async def _record(case: Case) -> dict[str, object]:
    bench = case.stack.stand
    occurrences = await bench.records.occurrences(case.instance.id)
    return {
        "instance": (await bench.records.instance(case.instance.id)).model_dump(mode="json"),
        "occurrences": [one.model_dump(mode="json") for one in occurrences],
        "announced": {str(one.id): await announced(bench, one.id) for one in occurrences},
    }


async def _histories(case: Case) -> AsyncIterator[tuple[str, str]]:
    bench = case.stack.stand
    runs = [one async for one in bench.client.list_workflows(f"WorkflowId = '{case.workflow_id}'")]
    for number, run in enumerate(sorted(runs, key=lambda run: run.start_time)):
        history = await bench.client.get_workflow_handle(case.workflow_id, run_id=run.run_id).fetch_history()
        yield f"history-{number}-{run.workflow_type}.json", history.to_json()
