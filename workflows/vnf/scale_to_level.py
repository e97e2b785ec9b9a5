"""Scale a VNF to a level: all of its aspects at once (SOL003 clause 5.4.6)."""

from temporalio import workflow

from activities.planning import Planning
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.scale_requests import ScaleVnfToLevelRequest
from manoflow.domain.targets.scale_to_level import check_scaling_to_level
from workflows.resizing import Resizing


@workflow.defn
class ScaleVnfToLevel(Resizing):
    """Bring it to an instantiation level, or its aspects to scale levels."""

    operation = LcmOperationType.SCALE_TO_LEVEL
    request = ScaleVnfToLevelRequest
    allowed_in = InstantiationState.INSTANTIATED
    check = staticmethod(check_scaling_to_level)
    planning = staticmethod(Planning.plan_scaling_to_level)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()
