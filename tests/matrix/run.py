"""The kill matrix: ``python -m tests.matrix.run``. `make matrix` runs all of it, and run again what is still missing.

Results are appended to ``.matrix/sqlite.jsonl``; a cell that passed with the very code that is there now is skipped.
What a failed cell leaves is in ``.matrix/evidence``. It runs on a copy of the code, so that it may be edited meanwhile.
"""

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic

from tests.matrix.cells import Cell
from tests.matrix.processes import ROOT
from tests.matrix.results import CODE, Results, code_version
from tests.matrix.running import Matrix, batches
from tests.matrix.table import page, table, totals
from tests.postgres import MISSING, programs

COPY_OF = "MANOFLOW_MATRIX_COPY_OF"
"""Set where the runner runs on a copy: the folder that results go to."""
HERE = Path(os.environ.get(COPY_OF) or ROOT / ".matrix")
IGNORED = shutil.ignore_patterns("__pycache__")
STRIDE = 17
"""Batches between the beginnings of two days: no divisor that a list of batches is likely to have."""


def say(line: str) -> None:
    """To whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def run(asked: argparse.Namespace) -> bool:
    """Try what is asked for; answers whether every cell passed."""
    results, code = Results(HERE / f"{asked.record}.jsonl"), code_version()
    matrix = Matrix(HERE / "evidence" / asked.record, code, say, on_postgres=asked.record == "postgresql")
    if asked.record == "postgresql" and programs() is None:
        say(MISSING)
        return True
    async with contextlib.aclosing(matrix):
        cells = await matrix.learn()
        known = results.last()
        passed = {cell for cell, result in known.items() if result.ok and result.code == code and not asked.anew}
        todo = [cell for cell in cells if cell.id not in passed and _is_asked(cell, asked.only)]
        say(f"{len(cells)} cells, {len(todo)} to try (code {code})")
        failed = await _work(matrix, results, _turned(list(batches(todo)), asked.minutes), asked.minutes)
    known = results.last()
    say(f"{table(cells, known, code)}\n{totals(cells, known, code)}")
    if asked.page:
        asked.page.write_text(page(cells, known, code))
    return not failed


async def _work(matrix: Matrix, results: Results, todo: Sequence[list[Cell]], minutes: float | None) -> int:
    """How many failed."""
    begun, failed = monotonic(), 0
    for number, batch in enumerate(todo, start=1):
        if minutes is not None and monotonic() - begun > minutes * 60:
            say(f"{minutes:g} minutes are over: {len(todo) - number + 1} batches are left for another time")
            break
        outcome = await matrix.tried(batch)
        results.add(outcome)
        failed += sum(not result.ok for result in outcome)
        ok, seconds = sum(result.ok for result in outcome), sum(result.seconds for result in outcome)
        what = f"{batch[0].id} to {batch[-1].id}"
        say(f"[{number}/{len(todo)}] {what}: {ok}/{len(batch)} ok in {seconds:.0f} s")
    return failed


def _is_asked(cell: Cell, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(cell.id, pattern) for pattern in only)


def _turned(todo: list[list[Cell]], minutes: float | None) -> list[list[Cell]]:
    """Where the time is limited, every day begins elsewhere; so all of it is tried in the course of days."""
    if minutes is None or not todo:
        return todo
    first = datetime.now(UTC).date().toordinal() * STRIDE % len(todo)
    return [*todo[first:], *todo[:first]]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix.run", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="a cell's id, or a pattern of ids; may be repeated")
    parser.add_argument("--anew", action="store_true", help="try also what passed with this code")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes, and begin elsewhere every day")
    parser.add_argument("--record", choices=("sqlite", "postgresql"), default="sqlite", help="where the record is kept")
    parser.add_argument("--page", type=lambda path: Path(HERE.parent, path), help="write the page of the docs there")
    asked = parser.parse_args()
    if COPY_OF not in os.environ:
        sys.exit(_on_a_copy())
    sys.exit(0 if asyncio.run(run(asked)) else 1)


def _on_a_copy() -> int:
    """Run again, on a copy of the code."""
    with tempfile.TemporaryDirectory(prefix="manoflow-matrix-code-") as copy:
        for folder in (*CODE, "tests"):
            shutil.copytree(ROOT / folder, Path(copy) / folder, ignore=IGNORED, dirs_exist_ok=True)
        command = [sys.executable, "-m", "tests.matrix.run", *sys.argv[1:]]
        return subprocess.run(command, cwd=copy, env={**os.environ, COPY_OF: str(HERE)}, check=False).returncode


if __name__ == "__main__":
    main()
