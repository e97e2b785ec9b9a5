"""What reading packages costs: ``python -m bench.onboarding``. Prints tables, and writes every figure as JSON.

Right packages: our examples, and those made by others that are accepted (where MANOFLOW_ETSI is set). Hostile ones:
bombs, and bytes changed anywhere (`bench.hostile`). Each is read in processes of its own (`bench.reading`).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.engine import machine
from bench.hostile import Fuzzed, bombs, fuzz
from bench.reading import Cost, Reading
from descriptors.packing import pack
from tests.descriptors.test_samples import ACCEPTED
from tests.packages import EXAMPLE_NAMES, example_package

COLD, WARM = 1.5, 0.05
"""Goals: seconds beyond unzipping, of loading and the first reading together, and of a further reading."""


def main() -> None:
    """Measure, show, write."""
    asked = _arguments()
    console = Console()
    figures: dict[str, Any] = {"machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    with tempfile.TemporaryDirectory(prefix="manoflow-bench-") as folder:
        right = {name: _read(file, asked) for name, file in _packages(Path(folder), console)}
        console.print(right_table(right))
        hostile = {name: _read(file, asked) for name, file in _bombs(Path(folder))}
        console.print(bomb_table(hostile))
    fuzzed = fuzz(asked.fuzzed)
    console.print(fuzz_table(fuzzed))
    figures |= {"right": _plain(right), "bombs": _plain(hostile), "fuzzed": asdict(fuzzed)}
    asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    console.print(f"written to {asked.json}; load was {figures['machine']['load']} when it began")


def _packages(folder: Path, console: Console) -> Iterator[tuple[str, Path]]:
    for name in EXAMPLE_NAMES:
        yield name, example_package(name, folder)
    etsi = os.environ.get("MANOFLOW_ETSI")
    if not etsi:
        console.print("MANOFLOW_ETSI is not set: no packages made by others, only our examples are measured")
        return
    for sample in ACCEPTED:
        source = Path(etsi) / "samples" / sample.file
        yield sample.file, source if source.is_file() else pack(source, folder / f"{source.name}.csar")


def _bombs(folder: Path) -> Iterator[tuple[str, Path]]:
    for number, (name, build) in enumerate(bombs().items()):
        here = folder / str(number)
        here.mkdir()
        yield name, build(here)


def _read(package: Path, asked: argparse.Namespace) -> Reading:
    """The medians of some processes."""
    return _medians([_process(package, asked.rounds) for _ in range(asked.processes)])


def _process(package: Path, rounds: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.reading", str(package), str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 - ourselves
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _medians(figures: Sequence[dict[str, Any]]) -> Reading:
    def cost(name: str) -> Cost:
        return Cost(*(median(one[name][kind] for one in figures) for kind in ("seconds", "cpu")))

    first = figures[0]
    return Reading(
        loading=cost("loading"),
        first=cost("first"),
        peak_mib=median(one["peak_mib"] for one in figures),
        refused=first["refused"],
        **{name: cost(name) for name in ("unzip", "again", "known") if first[name]},
    )


def _plain(readings: dict[str, Reading]) -> dict[str, Any]:
    return {name: asdict(reading) for name, reading in readings.items()}


def right_table(readings: dict[str, Reading]) -> Table:
    """The first reading and those after it."""
    table = Table(
        *("package", "loading", "first", f"cold, together (goal < {COLD * 1000:.0f})"),
        *("again, parsed anew", f"again (goal < {WARM * 1000:.0f})", "of each: unzip", "first, MiB"),
        title="Reading a package: ms, in brackets of CPU; goals are beyond unzip",
    )
    for name, one in readings.items():
        if one.unzip is None or one.again is None or one.known is None:
            raise SystemExit(f"cannot measure {name}: it is refused: {one.refused}")
        cold = Cost(one.loading.seconds + one.first.seconds, one.loading.cpu + one.first.cpu)
        costs = (one.loading, one.first, cold, one.again, one.known, one.unzip)
        table.add_row(name, *map(_milliseconds, costs), f"{one.peak_mib:.0f}")
    return table


def bomb_table(readings: dict[str, Reading]) -> Table:
    """The first reading of each."""
    table = Table("package", "ms (CPU)", "MiB", "refused", title="Bombs: ms, and by how much memory rose")
    for name, one in readings.items():
        said = (one.refused or "no").removeprefix("cannot read the package: ")
        table.add_row(name, _milliseconds(one.first), f"{one.peak_mib:.1f}", said[:60])
    return table


def fuzz_table(fuzzed: Fuzzed) -> Table:
    """Of all."""
    table = Table("median, ms", "longest", "together, s", title=f"{fuzzed.packages} packages changed anywhere")
    table.add_row(f"{fuzzed.median * 1000:.1f}", f"{fuzzed.longest * 1000:.1f}", f"{fuzzed.together:.1f}")
    return table


def _milliseconds(cost: Cost) -> str:
    return f"{cost.seconds * 1000:.1f} ({cost.cpu * 1000:.1f})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=5, help="for each package")
    parser.add_argument("--rounds", type=int, default=9, help="further readings in each process")
    parser.add_argument("--fuzzed", type=int, default=2000, help="packages changed anywhere")
    parser.add_argument("--json", type=Path, default=Path("bench-onboarding.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
