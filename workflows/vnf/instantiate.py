"""Instantiate a VNF: from NOT_INSTANTIATED to INSTANTIATED (SOL003 clause 5.4.4)."""

from temporalio import workflow

from activities.compute import Compute
from activities.granting import Granting
from activities.images import Images
from activities.networks import Networks
from activities.planning import Planning
from activities.storage import Storage
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationType, Ticket
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.vnf import InstantiateVnfRequest
from workflows.operation import LcmOperation


@workflow.defn
class InstantiateVnf(LcmOperation):
    """Build every link, port, storage and VNFC of the chosen flavour."""

    operation = LcmOperationType.INSTANTIATE
    request = InstantiateVnfRequest
    allowed_in = InstantiationState.NOT_INSTANTIATED
    check = staticmethod(instantiation)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()

    async def steps(self) -> None:
        """Decide and ask, then build from the ground up."""
        # STARTING: nothing exists yet; only the grant has to be given back if this goes wrong.
        plan = await self.do(Planning.plan_instantiation, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)

        # PROCESSING: every line that makes something names what unmakes it.
        await self.begin_processing()
        await self.do_each(build.create(Kind.IMAGE), Images.create_image, undo=Images.delete_image)
        await self.do_each(build.create(Kind.FLAVOR), Compute.create_flavor, undo=Compute.delete_flavor)
        await self.do_each(
            build.create(Kind.PLACEMENT_GROUP), Compute.create_placement_group, undo=Compute.delete_placement_group
        )
        await self.do_each(
            build.create(Kind.VIRTUAL_LINK), Networks.create_virtual_link, undo=Networks.delete_virtual_link
        )
        await self.do_each(build.create(Kind.STORAGE), Storage.create_storage, undo=Storage.delete_storage)
        await self.do_each(build.create(Kind.PORT), Networks.create_port, undo=Networks.delete_port)
        await self.do_each(build.create(Kind.VNFC), Compute.create_vnfc, undo=Compute.delete_vnfc)
