"""Activities that make and remove the storages of VNFCs."""

from activities.asked import asked
from activities.converging import make, remove
from activities.step import step
from activities.watching import Watch
from manoflow.domain.cloud import NewStorage, VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.vim import Vims


class Storage:
    """Storage resources of any VIM."""

    def __init__(self, vims: Vims, watch: Watch) -> None:
        """`watch` is shared with the other activities of the worker."""
        self._vims = vims
        self._watch = watch

    @step(StepKind.CREATION)
    async def create_storage(self, step: Step) -> VimResource:
        """Make a volume, blank or from an image, and wait until it can be attached."""
        vim = await self._vims.driver(step.vim_connection_id)
        return await make(vim.storages, asked(step, NewStorage), self._watch)

    @step(StepKind.REMOVAL)
    async def delete_storage(self, step: Step) -> None:
        """Remove a volume and wait until it is gone."""
        vim = await self._vims.driver(step.vim_connection_id)
        await remove(vim.storages, step, self._watch)
