"""Scale a VNF by steps: one of its aspects out or in (SOL003 clause 5.4.5)."""

from temporalio import workflow

from activities.planning import Planning
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.scale_requests import ScaleVnfRequest
from manoflow.domain.targets.scale import check_scaling
from workflows.resizing import Resizing


@workflow.defn
class ScaleVnf(Resizing):
    """Add or remove what the steps of one scaling aspect have."""

    operation = LcmOperationType.SCALE
    request = ScaleVnfRequest
    allowed_in = InstantiationState.INSTANTIATED
    check = staticmethod(check_scaling)
    planning = staticmethod(Planning.plan_scaling)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()
