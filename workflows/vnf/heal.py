"""Heal a VNF: what does not work, or is named, gets another incarnation in its place (SOL003 clause 5.4.9)."""

from temporalio import workflow

from activities.compute import Compute
from activities.granting import Granting
from activities.images import Images
from activities.networks import Networks
from activities.planning import Planning
from activities.storage import Storage
from manoflow.domain.heal_request import HealVnfRequest
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.targets.heal import check_healing
from workflows.operation import LcmOperation


@workflow.defn
class HealVnf(LcmOperation):
    """Replace VNFCs and what they need: those that are named, else those that are found degraded or vanished."""

    operation = LcmOperationType.HEAL
    request = HealVnfRequest
    allowed_in = InstantiationState.INSTANTIATED
    check = staticmethod(check_healing)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()

    async def steps(self) -> None:
        """Look, decide and ask, then take away from the top and build from the ground up: there is only forward."""
        plan = await self.do(Planning.plan_healing, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)

        await self.begin_processing()
        await self.do_each(build.delete(Kind.VNFC), Compute.delete_vnfc)
        await self.do_each(build.delete(Kind.PORT), Networks.delete_port)
        await self.do_each(build.delete(Kind.STORAGE), Storage.delete_storage)
        await self.do_each(build.delete(Kind.VIRTUAL_LINK), Networks.delete_virtual_link)
        await self.do_each(build.delete(Kind.PLACEMENT_GROUP), Compute.delete_placement_group)
        await self.do_each(build.delete(Kind.FLAVOR), Compute.delete_flavor)

        await self.do_each(build.create(Kind.IMAGE), Images.create_image)
        await self.do_each(build.create(Kind.FLAVOR), Compute.create_flavor)
        await self.do_each(build.create(Kind.PLACEMENT_GROUP), Compute.create_placement_group)
        await self.do_each(build.create(Kind.VIRTUAL_LINK), Networks.create_virtual_link)
        await self.do_each(build.create(Kind.STORAGE), Storage.create_storage)
        await self.do_each(build.create(Kind.PORT), Networks.create_port)
        await self.do_each(build.create(Kind.VNFC), Compute.create_vnfc)
