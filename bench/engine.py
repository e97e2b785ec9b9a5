"""What the engine costs: ``python -m bench.engine``. Prints tables, and writes every figure as JSON.

Three parts, each by itself where it is named: `rate` (beside bare activities), `kill` (a worker's SIGKILL), `memory`.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.footprint import Footprint, footprint
from bench.kills import StoodStill, stood_still
from bench.stage import stage
from bench.throughput import Compared, compared
from manoflow.domain.packages import VnfPackage
from manoflow.runtime.logs import log_to_stderr
from tests.crowds.tiny_vnf import tiny_package
from tests.postgres import programs, server
from tests.sizes.many_vnfcs import package_of_size

PARTS = ("rate", "kill", "memory")
VNFCS = 10
GOALS = {"rate": 0.8, "kill": 5.0, "memory": 700.0}
"""Of the bare rate; seconds; MiB."""


def main() -> None:
    """Run the parts that are asked for."""
    asked = _arguments()
    console = Console()
    figures: dict[str, Any] = {"machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with tempfile.TemporaryDirectory(prefix="manoflow-bench-") as folder, _logging_to(Path(folder) / "bench.log"):
        for part in asked.parts or PARTS:
            here = Path(folder) / part
            here.mkdir()
            figures[part] = asyncio.run(RUN[part](asked, here, console))
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    console.print(f"written to {asked.json}; load was {figures['machine']['load']} when it began")


async def _rates(asked: argparse.Namespace, folder: Path, console: Console) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("SQLite", "PostgreSQL"):
        here = folder / name
        here.mkdir()
        with _database(name) as url:
            if url is None:
                console.print("PostgreSQL is not installed: the record is measured on SQLite only")
                continue
            async with stage(here, url) as built:
                vnfs: tuple[tuple[str, VnfPackage, int], ...] = (
                    ("1 VNFC", tiny_package(), asked.vnfs),
                    (f"{VNFCS} VNFCs", package_of_size(VNFCS), max(2, asked.vnfs // 4)),
                )
                results = [
                    await compared(built, vnf, package, vnfs=count, rounds=asked.rounds) for vnf, package, count in vnfs
                ]
        console.print(*(rate_table(name, result) for result in results))
        found[name] = [result.model_dump() for result in results]
    return found


async def _kills(asked: argparse.Namespace, folder: Path, console: Console) -> dict[str, Any]:
    result = await stood_still(folder, asked.kills)
    console.print(kill_table(result))
    return result.model_dump()


async def _memory(asked: argparse.Namespace, folder: Path, console: Console) -> dict[str, Any]:
    result = await footprint(folder, asked.operations)
    console.print(memory_table(result))
    return result.model_dump()


RUN = {"rate": _rates, "kill": _kills, "memory": _memory}


def rate_table(record: str, result: Compared) -> Table:
    """One package on one database."""
    table = Table("", "engine", "bare", "of bare", title=f"{result.vnf}, record on {record}")
    rate, seconds = result.per_second, result.seconds
    cpu = result.cpu_seconds
    counts = {name: sum(count.values()) for name, count in result.activities.items()}
    table.add_row("operations/s", f"{rate.engine:.1f}", f"{rate.bare:.1f}", f"{rate.rate:.2f} (goal {GOALS['rate']})")
    table.add_row("s/operation", f"{seconds.engine:.3f}", f"{seconds.bare:.3f}", f"{seconds.rate:.2f}")
    table.add_row("CPU ms/operation", f"{cpu.engine * 1000:.0f}", f"{cpu.bare * 1000:.0f}", f"{cpu.rate:.2f}")
    for name, count in counts.items():
        table.add_row(f"activities of {name}", str(count), str(count), "")
    return table


def kill_table(result: StoodStill) -> Table:
    """Both figures."""
    table = Table("after SIGKILL, seconds", "median", "longest", title=f"{len(result.again)} kills, two workers")
    rows = zip(("the step is begun again", "the next step is begun"), result.medians(), result.longest(), strict=True)
    for what, middle, longest in rows:
        table.add_row(f"{what} (goal < {GOALS['kill']:.0f})", f"{middle:.2f}", f"{longest:.2f}")
    return table


def memory_table(result: Footprint) -> Table:
    """Every process."""
    table = Table("MiB", "at the start", f"after {result.operations} operations", title="`manoflow up`")
    for name, resident in result.after.items():
        table.add_row(name, f"{result.before[name]:.0f}", f"{resident:.0f}")
    goal = f"{result.total:.0f} (goal < {GOALS['memory']:.0f})"
    table.add_row("together", f"{sum(result.before.values()):.0f}", goal)
    return table


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "cpus": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


@contextlib.contextmanager
def _database(name: str) -> Iterator[str | None]:
    """A URL: empty for an SQLite file in the home; None where the database is not there."""
    found = programs()
    if name == "SQLite":
        yield ""
    elif found is None:
        yield None
    else:
        with server(found) as running:
            yield running.url(running.create())


@contextlib.contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """Log as a worker does, into a file as a worker's log is."""
    with file.open("w") as log, contextlib.redirect_stderr(log):
        log_to_stderr("bench", "info")
        yield


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", dest="parts", choices=PARTS, help="may be repeated; default all")
    parser.add_argument("--vnfs", type=int, default=40, help="VNFs side by side (a quarter where they are large)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of engine and bare")
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--operations", type=int, default=200, help="before memory is looked at")
    parser.add_argument("--json", type=Path, default=Path("bench-engine.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
