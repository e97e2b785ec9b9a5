"""Onboardings in Temporal, as a sweep sees and ends them. The base of `manoflow.adapters.execution.temporal`."""

from uuid import UUID

from temporalio.client import WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from manoflow.adapters.execution.client import CALL_TIMEOUT, NO_ANSWER, UPLOAD, onboarding_id, unreachable
from manoflow.adapters.execution.newest_events import NewestEvents
from manoflow.adapters.execution.standing import TemporalStanding, pending_step
from manoflow.domain.upkeep import OnboardingStanding


class TemporalOnboardings(TemporalStanding):
    """Looks at workflows of uploads, and ends them."""

    async def onboarding_of(self, vnf_pkg_id: UUID) -> OnboardingStanding | None:
        """The one that runs for a package."""
        handle = self._client.get_workflow_handle(onboarding_id(vnf_pkg_id))
        try:
            described = await handle.describe(rpc_timeout=CALL_TIMEOUT)
            if described.status is not WorkflowExecutionStatus.RUNNING:
                return None
            return await self._onboarding(vnf_pkg_id, described)
        except NO_ANSWER as error:
            if _is_gone(error):
                return None
            raise unreachable(error, f"look at the onboarding of VNF package {vnf_pkg_id}") from error

    async def _onboarding(self, vnf_pkg_id: UUID, described: WorkflowExecutionDescription) -> OnboardingStanding:
        raw = described.raw_description
        tries = raw.pending_workflow_task.attempt
        events = NewestEvents(self._client, described.id, str(described.run_id))
        failed = await events.failed_task() if tries > 1 else None
        takes_in = await described.memo_value(UPLOAD, default=None)
        return OnboardingStanding(
            vnf_pkg_id=vnf_pkg_id,
            upload_id=UUID(takes_in) if takes_in else None,
            run_id=str(described.run_id),
            steps=tuple(pending_step(info, None) for info in raw.pending_activities),
            stalled=failed.message if failed else None,
            tries=tries,
        )

    async def end_onboarding(self, standing: OnboardingStanding, why: str) -> None:
        """Terminate that very run."""
        handle = self._client.get_workflow_handle(onboarding_id(standing.vnf_pkg_id), run_id=standing.run_id)
        try:
            await handle.terminate(reason=why, rpc_timeout=CALL_TIMEOUT)
        except NO_ANSWER as error:
            if not _is_gone(error):
                raise unreachable(error, f"end the onboarding of VNF package {standing.vnf_pkg_id}") from error


def _is_gone(error: Exception) -> bool:
    return isinstance(error, RPCError) and error.status is RPCStatusCode.NOT_FOUND
