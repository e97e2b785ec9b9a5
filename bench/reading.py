"""What reading one package costs: ``python -m bench.reading FILE ROUNDS`` is the process of its own that this takes.

It imports nothing before the clock runs. `bench.onboarding` starts it and reads the JSON that it writes.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

KIB_IN_MIB = 1024

T = TypeVar("T")


@dataclass(frozen=True)
class Cost:
    """Of one call, or the medians of many."""

    seconds: float
    cpu: float
    """Seconds of this process."""


@dataclass(frozen=True)
class Reading:
    """What a package costs."""

    loading: Cost
    """The import of the reader and all it needs, by an interpreter that has nothing loaded."""
    first: Cost
    """The first reading in the process: caches are filled, of SOL001's types among others."""
    peak_mib: float
    """By how much resident memory rose in it, at most."""
    refused: str | None = None
    """Why; then there are no further figures."""
    unzip: Cost | None = None
    """Opening the package and unpacking each of its files once: part of each reading."""
    again: Cost | None = None
    """A further reading that knows nothing of those before."""
    known: Cost | None = None
    """A further reading by the reader of the processes: it has parsed the package before."""


def measured(package: Path, rounds: int) -> Reading:
    """Read it, first and again."""
    reading, loading = _timed(lambda: import_module("manoflow.runtime.reading"))
    errors = import_module("manoflow.domain.errors")
    before = _reset_peak()
    refused, first = _timed(lambda: _refusal(reading, errors, package))
    peak = (_kib("VmHWM") - before) / KIB_IN_MIB
    if refused:
        return Reading(loading, first, peak, refused)
    knowing = reading.reader(reading.PackageSettings())
    knowing(package)
    return Reading(
        loading=loading,
        first=first,
        peak_mib=peak,
        unzip=_median(lambda: _unzip(package), rounds),
        again=_median(lambda: reading.read_package(package), rounds),
        known=_median(lambda: knowing(package), rounds),
    )


def _refusal(reading: Any, errors: Any, package: Path) -> str | None:  # noqa: ANN401 - modules, imported late
    try:
        reading.read_package(package)
    except errors.InvalidInputError as error:
        return str(error.message)
    return None


def _unzip(package: Path) -> None:
    with import_module("descriptors.sol004.csar").open_csar(package) as csar:
        for name in csar.archive.names:
            for _ in csar.archive.chunks(name):
                pass


def _timed(call: Callable[[], T]) -> tuple[T, Cost]:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = call()
    return answer, Cost(time.perf_counter() - wall, time.process_time() - cpu)


def _median(call: Callable[[], object], rounds: int) -> Cost:
    costs = [_timed(call)[1] for _ in range(rounds)]
    return Cost(median(cost.seconds for cost in costs), median(cost.cpu for cost in costs))


def _reset_peak() -> int:
    """Have the kernel measure the peak anew; gives the KiB that are resident now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _kib("VmRSS")


def _kib(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(f"{name}:")).split()[1])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measured(Path(sys.argv[1]), int(sys.argv[2])))))
