"""Onboard a VNF package: from an upload or a URI to ONBOARDED, or to ERROR with the reason (SOL005 clause 9.5.4.3).

Nothing is undone and nobody is asked: a package that cannot be onboarded is refused, and takes a new upload. Every step
belongs to one upload and ends without effect once that is over, so whoever finds the package unfinished and no workflow
at work may start this again (`manoflow.upkeep.packages`).
"""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

from activities.onboarding import Onboarding
from manoflow.domain.onboarding import OnboardingFailure, OnboardingTicket
from manoflow.domain.packages import OnboardingState
from manoflow.domain.timing import Timings
from workflows.performing import perform, reason

OVER = "another upload has taken its place, or it has ended"


@workflow.defn
class OnboardVnfPackage:
    """Fetch the file where that is ours to do, read it, and put it on the shelf."""

    @workflow.run
    async def run(self, ticket: OnboardingTicket) -> str:
        """Give the state that the package was left in."""
        key = str(ticket.upload_id)
        try:
            timings = await perform(Onboarding.take_up, ticket, key=key, timings=Timings())
        except (ActivityError, asyncio.CancelledError) as error:
            if not is_cancelled_exception(error):
                raise
            return await self._refuse(_failure(ticket, error), Timings())  # Or it would be started again.
        if timings is None:
            return OVER
        try:
            return await self._steps(ticket, timings)
        except (ActivityError, asyncio.CancelledError) as error:
            return await self._refuse(_failure(ticket, error), timings)

    async def _refuse(self, failure: OnboardingFailure, timings: Timings) -> str:
        key = str(failure.ticket.upload_id)
        await perform(Onboarding.refuse_package, failure, key=key, timings=timings, summary=failure.detail[:100])
        return OnboardingState.ERROR

    async def _steps(self, ticket: OnboardingTicket, timings: Timings) -> str:
        key = str(ticket.upload_id)
        _stop_if_cancelled()
        if ticket.from_uri and not await perform(Onboarding.fetch_package, ticket, key=key, timings=timings):
            return OVER
        _stop_if_cancelled()
        if not await perform(Onboarding.read_package, ticket, key=key, timings=timings):
            return OVER
        _stop_if_cancelled()
        await perform(Onboarding.shelve_package, ticket, key=key, timings=timings)
        return OnboardingState.ONBOARDED


def _stop_if_cancelled() -> None:
    """A step that ends well in spite of a cancellation would swallow it."""
    if workflow.cancellation_reason() is not None:
        raise asyncio.CancelledError


def _failure(ticket: OnboardingTicket, error: BaseException) -> OnboardingFailure:
    if is_cancelled_exception(error) or not isinstance(error, ActivityError):
        detail = f"cannot onboard VNF package {ticket.vnf_pkg_id}: its workflow was cancelled; upload it again"
        return OnboardingFailure(ticket=ticket, detail=detail)
    kind = error.cause.type if isinstance(error.cause, ApplicationError) else None
    return OnboardingFailure(ticket=ticket, kind=kind, detail=reason(error))
