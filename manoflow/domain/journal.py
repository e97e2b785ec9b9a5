"""What an operation has done so far, and how the workflow tells the record about it.

A workflow runs its list of steps from the top after every verdict and skips what the journal holds. A `Projection` is
everything that one state change or one page of steps writes, in one transaction.
"""

from uuid import UUID

from pydantic import Field, JsonValue

from manoflow.domain.base import Model, Moment
from manoflow.domain.cloud import VimResource
from manoflow.domain.lcm import CancelMode, LcmOperationState, LcmOperationType, ProblemDetails
from manoflow.domain.plan import StageRef
from manoflow.domain.timing import Timings


class Entry(Model):
    """One thing done, under its stable key ``{activity}:{step key}``."""

    key: str
    stage: StageRef | None = None
    """The stage it belongs to; None for a decision, whose `value` is kept instead."""
    step_key: str | None = None
    value: JsonValue = None
    """A decision's small result."""
    resource: VimResource | None = None
    """What a creation made."""


class Journal(Model):
    """The keys of what is done, and the values of decisions."""

    done: tuple[str, ...] = ()
    values: dict[str, JsonValue] = Field(default_factory=dict)


class Claim(Model):
    """A run's wish to be the one that performs an occurrence."""

    lcm_op_occ_id: UUID
    first_execution_run_id: str
    takeover: str | None = None
    """The claim of a sweep that this run takes over; see `Ticket.takeover`."""


class Claimed(Model):
    """The answer to a claim."""

    granted: bool
    """False: the occurrence is final or another execution holds it; end without effect."""
    rev: int = 0
    state: LcmOperationState = LcmOperationState.STARTING
    journal: Journal = Journal()
    timings: Timings = Timings()
    """Filled in by the worker, from its settings."""


class PageRequest(Model):
    """A page of a stage's steps."""

    stage: StageRef
    offset: int
    lcm_op_occ_id: UUID | None = None
    """Who asks: for the log."""


class Projection(Model):
    """What one state change or one page of steps writes. Written twice it is written once."""

    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    operation: LcmOperationType
    first_execution_run_id: str
    rev: int
    """One more than the last: an equal revision with other content is refused."""
    at: Moment
    """When it was decided (the workflow's clock), so that repeats write the same."""
    state: LcmOperationState | None = None
    """None: the state stays, only effects are written."""
    error: ProblemDetails | None = None
    done: tuple[Entry, ...] = ()
    struck: tuple[Entry, ...] = ()
    """Entries that were undone, with what that made or changed, or whose resources are found to be gone."""
    left: tuple[Entry, ...] = ()
    """What failed creations left behind: owned by the VNF instance, though not done."""
    verdict_id: UUID | None = None
    point_of_no_return: str | None = None
    cancel_mode: CancelMode | None = None
    """The cancellation that is pending since; every state change ends it."""


class StageProgress(Model):
    """How far one stage has come."""

    name: str
    """As `StageRef.name` has it, e.g. ``create vnfc``."""
    count: int
    done: int
    """Steps that are in the journal and not undone."""


class Progress(Model):
    """How far an occurrence has come: the numbers behind a progress bar."""

    stages: tuple[StageProgress, ...] = ()
    """In the order in which they are done."""
    last_steps: tuple[str, ...] = ()
    """Journal keys recorded last, newest first; at most ten."""
