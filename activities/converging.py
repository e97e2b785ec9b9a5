"""Making and removing a resource so that doing it twice, or half, or from two workers at once, ends in one, or in none.

Make: find by uid -> adopt, finish or replace what is there -> else create -> look again: of several that bear one
uid the oldest stays. Looking again is what a worker needs that slept between finding nothing and creating. Remove:
delete every match and wait until none is left. Both are the same for every kind of resource in every VIM.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from activities.watching import Watch
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import AlreadyExistsError, PermanentError, TemporaryError
from manoflow.domain.plan import Step
from manoflow.ports.vim import Resources

New = TypeVar("New", bound=NewResource)

SETTLED = frozenset({ResourceState.READY, ResourceState.HALF_MADE, ResourceState.BROKEN})
GOING = frozenset({ResourceState.BROKEN, ResourceState.DELETING})


async def make(resources: Resources[New], new: New, watch: Watch) -> VimResource:
    """Have exactly one READY resource for `new`.

    Raises `PermanentError` where the VIM says that it will never get ready, `TemporaryError` where it vanished
    meanwhile.
    """
    await _clear_away(resources, new, watch)
    kept, had_twins = await _one(resources, new)
    if kept.state is ResourceState.HALF_MADE:
        kept = await resources.finish(kept, new)
    if kept.state is ResourceState.READY:
        return kept
    ready = await watch.until(resources, new.vnf_instance_id, new.uid, _settled)
    return _ready(ready, new, had_twins=had_twins)


async def remove(resources: Resources[New], step: Step, watch: Watch) -> None:
    """Have no resource that bears the step's uid."""
    found = await resources.find(step.uid)
    for resource in found:
        await resources.delete(resource)
    if found and await resources.find(step.uid):
        await watch.until(resources, step.vnf_instance_id, step.uid, _none)


async def _clear_away(resources: Resources[New], new: New, watch: Watch) -> None:
    """Remove what an earlier attempt left broken, and wait for what is going already."""
    going = [resource for resource in await resources.find(new.uid) if resource.state in GOING]
    for resource in going:
        if resource.state is ResourceState.BROKEN:
            await resources.delete(resource)
    if going:
        await watch.until(resources, new.vnf_instance_id, new.uid, _none_going)


async def _one(resources: Resources[New], new: New) -> tuple[VimResource, bool]:
    """The one that stays, and whether there were others."""
    found = await resources.find(new.uid)
    if not found:
        try:
            found = [await resources.create(new)]
        except AlreadyExistsError:
            # Somebody was first, most likely another attempt of this very step: then it bears our uid.
            if not await resources.find(new.uid):
                raise
        found = await resources.find(new.uid) or found
    kept, *twins = sorted(found, key=_seniority)
    for twin in twins:
        await resources.delete(twin)
    return kept, bool(twins)


def _seniority(resource: VimResource) -> tuple[bool, datetime, str]:
    """The oldest first, but none that is on its way out before one that can stay."""
    return resource.state in GOING, resource.created_at, resource.vim_id


def _ready(seen: Sequence[VimResource], new: NewResource, *, had_twins: bool) -> VimResource:
    if not seen:
        message = f"cannot find {new.name} ({new.uid}) any more: it vanished while it was being made"
        raise TemporaryError(message)
    first = min(seen, key=_seniority)
    if first.state is ResourceState.HALF_MADE:
        message = f"cannot finish {new.name} ({first.vim_id}): a part of it is still missing"
        raise TemporaryError(message)
    if first.state is ResourceState.BROKEN and had_twins:
        # Two servers that claimed the same ports can take them from each other: the next attempt makes a new one.
        message = f"cannot keep {new.name} ({first.vim_id}): it was broken by a twin that is gone"
        raise TemporaryError(message)
    if first.state is ResourceState.BROKEN:
        message = (
            f"cannot make {new.name} ({first.vim_id}): {first.detail or 'the VIM reports an error without a reason'}"
        )
        raise PermanentError(message)
    return first


def _settled(seen: Sequence[VimResource]) -> bool:
    return not seen or all(resource.state in SETTLED for resource in seen)


def _none(seen: Sequence[VimResource]) -> bool:
    return not seen


def _none_going(seen: Sequence[VimResource]) -> bool:
    return not any(resource.state in GOING for resource in seen)
