"""Plans: what an operation will do, decided before it begins, immutable, recorded.

A `Plan` says what changes; a grant is asked for it. A `Build` is the plan bound to what was granted: steps that an
activity can perform, in stages. Both live in the database; workflows hold a `PlanRef` or a `BuildRef` and fetch pages.
"""

from enum import StrEnum
from uuid import UUID, uuid5

from manoflow.domain.base import Model
from manoflow.domain.cloud import AnyNew, ServerChange
from manoflow.domain.diff import Action, Change, Verb
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.placement import PlacementRule
from manoflow.domain.topology import Element
from manoflow.domain.vnf import InstantiatedState
from manoflow.domain.vnf_info import VnfInfoModifications

PAGE_SIZE = 100
"""Steps that a workflow fetches at once."""
STEP_LIMIT = 2048
"""Bytes of one step as a payload."""


class UndoClass(StrEnum):
    """What can be done about a step that was a mistake."""

    REVERSIBLE = "reversible"
    """Undoing it leaves the world as it was."""
    REPLACEABLE = "replaceable"
    """It can be made again, with loss of state."""
    IRREVERSIBLE = "irreversible"
    """From here there is only forward."""


class Step(Model):
    """One effect on one VIM resource. Its undo takes this same input."""

    key: str
    """The place in the topology."""
    uid: UUID
    """The incarnation made or deleted."""
    kind: Kind
    vim_connection_id: str
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID | None = None
    """The occurrence that takes the step: for the log."""
    action: Action = Action.CREATE
    new: AnyNew | None = None
    """What is made. Of a deletion: what is made again, under the same uid, where that can be undone."""
    change: ServerChange | None = None
    """Of an update: what changes."""
    vim_id: str | None = None
    """Of a deletion or an update: what the record says the VIM calls it."""


class Steps(Model):
    """Steps of one stage, as an activity is asked about them."""

    steps: tuple[Step, ...]


class PlannedStep(Model):
    """A step with what only the record needs to know about it."""

    action: Action
    step: Step
    element: Element
    """What is in the place after a creation or an update, or before a deletion."""
    before: Element | None = None
    """What was in the place before an update."""
    undo_class: UndoClass


class StageRef(Model):
    """A stage of a build as a workflow holds it."""

    build_id: UUID
    action: Action
    kind: Kind
    count: int

    @property
    def name(self) -> str:
        """E.g. ``create vnfc``: names a stage within its build."""
        return f"{self.action} {self.kind}"


class StagePage(Model):
    """Some steps of one stage."""

    stage: StageRef
    steps: tuple[Step, ...]


class Plan(Model):
    """What an operation intends: the difference, and what the VNF instance will then be."""

    id: UUID
    format: int = 1
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    vnfd_id: str
    operation: LcmOperationType
    vim_connection_id: str | None
    """None: no VIM is touched, so nothing is asked for and nothing built."""
    changes: tuple[Change, ...]
    outcome: InstantiatedState | None
    """The state of the instance after success; None: not instantiated any more."""
    placement: tuple[PlacementRule, ...] = ()
    """What the VNFD says of VNFCs near each other or apart."""
    modification: VnfInfoModifications | None = None
    """What changes of what is said about the instance."""
    vanished: tuple[str, ...] = ()
    """Places whose resource is not there any more: what replaces it takes room of its own."""
    deletions: UndoClass = UndoClass.IRREVERSIBLE
    """What can be done about what is deleted."""
    shutdown_seconds: float | None = None
    """How long VNFCs that are stopped may take to end by themselves; None: as long as the VIM gives them."""
    package: str | None = None
    """Digest of the package whose images are used."""
    warnings: tuple[str, ...] = ()

    @property
    def made(self) -> tuple[Element, ...]:
        """What it makes, after what it makes again if deletions are undone."""
        gone = {Verb.DELETE, Verb.REPLACE} if self.deletions is UndoClass.REPLACEABLE else set()
        again = (change.before for change in self.changes if change.verb in gone)
        new = (change.after for change in self.changes if change.verb is not Verb.UPDATE)
        return tuple(element for element in (*again, *new) if element is not None)


class PlanRef(Model):
    """A recorded plan."""

    plan_id: UUID
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    summary: str


class Build(Model):
    """A plan bound to its grant."""

    id: UUID
    format: int = 1
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    stages: tuple[tuple[PlannedStep, ...], ...]


class BuildRef(Model):
    """A recorded build."""

    build_id: UUID
    stages: tuple[StageRef, ...]

    def create(self, kind: Kind) -> StageRef:
        """The stage that makes elements of a kind (perhaps none)."""
        return self._stage(Action.CREATE, kind)

    def delete(self, kind: Kind) -> StageRef:
        """The stage that deletes elements of a kind (perhaps none)."""
        return self._stage(Action.DELETE, kind)

    def update(self, kind: Kind) -> StageRef:
        """The stage that changes elements of a kind in place (perhaps none)."""
        return self._stage(Action.UPDATE, kind)

    def _stage(self, action: Action, kind: Kind) -> StageRef:
        empty = StageRef(build_id=self.build_id, action=action, kind=kind, count=0)
        return next((stage for stage in self.stages if stage.action is action and stage.kind is kind), empty)


def plan_id(lcm_op_occ_id: UUID) -> UUID:
    """The id of an occurrence's plan: planning twice finds the first plan."""
    return uuid5(lcm_op_occ_id, "plan")


def build_id(lcm_op_occ_id: UUID) -> UUID:
    """The id of an occurrence's build."""
    return uuid5(lcm_op_occ_id, "build")
