"""The port to what executes operations (Temporal): start one, pass on verdicts, and look how it stands."""

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from manoflow.domain.lcm import Cancellation, Ticket, Verdict
from manoflow.domain.onboarding import OnboardingTicket
from manoflow.domain.upkeep import OnboardingStanding, Queue, Running, Standing


class Started(StrEnum):
    """What came of starting an operation."""

    RUNNING = "RUNNING"
    """It runs (now, or since an earlier try)."""
    CLOSING = "CLOSING"
    """The run of another occurrence of this instance is still there: try again soon."""


class Execution(Protocol):
    """Where operations run."""

    async def start(self, ticket: Ticket, *, parked: bool = False) -> Started:
        """Start the occurrence's workflow, or where `parked` the one that waits for a verdict.

        Raises `UnreachableError` when nobody answers: it can be tried later.
        """
        ...

    async def onboard(self, ticket: OnboardingTicket) -> Started:
        """Start the workflow of an upload, or see that it runs. CLOSING: that of the package's last one is still there.

        Raises `UnreachableError` when nobody answers: it can be tried later.
        """
        ...

    async def onboarding_of(self, vnf_pkg_id: UUID) -> OnboardingStanding | None:
        """The workflow that runs for an upload to a package, if one does. Raises `UnreachableError`."""
        ...

    async def end_onboarding(self, standing: OnboardingStanding, why: str) -> None:
        """End that very run, whatever it is at: its upload can be started again, or given up.

        One that has ended is no error. Raises `UnreachableError`.
        """
        ...

    async def decide(self, verdict: Verdict) -> None:
        """Pass on a verdict; returns when the state it leads to is recorded.

        `ConflictError`: refused (wrong state, another verdict was first, irreversible). `UnreachableError`: nobody
        took it in time. `AmbiguousAnswerError`: it may or may not have been taken; the record tells.
        """
        ...

    async def cancel(self, cancellation: Cancellation) -> None:
        """Pass on the wish to stop; returns when it is recorded as pending. Raises as `decide` does."""
        ...

    async def standing(self, vnf_instance_id: UUID) -> Standing | None:
        """The last execution for an instance, running or closed; None where nothing is known of any.

        Raises `UnreachableError`.
        """
        ...

    async def running(self) -> Sequence[Running]:
        """Every execution that runs. Lags behind by some hundred milliseconds. Raises `UnreachableError`."""
        ...

    async def queues(self, names: Collection[str] | None = None) -> Sequence[Queue]:
        """Every queue, or those of these names, in that order, and who serves each now. Raises `UnreachableError`."""
        ...

    async def check(self) -> None:
        """Answer, or raise `UnreachableError`: the service is there and a worker polls every queue."""
        ...


class AmbiguousAnswerError(Exception):
    """The run closed while it answered."""
