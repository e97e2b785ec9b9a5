"""How long steps may take and how they are tried again, by kind of step.

The values reach a workflow with the answer to its claim (so they are in its history) and come from the worker's
settings.
"""

from enum import StrEnum

from manoflow.domain.base import Model


class StepKind(StrEnum):
    """Kinds of steps; each has a queue and a timing."""

    RECORD = "record"
    """A write or read of the record: waits as long as the database is away."""
    DECISION = "decision"
    """Planning, granting: may ask a VIM what it has."""
    QUICK = "quick"
    """A resource that is there when the call returns: networks, ports, groups, flavors."""
    UPLOAD = "upload"
    """An image that is sent to a VIM."""
    CREATION = "creation"
    """A resource that takes its time: servers, volumes."""
    SHUTDOWN = "shutdown"
    """A server that ends by itself: whoever asked for it said how long that may take."""
    LOOK = "look"
    """A look at what a failed step left: short, because somebody waits to hear of the failure."""
    REMOVAL = "removal"
    """A resource that has to be gone before the next stage."""
    RELEASE = "release"
    """A resource that others may use: it has to be gone where nobody does, as the record says."""
    FETCH = "fetch"
    """A package that is downloaded."""
    READING = "reading"
    """A package that is unpacked, verified and understood."""
    SHELVING = "shelving"
    """Content and its row: waits as long as the folder or the database is away."""


class Timing(Model):
    """Seconds."""

    attempt: float
    """One attempt."""
    budget: float | None
    """All attempts together; None: without end."""
    first_retry: float = 0.5
    longest_retry: float = 30.0


class Timings(Model):
    """The timing of each kind of step."""

    record: Timing = Timing(attempt=30, budget=None, first_retry=0.2, longest_retry=10)
    decision: Timing = Timing(attempt=60, budget=600)
    quick: Timing = Timing(attempt=120, budget=600)
    upload: Timing = Timing(attempt=14400, budget=43200)
    creation: Timing = Timing(attempt=900, budget=1800)
    shutdown: Timing = Timing(attempt=14700, budget=43200)
    removal: Timing = Timing(attempt=600, budget=1800)
    release: Timing = Timing(attempt=600, budget=1800)
    look: Timing = Timing(attempt=20, budget=30)
    fetch: Timing = Timing(attempt=14400, budget=43200, first_retry=1)
    reading: Timing = Timing(attempt=900, budget=1800)
    shelving: Timing = Timing(attempt=60, budget=None, first_retry=0.2, longest_retry=10)
    heartbeat: float = 3.0
    """Without a heartbeat for so long, an attempt is given to another worker."""

    def of(self, kind: StepKind) -> Timing:
        """The timing of a kind."""
        return {
            StepKind.RECORD: self.record,
            StepKind.DECISION: self.decision,
            StepKind.QUICK: self.quick,
            StepKind.UPLOAD: self.upload,
            StepKind.CREATION: self.creation,
            StepKind.SHUTDOWN: self.shutdown,
            StepKind.REMOVAL: self.removal,
            StepKind.RELEASE: self.release,
            StepKind.LOOK: self.look,
            StepKind.FETCH: self.fetch,
            StepKind.READING: self.reading,
            StepKind.SHELVING: self.shelving,
        }[kind]
