"""Making and removing a resource so that doing it twice, or half, or from two workers at once, ends in one, or in none.

Make: find by uid -> adopt, finish or replace what is there -> else create -> look again: of several that bear one
uid the oldest stays. Looking again is what a worker needs that was frozen inside its create; one that was frozen before
does not begin it (`activities.awake`). Remove: delete every match and wait until none is left. Both are the same for
every kind of resource in every VIM.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from activities.awake import require_awake
from activities.watching import Watch
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import AlreadyExistsError, ManoError, NotFoundError, PermanentError, TemporaryError
from manoflow.domain.plan import Step
from manoflow.ports.vim import Resources

New = TypeVar("New", bound=NewResource)
T = TypeVar("T")

SETTLED = frozenset({ResourceState.READY, ResourceState.HALF_MADE, ResourceState.BROKEN})
GOING = frozenset({ResourceState.BROKEN, ResourceState.DELETING})


async def make(resources: Resources[New], new: New, watch: Watch) -> VimResource:
    """Have exactly one READY resource for `new`.

    Raises `PermanentError` where the VIM says that it will never get ready, `TemporaryError` where it vanished
    meanwhile.
    """
    kept, had_twins = await _one(resources, new, await _cleared(resources, new, watch))
    kept = await _settled(resources, new, kept, watch)
    if kept.state is ResourceState.HALF_MADE:
        kept = await _settled(resources, new, await _finished(resources, new, kept), watch)
    return _ready(kept, new, had_twins=had_twins)


async def remove(resources: Resources[New], step: Step, watch: Watch) -> None:
    """Have no resource that bears the step's uid.

    Raises `TemporaryError` where one cannot be deleted now, or is still there though no list shows it.
    """
    found = await resources.find_for_certain(step.uid)
    await _delete(resources, found)
    if found and await resources.find(step.uid):
        await watch.until(resources, step.vnf_instance_id, step.uid, _none)
        if left := await resources.find(step.uid):
            ids = ", ".join(resource.vim_id for resource in left)
            message = f"cannot see the last of {step.key} ({step.uid}) yet: {ids} is still there"
            raise TemporaryError(message)


async def _cleared(resources: Resources[New], new: New, watch: Watch) -> Sequence[VimResource]:
    """What is there; what an earlier attempt left broken is removed before, and what is going already waited for."""
    found = await resources.find(new.uid)
    going = [resource for resource in found if resource.state in GOING]
    if not going:
        return found
    await _delete(resources, [resource for resource in going if resource.state is ResourceState.BROKEN])
    await watch.until(resources, new.vnf_instance_id, new.uid, _none_going)
    return await resources.find(new.uid)


async def _one(resources: Resources[New], new: New, there: Sequence[VimResource]) -> tuple[VimResource, bool]:
    """The one that stays, and whether there were others."""
    if there:
        return await _oldest(resources, new)
    try:
        await _create(resources, new)
        return await _oldest(resources, new)
    except asyncio.CancelledError:
        # Whoever has this step now may have looked for the last time before this create took effect.
        with suppress(ManoError):
            await _undisturbed(_oldest(resources, new))
        raise


async def _create(resources: Resources[New], new: New) -> None:
    require_awake()
    try:
        await resources.create(new)
    except AlreadyExistsError:
        # Somebody was first, most likely another attempt of this very step: then it bears our uid.
        if not await resources.find(new.uid):
            raise


async def _oldest(resources: Resources[New], new: New) -> tuple[VimResource, bool]:
    """Look, and delete all but the oldest."""
    found = sorted(await resources.find(new.uid), key=_seniority)
    if not found:
        raise _vanished(new)
    kept, *twins = found
    await _delete(resources, twins)
    return kept, bool(twins)


async def _undisturbed(work: Coroutine[object, object, T]) -> T:
    """Clean up after a cancellation, whatever further ones arrive meanwhile: a sleeper's own limit, then Temporal's."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    return task.result()


async def _settled(resources: Resources[New], new: New, kept: VimResource, watch: Watch) -> VimResource:
    """What became of it, once the VIM has ceased to work on it."""
    if kept.state in SETTLED:
        return kept
    seen = await watch.until(resources, new.vnf_instance_id, new.uid, _best_is_settled)
    # What is not finished may not be listed with its VNF instance yet.
    seen = seen or await resources.find(new.uid)
    if not seen:
        raise _vanished(new)
    best = min(seen, key=_seniority)
    if best.state not in SETTLED:
        message = f"cannot use {new.name} ({best.vim_id}) yet: it is {best.state} and not listed with its VNF instance"
        raise TemporaryError(message)
    return best


async def _finished(resources: Resources[New], new: New, half_made: VimResource) -> VimResource:
    require_awake()
    try:
        return await resources.finish(half_made, new)
    except NotFoundError as error:
        # Else it was a twin that somebody else has deleted: of two with one age it may not be seen at once which stays.
        if any(one.vim_id == half_made.vim_id and one.state not in GOING for one in await resources.find(new.uid)):
            raise
        raise _vanished(new) from error


async def _delete(resources: Resources[New], doomed: Sequence[VimResource]) -> None:
    """Delete each of them, even when one of them cannot be deleted now; that is raised afterwards."""
    busy: list[TemporaryError] = []
    for resource in doomed:
        try:
            await resources.delete(resource)
        except TemporaryError as error:
            busy.append(error)
    if busy:
        raise busy[0]


def _seniority(resource: VimResource) -> tuple[bool, datetime, str]:
    """The oldest first, but none that is on its way out before one that can stay."""
    return resource.state in GOING, resource.created_at, resource.vim_id


def _ready(kept: VimResource, new: NewResource, *, had_twins: bool) -> VimResource:
    if kept.state is ResourceState.HALF_MADE:
        message = f"cannot finish {new.name} ({kept.vim_id}): a part of it is still missing"
        raise TemporaryError(message)
    if kept.state is ResourceState.BROKEN and had_twins:
        # Two servers that claimed the same ports can take them from each other: the next attempt makes a new one.
        message = f"cannot keep {new.name} ({kept.vim_id}): it was broken by a twin that is gone"
        raise TemporaryError(message)
    if kept.state is ResourceState.BROKEN:
        message = (
            f"cannot make {new.name} ({kept.vim_id}): {kept.detail or 'the VIM reports an error without a reason'}"
        )
        raise PermanentError(message)
    return kept


def _vanished(new: NewResource) -> TemporaryError:
    return TemporaryError(f"cannot find {new.name} ({new.uid}) any more: it vanished while it was being made")


def _best_is_settled(seen: Sequence[VimResource]) -> bool:
    return not seen or min(seen, key=_seniority).state in SETTLED


def _none(seen: Sequence[VimResource]) -> bool:
    return not seen


def _none_going(seen: Sequence[VimResource]) -> bool:
    return not any(resource.state in GOING for resource in seen)
