"""A release with bugs: workflows as they would be registered by a worker whose code cannot go on."""

from temporalio import workflow

from manoflow.domain.lcm import Ticket
from manoflow.domain.onboarding import OnboardingTicket
from workflows.packages.onboard import OnboardVnfPackage
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


@workflow.defn(name="OnboardVnfPackage")
class BrokenOnboarding(OnboardVnfPackage):
    """Meets a bug at once."""

    @workflow.run
    async def run(self, ticket: OnboardingTicket) -> str:  # noqa: ARG002 - the SDK's signature
        """Fail as code fails."""
        raise KeyError(MESSAGE)
