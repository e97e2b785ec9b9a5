"""Terminate a VNF: from INSTANTIATED to NOT_INSTANTIATED (SOL003 clause 5.4.8)."""

from temporalio import workflow

from activities.compute import Compute
from activities.granting import Granting
from activities.images import Images
from activities.networks import Networks
from activities.planning import Planning
from activities.storage import Storage
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.targets.terminate import termination
from manoflow.domain.vnf import TerminateVnfRequest
from workflows.operation import LcmOperation


@workflow.defn
class TerminateVnf(LcmOperation):
    """Remove everything that the VNF instance owns."""

    operation = LcmOperationType.TERMINATE
    request = TerminateVnfRequest
    allowed_in = InstantiationState.INSTANTIATED
    check = staticmethod(termination)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()

    async def steps(self) -> None:
        """Decide and ask, let VNFCs end by themselves if that was asked for, then take down from the top.

        From the first deletion on there is only forward.
        """
        plan = await self.do(Planning.plan_termination, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)

        await self.begin_processing()
        await self.do_each(build.update(Kind.VNFC), Compute.drain_vnfc, undo=Compute.restore_vnfc)
        await self.do_each(build.delete(Kind.VNFC), Compute.delete_vnfc)
        await self.do_each(build.delete(Kind.PORT), Networks.delete_port)
        await self.do_each(build.delete(Kind.STORAGE), Storage.delete_storage)
        await self.do_each(build.delete(Kind.VIRTUAL_LINK), Networks.delete_virtual_link)
        await self.do_each(build.delete(Kind.PLACEMENT_GROUP), Compute.delete_placement_group)
        await self.do_each(build.delete(Kind.FLAVOR), Compute.delete_flavor)
        await self.do_each(build.delete(Kind.IMAGE), Images.delete_image)
