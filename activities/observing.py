"""Activities that look at a VIM without changing it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from activities.step import step
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.identity import Kind
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.vim import VimDriver, Vims

Find = Callable[[UUID], Awaitable[Sequence[VimResource]]]


class Observing:
    """What is there."""

    def __init__(self, vims: Vims) -> None:
        """`vims` are only read."""
        self._vims = vims

    @step(StepKind.LOOK)
    async def look(self, step: Step) -> VimResource | None:
        """The oldest resource that bears the step's uid and is not on its way out, or None."""
        vim = await self._vims.driver(step.vim_connection_id)
        found = await _find(vim)[step.kind](step.uid)
        there = [resource for resource in found if resource.state is not ResourceState.DELETING]
        return min(there, key=lambda resource: (resource.created_at, resource.vim_id), default=None)


def _find(vim: VimDriver) -> Mapping[Kind, Find]:
    return {
        Kind.FLAVOR: vim.flavors.find,
        Kind.PLACEMENT_GROUP: vim.placement_groups.find,
        Kind.VIRTUAL_LINK: vim.virtual_links.find,
        Kind.PORT: vim.ports.find,
        Kind.STORAGE: vim.storages.find,
        Kind.VNFC: vim.servers.find,
    }
