"""Steps of one stage side by side: all are let settle, whatever becomes of their siblings."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from activities.observing import Observing
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.diff import Action
from manoflow.domain.plan import StageRef, Step
from manoflow.domain.timing import Timings
from workflows.interruption import Interruption, StoppedError
from workflows.performing import Activity, perform, reason
from workflows.recording import Recording, entry_of, title

PARALLEL_STEPS = 50
"""Steps of one operation that run at once."""


@dataclass(frozen=True)
class Outcome:
    """What became of the steps; those that an interruption kept from beginning are in neither."""

    done: tuple[tuple[Step, VimResource | None], ...]
    failed: tuple[Step, ...]
    """Failed for good, or stopped: they may have taken effect all the same."""
    failures: tuple[str, ...]
    """Why, for each that failed and was not stopped."""


class NotBegunError(Exception):
    """The operation was asked to stop before this step began."""


async def settle(
    activity: Activity[Step, VimResource | None],
    steps: Sequence[Step],
    timings: Timings,
    interruption: Interruption | None = None,
) -> Outcome:
    """Have the activity done for each step. A failed activity is an outcome; anything else is a bug and is raised.

    Without `interruption` nothing stops it.
    """
    gate = asyncio.Semaphore(PARALLEL_STEPS)

    async def one(step: Step) -> VimResource | None:
        async with gate:
            if interruption is None:
                return await perform(activity, step, key=step.key, timings=timings, summary=title(step))
            if interruption.halts:
                raise NotBegunError
            stoppable = perform(activity, step, key=step.key, timings=timings, summary=title(step))
            return await interruption.attend(stoppable)

    results = await asyncio.gather(*(one(step) for step in steps), return_exceptions=True)
    return _outcome(steps, results)


def _outcome(steps: Sequence[Step], results: Sequence[VimResource | BaseException | None]) -> Outcome:
    done: list[tuple[Step, VimResource | None]] = []
    failed: list[Step] = []
    failures: list[str] = []
    for step, result in zip(steps, results, strict=True):
        if isinstance(result, ActivityError):
            failed.append(step)
            failures += [] if is_cancelled_exception(result) else [reason(result)]
        elif isinstance(result, StoppedError):
            failed.append(step)
        elif not isinstance(result, BaseException):
            done.append((step, result))
        elif not isinstance(result, NotBegunError):
            raise result
    return Outcome(done=tuple(done), failed=tuple(failed), failures=tuple(failures))


async def take_stock(stage: StageRef, steps: Sequence[Step], recording: Recording) -> None:
    """Record what came of steps that failed, were stopped or were lost: whatever is decided, the record is the world.

    What a creation left has an owner; where the VIM cannot be asked a resource of state UNKNOWN is recorded, so that
    nobody takes it for nothing. What a deletion took away is done.
    """
    outcome = await settle(Observing.look, steps, recording.timings)
    if stage.action is Action.DELETE:
        deleted = [entry_of(stage, step, None) for step, resource in outcome.done if resource is None]
        await recording.write(done=deleted, summary=f"{stage.name}: {len(deleted)} gone by steps that did not end")
        return
    seen = outcome.done if stage.action is Action.UPDATE else _with_unseen(outcome)
    left = [entry_of(stage, step, resource) for step, resource in seen if resource is not None]
    gone = [entry_of(stage, step, None) for step, resource in seen if resource is None]
    await recording.write(left=left, struck=gone, summary=f"{stage.name}: {len(left)} left by steps that did not end")


async def take_stock_of_undoing(stage: StageRef, steps: Sequence[Step], recording: Recording) -> None:
    """The same for undos that make or change something: what they left is recorded, and what they undid stays done."""
    if stage.action is Action.CREATE:
        return
    remade = {"action": Action.CREATE} if stage.action is Action.DELETE else {}
    looked_for = [step.model_copy(update=remade) for step in steps]
    seen = _with_unseen(await settle(Observing.look, looked_for, recording.timings))
    left = [entry_of(stage, step, resource) for step, resource in seen if resource is not None]
    await recording.write(left=left, summary=f"undo {stage.name}: {len(left)} left by steps that did not end")


def _with_unseen(outcome: Outcome) -> list[tuple[Step, VimResource | None]]:
    """What was seen, and of each that could not be looked at that nobody knows."""
    unseen = zip(outcome.failed, outcome.failures, strict=True)
    return [*outcome.done, *((step, _unknown(step, why)) for step, why in unseen)]


def _unknown(step: Step, why: str) -> VimResource:
    return VimResource(
        uid=step.uid,
        vim_id="",
        name=title(step),
        state=ResourceState.UNKNOWN,
        created_at=workflow.now(),
        detail=why,
    )
