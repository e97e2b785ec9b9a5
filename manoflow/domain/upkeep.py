"""What is seen when the record is compared with Temporal: executions, what they wait for, and what is out of order."""

from enum import StrEnum
from uuid import UUID

from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import LcmOperationState


class PendingStep(Model):
    """A step that Temporal has scheduled and that has not ended: what an operation waits for."""

    step: str
    """The activity's id, e.g. ``create_vnfc:vnfc/app/0``."""
    since: Moment
    """When the step was scheduled."""
    attempt: int
    """1 for the first."""
    running: bool
    """False: it waits for a worker or for its next attempt."""
    queue: str | None = None
    last_error: str | None = None
    last_error_type: str | None = None
    """Name of its class: one of `manoflow.domain.errors`, or a bug. None for a time-out."""
    worker: str | None = None
    """Identity of the worker that tried it last."""
    last_heartbeat: Moment | None = None
    next_attempt: Moment | None = None


class Ended(StrEnum):
    """How an execution was closed."""

    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    TIMED_OUT = "TIMED_OUT"


class Standing(Model):
    """The last execution of an instance's operations, as Temporal shows it."""

    vnf_instance_id: UUID
    lcm_op_occ_id: UUID | None
    """The occurrence that it performs."""
    first_execution_run_id: str
    workflow: str
    state: LcmOperationState | None = None
    """The state that it was about to record last."""
    ended: Ended | None = None
    """None: it runs."""
    steps: tuple[PendingStep, ...] = ()
    stalled: str | None = None
    """Why the workflow's own code cannot go on (a bug): it waits for a release that mends it."""
    stalled_since: Moment | None = None


class OnboardingStanding(Model):
    """The workflow that runs for an upload to a package, as Temporal shows it."""

    vnf_pkg_id: UUID
    upload_id: UUID | None
    """The upload that it takes in."""
    run_id: str
    steps: tuple[PendingStep, ...] = ()
    """`since` is that of the last attempt."""
    stalled: str | None = None
    """Why the workflow's own code cannot go on (a bug)."""
    tries: int = 0
    """How often that was tried."""


class Running(Model):
    """An execution that runs, as Temporal lists it."""

    vnf_instance_id: UUID
    lcm_op_occ_id: UUID


class Queue(Model):
    """A task queue."""

    name: str
    workers: tuple[str, ...]
    """Identities of those that polled it lately; empty: nobody serves it."""


class Anomaly(StrEnum):
    """What may be out of order."""

    STALLED = "STALLED"
    """The workflow's code fails, or a record cannot be written: it waits for a person."""
    VANISHED = "VANISHED"
    """No workflow performed the occurrence any more; it was taken over and waits for a verdict."""
    UNKNOWN_EXECUTION = "UNKNOWN_EXECUTION"
    """Temporal runs an operation that the record does not know: was an older copy of the database restored?"""
    RECORD_BEHIND = "RECORD_BEHIND"
    """Temporal ended an operation that the record holds open: was an older copy of the database restored?"""
    BLOCKED = "BLOCKED"
    """An admitted operation cannot start: the execution of another one holds its VNF instance in Temporal."""


class Report(Model):
    """Something out of order that a sweep found."""

    anomaly: Anomaly
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID
    detail: str
    """What, and what to do about it."""
    since: Moment
