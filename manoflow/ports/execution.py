"""The port to what executes operations (Temporal): start one, and pass on a verdict."""

from enum import StrEnum
from typing import Protocol

from manoflow.domain.lcm import Ticket, Verdict


class Started(StrEnum):
    """What came of starting an operation."""

    RUNNING = "RUNNING"
    """It runs (now, or since an earlier try)."""
    CLOSING = "CLOSING"
    """The run of another occurrence of this instance is still there: try again soon."""


class Execution(Protocol):
    """Where operations run."""

    async def start(self, ticket: Ticket) -> Started:
        """Start the occurrence's workflow. Raises `UnreachableError` when nobody answers: it can be tried later."""
        ...

    async def decide(self, verdict: Verdict) -> None:
        """Pass on a verdict; returns when the state it leads to is recorded.

        `ConflictError`: refused (wrong state, another verdict was first, irreversible). `UnreachableError`: nobody
        took it in time. `AmbiguousAnswerError`: it may or may not have been taken; the record tells.
        """
        ...

    async def check(self) -> None:
        """Answer, or raise `UnreachableError`: the service is there and a worker polls every queue."""
        ...


class AmbiguousAnswerError(Exception):
    """The run closed while it answered."""
