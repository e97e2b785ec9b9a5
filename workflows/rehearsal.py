"""Rehearsal: an operation's list of steps, gone through without doing anything.

The list is that of the operation itself, under `workflows.vnf`. Decisions are made by the activities that make them in
earnest, on a sketch of the record (`activities.sketching`); stages are noted with their steps and whether the list
names an undo for them. So what is announced is what happens, for every operation of the catalogue.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import new_class
from typing import Any

from activities.granting import Granting
from activities.planning import Planning
from activities.sketching import Forecasting, NoStore, Sketch
from manoflow.domain.lcm import Ticket, VnfLcmOpOcc
from manoflow.domain.plan import Plan, PlannedStep, StageRef
from manoflow.domain.proposals import GrantForecast
from manoflow.ports.deciding import Deciding
from manoflow.ports.granting import Granting as GrantingPort
from manoflow.ports.vim import Vims
from workflows.catalogue import Operation


@dataclass(frozen=True)
class RehearsedStage:
    """A stage that would be gone through."""

    name: str
    steps: tuple[PlannedStep, ...]
    can_be_undone: bool


@dataclass(frozen=True)
class Rehearsed:
    """What an operation would do."""

    plan: Plan
    stages: tuple[RehearsedStage, ...]
    grant: GrantForecast | None


class PlannedError(Exception):
    """The plan is there, and nobody wants to know more."""


class Rehearsal:
    """Stands in for the engine (`workflows.operation`): what a list of steps may ask of it."""

    def __init__(self, ticket: Ticket, sketch: Sketch, vims: Vims, granting: Forecasting | None) -> None:
        """`granting` None: only the plan is wanted."""
        self.ticket = ticket
        self.stages: list[RehearsedStage] = []
        self._sketch = sketch
        asking = Granting(granting, sketch) if granting else None
        self._deciding = {Planning: Planning(sketch, NoStore(), vims), Granting: asking}

    async def do(
        self, activity: Callable[..., Any], argument: object, *, undo: Callable[..., Any] | None = None
    ) -> Any:  # noqa: ANN401 - whatever the activity answers
        """Have it decided. What is no decision is noted."""
        name = activity.__name__
        for kind, decides in self._deciding.items():
            if getattr(kind, name, None) is activity:
                if decides is None:
                    raise PlannedError
                return await getattr(decides, name)(argument)
        self.stages.append(RehearsedStage(name=name, steps=(), can_be_undone=undo is not None))
        return None

    async def do_each(
        self,
        stage: StageRef,
        activity: Callable[..., Any],  # noqa: ARG002 - nothing is done
        *,
        undo: Callable[..., Any] | None = None,
    ) -> None:
        """Note the stage, if there is anything to do in it."""
        if stage.count:
            steps = tuple(self._sketch.steps(stage))
            self.stages.append(RehearsedStage(name=stage.name, steps=steps, can_be_undone=undo is not None))

    async def begin_processing(self) -> None:
        """Nothing begins."""


async def rehearse(
    operation: Operation, occurrence: VnfLcmOpOcc, records: Deciding, vims: Vims, granting: GrantingPort | None = None
) -> Rehearsed:
    """Go through the list. Without `granting` it ends with the plan.

    Raises whatever planning raises; a grant that would be refused is no error but told.
    """
    sketch = Sketch(records, occurrence)
    forecasting = Forecasting(granting) if granting else None
    ticket = Ticket(
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        workflow=operation.name,
    )
    # The operation's own list, with the rehearsal before the engine in the order in which methods are looked for.
    rehearsing: Any = new_class(operation.name, (Rehearsal, operation.workflow))
    performance = rehearsing(ticket, sketch, vims, forecasting)
    with suppress(PlannedError):
        await performance.steps()
    said = forecasting.said if forecasting else None
    return Rehearsed(plan=sketch.planned, stages=tuple(performance.stages), grant=said)
