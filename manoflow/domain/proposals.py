"""Proposals: what an operation would do, shown before anybody lets it begin, and kept for whoever executes it.

A proposal has the id of the occurrence that will execute it, so names and uids in it are those that there will be, and
no second occurrence can come of it. It is executed only in the world that it was made for (`manoflow.domain.world`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from pydantic import Field, JsonValue

from manoflow.domain.base import Model, Moment
from manoflow.domain.cloud import Power
from manoflow.domain.diff import Action, Verb
from manoflow.domain.disruption import Disruption
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.plan import Plan, PlannedStep, UndoClass
from manoflow.domain.resources import Resource
from manoflow.domain.topology import VnfcElement
from manoflow.domain.world import World

LIFETIME = timedelta(days=7)
"""So long a proposal waits for somebody who executes it."""


class ProposedChange(Model):
    """One step."""

    action: Action
    kind: Kind
    key: str
    """The place."""
    vdu_id: str | None = None
    vnfc_instance_id: UUID | None = None
    """Of a VNFC: its id of vnfcInfo, which stays when it is replaced."""
    name: str | None = None
    """Its name in the VIM."""
    uid: UUID
    """The incarnation that is made, changed or deleted: the id of vnfcResourceInfo and the like."""
    vim_id: str | None = None
    """Of what is there: what the VIM calls it."""
    replaces: UUID | None = None
    """Of what is made: the incarnation that leaves its place before."""
    power: Power | None = None
    """Of a VNFC that is changed: whether it is to run."""
    undo_class: UndoClass


class ProposedStage(Model):
    """Steps that happen at once."""

    name: str
    """E.g. ``create vnfc``."""
    can_be_undone: bool
    """False: from its beginning on there is only forward."""
    changes: tuple[ProposedChange, ...] = ()


class GrantForecast(Model):
    """What whoever grants would say now. Nothing is reserved."""

    vim_connection_id: str
    fits: bool
    reason: str | None = None
    """Why it would be refused."""
    flavors: dict[str, str] = Field(default_factory=dict)
    """Id in the VIM of each VDU's flavor; for a VDU that is absent one is made."""
    images: dict[str, str] = Field(default_factory=dict)
    """Id in the VIM of images that the package only names."""
    zones: dict[str, str] = Field(default_factory=dict)
    """The zone of each VNFC to be made, by place; for one that is absent the VIM chooses."""
    warnings: tuple[str, ...] = ()


class Proposal(Model):
    """What would happen."""

    id: UUID
    format: int = 1
    lcm_op_occ_id: UUID
    """The occurrence that will execute it, if any does."""
    vnf_instance_id: UUID
    operation: LcmOperationType
    request: JsonValue
    """As the occurrence will bear it."""
    created_at: Moment
    expires_at: Moment
    principal: str | None = None
    """Who asked for it."""
    stages: tuple[ProposedStage, ...] = ()
    """In the order in which they happen."""
    modification: dict[str, JsonValue] = Field(default_factory=dict)
    """What changes of what is said about the instance."""
    grant: GrantForecast | None = None
    """None: nothing is asked for."""
    disruption: Disruption
    warnings: tuple[str, ...] = ()
    world: World
    plan: Plan

    @property
    def point_of_no_return(self) -> str | None:
        """The first stage from whose beginning on nothing can be rolled back."""
        return next((stage.name for stage in self.stages if not stage.can_be_undone), None)


def proposed_stage(
    name: str, steps: Sequence[PlannedStep], places: Mapping[str, Resource], *, can_be_undone: bool
) -> ProposedStage:
    """A stage as it is shown; `places` is what is recorded, by key."""
    changes = (_change(planned, places.get(planned.step.key)) for planned in steps)
    irreversible = {} if can_be_undone else {"undo_class": UndoClass.IRREVERSIBLE}
    return ProposedStage(
        name=name,
        can_be_undone=can_be_undone,
        changes=tuple(change.model_copy(update=irreversible) for change in changes),
    )


def _change(planned: PlannedStep, row: Resource | None) -> ProposedChange:
    step, made = planned.step, planned.action is Action.CREATE
    vnfc = isinstance(planned.element, VnfcElement)
    return ProposedChange(
        action=planned.action,
        kind=step.kind,
        key=step.key,
        vdu_id=getattr(planned.element, "vdu_id", None),
        vnfc_instance_id=place_id(step.vnf_instance_id, step.key) if vnfc else None,
        name=step.new.name if made and step.new else row.observed.name if row else None,
        uid=step.uid,
        vim_id=step.vim_id,
        replaces=row.uid if made and row and row.uid != step.uid else None,
        power=step.change.power if step.change else None,
        undo_class=planned.undo_class,
    )


def plan_differences(before: Plan, now: Plan) -> tuple[str, ...]:
    """What a plan made now would do otherwise, a clause for each; empty where it is the same plan."""
    if before == now:
        return ()
    return tuple(_differences(before, now)) or tuple(
        f"the {name} of the plan would be another"
        for name in Plan.model_fields
        if getattr(before, name) != getattr(now, name)
    )


def _differences(before: Plan, now: Plan) -> Iterator[str]:
    was, will = ({change.key: change for change in plan.changes} for plan in (before, now))
    for key in sorted(was.keys() | will.keys()):
        old, new = was.get(key), will.get(key)
        if old != new:
            verbs = [_DONE[change.verb] if change else "left alone" for change in (new, old)]
            yield f"{key} would be {verbs[0]}, it was to be {verbs[1]}" + (" otherwise" if len(set(verbs)) == 1 else "")
    for key in sorted(set(before.vanished) ^ set(now.vanished)):
        yield f"{key} is {'gone' if key in now.vanished else 'there again'} in the VIM"


_DONE = {Verb.CREATE: "created", Verb.UPDATE: "changed", Verb.REPLACE: "replaced", Verb.DELETE: "deleted"}
