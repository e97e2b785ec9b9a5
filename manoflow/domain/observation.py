"""What a look at a VIM found of a VNF instance, held against what is recorded.

`activities.observing` looks, `manoflow.domain.targets.heal` replaces what is not well.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.identity import Kind
from manoflow.domain.resources import Resource
from manoflow.domain.topology import VnfcElement

Seen = Mapping[Kind, Sequence[VimResource]]
"""What is there, by kind."""


class Condition(StrEnum):
    """How a recorded resource is."""

    WELL = "well"
    """It is as it should be, or the VIM is working on it."""
    DEGRADED = "degraded"
    """It is there, and not as it should be."""
    VANISHED = "vanished"
    """It is not there."""


def conditions(recorded: Iterable[Resource], seen: Seen) -> dict[str, Condition]:
    """The condition of each recorded place."""
    return {row.key: _condition(row, seen.get(row.kind, ())) for row in recorded}


def _condition(row: Resource, seen: Sequence[VimResource]) -> Condition:
    mine = [one for one in seen if one.uid == row.uid and one.state is not ResourceState.DELETING]
    if not mine:
        return Condition.VANISHED
    if any(_is_well(row, one) for one in mine):
        return Condition.WELL
    return Condition.DEGRADED


def _is_well(row: Resource, seen: VimResource) -> bool:
    if seen.state is ResourceState.BUILDING:
        return True
    if isinstance(row.element, VnfcElement) and seen.power is not None and seen.power is not row.element.power:
        return False
    return seen.state is ResourceState.READY
