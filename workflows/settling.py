"""Steps of one stage side by side: all are let settle, whatever becomes of their siblings."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio.exceptions import ActivityError

from manoflow.domain.cloud import VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import Timings
from workflows.performing import Activity, perform, reason
from workflows.recording import title

PARALLEL_STEPS = 50
"""Steps of one operation that run at once."""


@dataclass(frozen=True)
class Outcome:
    """What became of the steps."""

    done: tuple[tuple[Step, VimResource | None], ...]
    failures: tuple[str, ...]


async def settle(activity: Activity[Step, VimResource | None], steps: Sequence[Step], timings: Timings) -> Outcome:
    """Have the activity done for each step. A failed activity is an outcome; anything else is a bug and is raised."""
    gate = asyncio.Semaphore(PARALLEL_STEPS)

    async def one(step: Step) -> VimResource | None:
        async with gate:
            return await perform(activity, step, key=step.key, timings=timings, summary=title(step))

    results = await asyncio.gather(*(one(step) for step in steps), return_exceptions=True)
    done: list[tuple[Step, VimResource | None]] = []
    failures: list[str] = []
    for step, result in zip(steps, results, strict=True):
        if isinstance(result, ActivityError):
            failures.append(reason(result))
        elif isinstance(result, BaseException):
            raise result
        else:
            done.append((step, result))
    return Outcome(done=tuple(done), failures=tuple(failures))
