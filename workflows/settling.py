"""Steps of one stage side by side: all are let settle, whatever becomes of their siblings."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.exceptions import ActivityError

from activities.observing import Observing
from manoflow.domain.cloud import ResourceState, VimResource
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
    failed: tuple[Step, ...]
    failures: tuple[str, ...]
    """Why, for each that failed."""


async def settle(activity: Activity[Step, VimResource | None], steps: Sequence[Step], timings: Timings) -> Outcome:
    """Have the activity done for each step. A failed activity is an outcome; anything else is a bug and is raised."""
    gate = asyncio.Semaphore(PARALLEL_STEPS)

    async def one(step: Step) -> VimResource | None:
        async with gate:
            return await perform(activity, step, key=step.key, timings=timings, summary=title(step))

    results = await asyncio.gather(*(one(step) for step in steps), return_exceptions=True)
    done: list[tuple[Step, VimResource | None]] = []
    failed: list[tuple[Step, str]] = []
    for step, result in zip(steps, results, strict=True):
        if isinstance(result, ActivityError):
            failed.append((step, reason(result)))
        elif isinstance(result, BaseException):
            raise result
        else:
            done.append((step, result))
    return Outcome(done=tuple(done), failed=tuple(step for step, _ in failed), failures=tuple(why for _, why in failed))


async def left_behind(steps: Sequence[Step], timings: Timings, at: datetime) -> list[tuple[Step, VimResource | None]]:
    """What failed creations left: a failed step may have made something all the same.

    Where the VIM cannot be asked the answer is a resource of state UNKNOWN, so that nobody takes it for nothing.
    """
    outcome = await settle(Observing.look, steps, timings)
    unseen = zip(outcome.failed, outcome.failures, strict=True)
    return [*outcome.done, *((step, _unknown(step, why, at)) for step, why in unseen)]


def _unknown(step: Step, why: str, at: datetime) -> VimResource:
    return VimResource(
        uid=step.uid, vim_id="", name=title(step), state=ResourceState.UNKNOWN, created_at=at, detail=why
    )
