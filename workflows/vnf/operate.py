"""Operate a VNF: start or stop it, or some of its VNFCs (SOL003 clause 5.4.10; SOL002 on the same path)."""

from temporalio import workflow

from activities.compute import Compute
from activities.granting import Granting
from activities.planning import Planning
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.operate_request import OperateVnfRequest
from manoflow.domain.targets.operate import check_operating
from workflows.operation import LcmOperation


@workflow.defn
class OperateVnf(LcmOperation):
    """Start or stop the VNFCs of a VNF, or those that are named."""

    operation = LcmOperationType.OPERATE
    request = OperateVnfRequest
    allowed_in = InstantiationState.INSTANTIATED
    check = staticmethod(check_operating)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()

    async def steps(self) -> None:
        """Decide and ask, then start or stop. What was done is undone by going back to what was before."""
        plan = await self.do(Planning.plan_operating, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)

        await self.begin_processing()
        await self.do_each(build.update(Kind.VNFC), Compute.change_vnfc, undo=Compute.restore_vnfc)
