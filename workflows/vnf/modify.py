"""Modify what is said about a VNF instance, instantiated or not (SOL003 clause 5.4.3.3.4)."""

from temporalio import workflow

from activities.planning import Planning
from manoflow.domain.lcm import LcmOperationType, Ticket
from manoflow.domain.targets.modify import modification
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from workflows.operation import LcmOperation


@workflow.defn
class ModifyVnfInfo(LcmOperation):
    """Change its name, description, package, properties, extensions, metadata and VIM connections."""

    operation = LcmOperationType.MODIFY_INFO
    method = "PATCH"
    request = VnfInfoModificationRequest
    allowed_in = None
    check = staticmethod(modification)

    @workflow.run
    async def run(self, ticket: Ticket) -> str:
        """Perform the occurrence that the ticket names."""
        return await self.perform()

    async def steps(self) -> None:
        """Decide. What changes is part of the plan; the record changes it together with the state COMPLETED."""
        await self.do(Planning.plan_modification, self.ticket)
        await self.begin_processing()
