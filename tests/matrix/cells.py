"""The cells of the matrix: every strike at every boundary of every operation, found by looking at one clean run.

A boundary is an activity: of a stage the first and the last, of everything else each one. It has two places: before
its effect and after it. Nothing here knows any operation, so one that is added is struck everywhere by itself.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, product
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from manoflow.domain.lcm import VerdictKind
from tests.matrix.points import Place
from workflows.catalogue import Operation


class Strike(StrEnum):
    """What befalls an operation that stands at a boundary."""

    KILLED = "killed"
    """Its worker is killed; another one goes on."""
    STOPPED = "stopped"
    """Its worker is stopped, another one takes over and comes to the same point, and then both go on."""
    OVERSLEPT = "overslept"
    """Its worker is stopped, another one goes on to the end; only then it wakes, before its effect, in a slow cloud."""
    SERVER = "server"
    """The Temporal server is killed, and started again on the same file."""
    TERMINATED = "terminated"
    """Somebody terminates the workflow; the sweep finds it, and a person gives a verdict."""
    API = "api"
    """The API that passes on a request is killed."""


AROUND = (Place.BEFORE, Place.AFTER)
OF_WORKERS = (Strike.KILLED, Strike.STOPPED, Strike.OVERSLEPT, Strike.SERVER, Strike.TERMINATED)


@dataclass(frozen=True)
class Boundary:
    """Where an operation is struck."""

    activity_id: str
    name: str
    """For people: the row of the table."""
    places: tuple[Place, Place]


@dataclass(frozen=True)
class Cell:
    """One operation, struck once."""

    operation: Operation
    boundary: Boundary
    place: Place
    strike: Strike
    verdict: VerdictKind
    """The one to give where one is due."""

    @property
    def is_alone(self) -> bool:
        """It is about an image, which all VNFs share: only the first makes it, only the last removes it."""
        return self.boundary.activity_id.startswith(("create_image:", "delete_image:"))

    @property
    def id(self) -> str:
        """Names the cell in results and on the command line."""
        activity_id = self.boundary.activity_id.replace(" ", "_")
        return f"{named(self.operation)}/{activity_id}/{self.place}/{self.strike}"


def named(operation: Operation) -> str:
    """What an operation is called here."""
    return operation.operation.value.lower()


def boundaries(histories: Sequence[WorkflowHistory]) -> tuple[Boundary, ...]:
    """Those that a clean run came by, in its order."""
    events = [event for history in histories for event in history.events]
    scheduled = [event for event in events if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    stages = [list(stage) for _, stage in groupby(scheduled, key=_stage)]
    times = Counter(_type(stage[0]) for stage in stages)
    return tuple(boundary for stage in stages for boundary in _of_stage(stage, alone=times[_type(stage[0])] == 1))


def cells(operation: Operation, found: Iterable[Boundary]) -> tuple[Cell, ...]:
    """Every strike on the operation's workers, workflow and server."""
    points = [(boundary, place) for boundary in found for place in boundary.places]
    return tuple(
        Cell(operation, boundary, place, strike, _verdict(number))
        for strike in OF_WORKERS
        for number, (boundary, place) in enumerate(points)
        if strike is not Strike.OVERSLEPT or place is not Place.AFTER
    )


def api_cells(operation: Operation, verdicts: Iterable[VerdictKind]) -> tuple[Cell, ...]:
    """The API killed around the start of the operation, and around the passing on of each verdict that it can have."""
    start = Boundary("start", "the API starts it", AROUND)
    decisions = [(Boundary(f"decide:{kind}", f"the API passes on {kind}", AROUND), kind) for kind in verdicts]
    return tuple(
        Cell(operation, boundary, place, Strike.API, kind)
        for (boundary, kind), place in product([(start, VerdictKind.RETRY), *decisions], AROUND)
    )


def _verdict(number: int) -> VerdictKind:
    """All three in turn, and not the same one for the same place of every boundary."""
    kinds = tuple(VerdictKind)
    return kinds[number % len(kinds)]


def _stage(event: HistoryEvent) -> str:
    """Steps of one type that follow each other are a stage; of everything else each is one of its own."""
    return _type(event) if _is_step(event) else event.activity_task_scheduled_event_attributes.activity_id


def _of_stage(stage: Sequence[HistoryEvent], *, alone: bool) -> list[Boundary]:
    first, last = stage[0], stage[-1]
    if len(stage) > 1:
        return [_boundary(first, f"{_type(first)}, first"), _boundary(last, f"{_type(last)}, last")]
    return [_boundary(first, _type(first) if alone else f"{_type(first)} {_about(first)}")]


def _boundary(event: HistoryEvent, name: str) -> Boundary:
    activity_id = event.activity_task_scheduled_event_attributes.activity_id
    return Boundary(activity_id, name, (Place.WITHIN, Place.AFTER) if _is_step(event) else AROUND)


def _is_step(event: HistoryEvent) -> bool:
    """It makes or removes what bears a uid."""
    payloads = event.activity_task_scheduled_event_attributes.input.payloads
    given: Any = json.loads(payloads[0].data) if payloads else None
    return isinstance(given, dict) and "uid" in given


def _type(event: HistoryEvent) -> str:
    return event.activity_task_scheduled_event_attributes.activity_type.name


def _about(event: HistoryEvent) -> str:
    """What tells activities of one type apart: what Temporal's UI shows beside them, else the key in their id."""
    summary = event.user_metadata.summary.data
    key = event.activity_task_scheduled_event_attributes.activity_id.partition(":")[2]
    return str(json.loads(summary) if summary else key).partition(":")[0]
