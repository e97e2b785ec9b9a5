"""Activities that look at a VIM without changing it."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from activities.step import step
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.diff import Action
from manoflow.domain.identity import Kind
from manoflow.domain.plan import Step, Steps
from manoflow.domain.timing import StepKind
from manoflow.ports.vim import VimDriver, Vims


class Readable(Protocol):
    """What of `manoflow.ports.vim.Resources` changes nothing."""

    async def find_for_certain(self, uid: UUID) -> Sequence[VimResource]:
        """Every resource that bears this uid; takes longer where there is none."""
        ...

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of one VNF instance."""
        ...


class Observing:
    """What is there."""

    def __init__(self, vims: Vims) -> None:
        """`vims` are only read."""
        self._vims = vims

    @step(StepKind.LOOK)
    async def look(self, step: Step) -> VimResource | None:
        """The oldest resource that bears the step's uid, or None.

        One that is on its way out counts for a deletion, which is not done yet, and not for a creation.
        """
        vim = await self._vims.driver(step.vim_connection_id)
        found = await _resources(vim)[step.kind].find_for_certain(step.uid)
        there = [one for one in found if step.action is Action.DELETE or one.state is not ResourceState.DELETING]
        return min(there, key=lambda resource: (resource.created_at, resource.vim_id), default=None)

    @step(StepKind.DECISION)
    async def vanished(self, made: Steps) -> Sequence[str]:
        """The keys of those steps, all of one kind, whose resource is not there any more: one list call."""
        first, *_ = made.steps
        vim = await self._vims.driver(first.vim_connection_id)
        listed = await _resources(vim)[first.kind].of_vnf(first.vnf_instance_id)
        there = {resource.uid for resource in listed if resource.state is not ResourceState.DELETING}
        return [step.key for step in made.steps if step.uid not in there]


def _resources(vim: VimDriver) -> Mapping[Kind, Readable]:
    return {
        Kind.IMAGE: vim.images,
        Kind.FLAVOR: vim.flavors,
        Kind.PLACEMENT_GROUP: vim.placement_groups,
        Kind.VIRTUAL_LINK: vim.virtual_links,
        Kind.PORT: vim.ports,
        Kind.STORAGE: vim.storages,
        Kind.VNFC: vim.servers,
    }
