"""Activities that make and remove what VNFCs run on: flavors, placement groups, servers."""

from activities.asked import asked, asked_change
from activities.boot_data import with_boot_data
from activities.converging import make, remove
from activities.powering import drain, turn, turn_back
from activities.step import step
from activities.watching import Watch
from manoflow.domain.cloud import NewFlavor, NewPlacementGroup, NewServer, VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.vim import Vims


class Compute:
    """Compute resources of any VIM."""

    def __init__(self, vims: Vims, watch: Watch, artifacts: Artifacts) -> None:
        """`watch` is shared with the other activities of the worker; `artifacts` have the boot data."""
        self._artifacts = artifacts
        self._vims = vims
        self._watch = watch

    @step(StepKind.QUICK)
    async def create_flavor(self, step: Step) -> VimResource:
        """Make a flavor for this VNF instance."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await make(vim.flavors, asked(step, NewFlavor), self._watch)

    @step(StepKind.REMOVAL)
    async def delete_flavor(self, step: Step) -> None:
        """Remove a flavor made for this VNF instance."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.flavors, step, self._watch)

    @step(StepKind.QUICK)
    async def create_placement_group(self, step: Step) -> VimResource:
        """Make a group that keeps servers apart or together."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await make(vim.placement_groups, asked(step, NewPlacementGroup), self._watch)

    @step(StepKind.REMOVAL)
    async def delete_placement_group(self, step: Step) -> None:
        """Remove a group."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.placement_groups, step, self._watch)

    @step(StepKind.CREATION)
    async def create_vnfc(self, step: Step) -> VimResource:
        """Make the server of a VNFC and wait until it runs."""
        vim = await self._vims.driver(step.vim_connection_id)
        server = await with_boot_data(self._artifacts, asked(step, NewServer))
        return await make(vim.servers, server, self._watch)

    @step(StepKind.REMOVAL)
    async def delete_vnfc(self, step: Step) -> None:
        """Remove the server of a VNFC and wait until it is gone."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.servers, step, self._watch)

    @step(StepKind.CREATION)
    async def change_vnfc(self, step: Step) -> VimResource:
        """Start or stop the server of a VNFC and wait until it does or does not run."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await turn(vim.servers, step, asked_change(step).power, self._watch)

    @step(StepKind.CREATION)
    async def restore_vnfc(self, step: Step) -> VimResource | None:
        """Undo that: the server runs or not, as it was before. One that is gone stays gone."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await turn_back(vim.servers, step, asked_change(step).power_before, self._watch)

    @step(StepKind.SHUTDOWN)
    async def drain_vnfc(self, step: Step) -> VimResource | None:
        """Let the server of a VNFC that is to be deleted end by itself, as far as it does so in time."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await drain(vim.servers, step, asked_change(step).shutdown_seconds, self._watch)
