"""Activities that look at a VIM without changing it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from activities.step import step
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.diff import Action
from manoflow.domain.identity import Kind
from manoflow.domain.observation import Seen
from manoflow.domain.plan import Step, Steps
from manoflow.domain.resources import Resource
from manoflow.domain.timing import StepKind
from manoflow.ports.vim import VimDriver, Vims

MADE = frozenset({ResourceState.READY, ResourceState.BROKEN})
"""States of what was made: others pass, or need somebody who finishes it."""


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
        """The keys of those steps, all of one kind, whose resource cannot be relied on any more: one list call.

        It is gone or going, or somebody is just making it anew: then the step is to wait for that.
        """
        first, *_ = made.steps
        vim = await self._vims.driver(first.vim_connection_id)
        listed = await _resources(vim)[first.kind].of_vnf(first.vnf_instance_id)
        there = {resource.uid for resource in listed if resource.state in MADE}
        return [step.key for step in made.steps if step.uid not in there]


async def everything(vim: VimDriver, vnf_instance_id: UUID, recorded: Sequence[Resource]) -> Seen:
    """What is there of all that is recorded. That something is not there is beyond doubt."""
    seen: dict[Kind, Sequence[VimResource]] = {}
    for kind, resources in _resources(vim).items():
        wanted = [row.uid for row in recorded if row.kind is kind]
        if wanted:
            listed = await resources.of_vnf(vnf_instance_id)
            unlisted = set(wanted) - {one.uid for one in listed}
            found = await asyncio.gather(*(resources.find_for_certain(uid) for uid in unlisted))
            seen[kind] = [*listed, *(one for some in found for one in some)]
    return seen


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
