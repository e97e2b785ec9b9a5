"""Activities that make and remove what VNFCs are connected by: virtual links and ports."""

from activities.asked import asked
from activities.converging import make, remove
from activities.step import step
from activities.watching import Watch
from manoflow.domain.cloud import NewPort, NewVirtualLink, VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.vim import Vims


class Networks:
    """Network resources of any VIM."""

    def __init__(self, vims: Vims, watch: Watch) -> None:
        """`watch` is shared with the other activities of the worker."""
        self._vims = vims
        self._watch = watch

    @step(StepKind.QUICK)
    async def create_virtual_link(self, step: Step) -> VimResource:
        """Make an internal network with its subnet."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await make(vim.virtual_links, asked(step, NewVirtualLink), self._watch)

    @step(StepKind.REMOVAL)
    async def delete_virtual_link(self, step: Step) -> None:
        """Remove an internal network and its subnet."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.virtual_links, step, self._watch)

    @step(StepKind.QUICK)
    async def create_port(self, step: Step) -> VimResource:
        """Make the port of a connection point, before the server that uses it."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await make(vim.ports, asked(step, NewPort), self._watch)

    @step(StepKind.REMOVAL)
    async def delete_port(self, step: Step) -> None:
        """Remove the port of a connection point."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.ports, step, self._watch)
