"""The faults on the laboratory: ``python -m tests.lab.faults.run``. `make lab-full` runs all of them.

Results are appended to ``.matrix/lab.jsonl``; a cell that passed with the very code that is there now is skipped. With
``--minutes`` every day begins elsewhere, and the end tells what was tried and what was not.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from time import monotonic

from tests.lab import laboratory
from tests.lab.faults.trials import Laboratory, Trial, trials
from tests.matrix.processes import ROOT
from tests.matrix.results import Result, Results, code_version

HERE = ROOT / ".matrix"
TOLD = 600
"""Characters of what is wrong with a cell that the last lines repeat."""
STRIDE = 17
"""Trials between the beginnings of two days: no divisor that their number is likely to have."""


def say(line: str) -> None:
    """To whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def run(asked: argparse.Namespace) -> bool:
    """Try what is asked for; answers whether every cell passed."""
    laboratory.bring_up()
    results, code = Results(HERE / "lab.jsonl"), code_version()
    passed = {cell for cell, one in results.last().items() if one.ok and one.code == code and not asked.anew}
    tried: list[Result] = []
    async with contextlib.aclosing(Laboratory()) as lab:
        await lab.learn()
        todo = list(trials(lab.courses, lambda cell: cell not in passed and _is_asked(cell, asked.only)))
        begun = monotonic()
        for trial in _turned(todo, asked.minutes):
            if asked.minutes is not None and monotonic() - begun > asked.minutes * 60:
                break
            outcome = [replace(one, code=code) for one in await _timed(trial, lab)]
            results.add(outcome)
            tried += outcome
            _tell(outcome, f"{len(tried)} of {sum(len(one.ids) for one in todo)}")
            if not all(one.ok for one in outcome):
                await lab.aclose()
    _sum_up(tried, [cell for trial in todo for cell in trial.ids])
    return all(one.ok for one in tried)


async def _timed(trial: Trial, lab: Laboratory) -> list[Result]:
    begun = monotonic()
    outcome = await trial.on(lab)
    share = round((monotonic() - begun) / len(outcome), 2)
    return [replace(one, seconds=share) for one in outcome]


def _tell(outcome: Iterable[Result], how_far: str) -> None:
    for one in outcome:
        say(f"[{how_far}] {'ok' if one.ok else 'FAILED'} {one.cell} ({one.seconds:.0f} s)")
        for text in (*one.findings, *one.notes):
            say(f"    {text}")


def _sum_up(tried: Sequence[Result], asked_for: Sequence[str]) -> None:
    say(table(tried))
    there = {one.cell for one in tried}
    left = [cell for cell in asked_for if cell not in there]
    say(f"{len(tried)} cells tried, {sum(not one.ok for one in tried)} failed, {len(left)} not tried this time")
    for cell in left:
        say(f"  not tried: {cell}")
    for one in tried:
        if not one.ok:
            say(f"FAILED {one.cell}: {'; '.join(one.findings)[:TOLD]}")


def _is_asked(cell: str, only: Sequence[str]) -> bool:
    return not only or any(fnmatchcase(cell, pattern) for pattern in only)


def _turned(todo: list[Trial], minutes: float | None) -> list[Trial]:
    """Where the time is limited, every day begins elsewhere; so all of it is tried in the course of days."""
    if minutes is None or not todo:
        return todo
    first = datetime.now(UTC).date().toordinal() * STRIDE % len(todo)
    return [*todo[first:], *todo[:first]]


def table(tried: Iterable[Result]) -> str:
    """What was tried, in Markdown."""
    lines = ["| operation | at | struck by | came of it |", "| --- | --- | --- | --- |"]
    for one in tried:
        came = "; ".join(note for note in one.notes if not note.startswith("parked")) if one.ok else "FAILED"
        lines.append(f"| {one.operation} | {one.boundary}, {one.place} | {one.strike} | {came} |")
    return "\n".join(lines)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.faults.run", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="a cell's id, or a pattern of ids; may be repeated")
    parser.add_argument("--anew", action="store_true", help="try also what passed with this code")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes, and begin elsewhere every day")
    sys.exit(0 if asyncio.run(run(parser.parse_args())) else 1)


if __name__ == "__main__":
    main()
