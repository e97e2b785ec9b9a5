"""A release with a bug: instantiation as it would be registered by a worker whose code cannot go on."""

from temporalio import workflow

from manoflow.domain.lcm import Ticket
from workflows.vnf.instantiate import InstantiateVnf

MESSAGE = "a bug of this release"


@workflow.defn(name="InstantiateVnf")
class BrokenInstantiateVnf(InstantiateVnf):
    """Claims its occurrence, and then meets a bug."""

    @workflow.run
    async def run(self, ticket: Ticket) -> str:  # noqa: ARG002 - the SDK wants `run` to take what `__init__` takes
        """Perform."""
        return await self.perform()

    async def steps(self) -> None:
        """Fail as code fails."""
        raise KeyError(MESSAGE)
