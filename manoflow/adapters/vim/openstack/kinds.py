"""What every kind of resource has in common: the port's verbs over four blocking calls.

A kind says how it lists by a tag, creates and deletes; this base runs that in threads, names in each error what was
being done, and turns lists into findings. Lists are the only way of looking: they show what exists at that moment,
twins included.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar
from uuid import UUID

from openstack.connection import Connection

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.recent_ids import RecentIds
from manoflow.adapters.vim.openstack.tags import Tag, uid_tag, vnf_tag
from manoflow.adapters.vim.openstack.together import Together
from manoflow.domain.cloud import NewResource, Tagged, VimResource
from manoflow.domain.errors import BusyError, NotFoundError
from manoflow.domain.identity import Kind

New = TypeVar("New", bound=NewResource)

LOOKS = 5
"""That must show nothing, one after the other, where a service may deny what is there."""
LOOK_AGAIN = 0.8
"""Seconds between two of them."""
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Creation time of kinds for which Nova keeps none: of twins the lower id then counts as the older."""


class CloudResources(ABC, Generic[New]):
    """One kind of resource in one project; the `manoflow.ports.vim.Resources` of that kind."""

    kind: ClassVar[Kind]
    noun: ClassVar[str]
    may_deny: ClassVar[bool] = False
    """Whether the service may answer that there is nothing, whatever there is; `_denies` tells whether it does."""
    finds_together: ClassVar[bool] = True
    """Whether one call of the service finds several by their uids."""

    def __init__(self, cloud: Cloud) -> None:
        """Share the cloud's threads with the other kinds."""
        self._cloud = cloud
        self._ids = RecentIds()
        self._together = Together(self._find_all)

    async def find(self, uid: UUID) -> Sequence[VimResource]:
        """Every resource of this kind that bears the uid."""
        if not self.finds_together:
            return await self._find_all([uid])
        try:
            return await self._together.find(uid)
        except asyncio.CancelledError as ended:
            ended.add_note(f"the VIM has not answered to: look for {self.noun} {uid}")
            raise

    async def find_for_certain(self, uid: UUID) -> Sequence[VimResource]:
        """Look until something is seen, or the service cannot have denied it all the time."""
        honest = 0
        while not (found := await self.find(uid)) and self.may_deny and honest < LOOKS:
            denies = await self._cloud.call("ask whether anything is shown", self._denies)
            honest = 0 if denies else honest + 1
            await asyncio.sleep(LOOK_AGAIN)
        return found

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of this kind that belong to the VNF instance."""
        return await self._listed(f"list the {self.noun}s of VNF {vnf_instance_id}", vnf_tag(vnf_instance_id))

    async def create(self, new: New) -> VimResource:
        """Ask for it; see `manoflow.ports.vim.Resources.create`."""
        return await self._cloud.call(f"make {self._named(new)}", lambda sdk: self._made(sdk, new))

    async def finish(self, half_made: VimResource, new: New) -> VimResource:
        """Add what is missing. Kinds that one call makes whole are never half made."""
        return await self._cloud.call(f"finish {self._named(new)}", lambda sdk: self._finish(sdk, half_made, new))

    async def delete(self, resource: VimResource) -> None:
        """Ask for its removal; absence is success, where it is certain."""
        doing = f"delete {self.noun} {resource.name} ({resource.vim_id})"
        try:
            await self._cloud.call(doing, lambda sdk: self._delete(sdk, resource))
        except NotFoundError as error:
            if any(one.vim_id == resource.vim_id for one in await self.find_for_certain(resource.uid)):
                message = f"cannot {doing}: the VIM denied for a moment that it is there"
                raise BusyError(message) from error

    async def tagged(self) -> Sequence[Tagged]:
        """Everything of this kind that bears a uid of ours, of whatever VNF."""
        return [
            Tagged(
                kind=self.kind,
                vim_id=found.vim_id,
                name=found.name,
                uid=found.uid,
                vnf_instance_id=found.vnf_instance_id,
            )
            for found in await self._listed(f"list the {self.noun}s of Manoflow", None)
        ]

    async def _find_all(self, uids: Sequence[UUID]) -> Sequence[VimResource]:
        which = f"{self.noun} {uids[0]}" if len(uids) == 1 else f"{self.noun}s {', '.join(map(str, uids))}"
        return await self._cloud.call(f"look for {which}", lambda sdk: self._find(sdk, uids))

    async def _listed(self, doing: str, tag: Tag | None) -> Sequence[VimResource]:
        return await self._cloud.call(doing, lambda sdk: self._list(sdk, tag))

    def _named(self, new: New) -> str:
        return f"{self.noun} {new.name} ({new.uid})"

    def vim_ids(self, sdk: Connection, uids: Sequence[UUID], new: NewResource) -> list[str]:
        """The VIM's own ids, in order, of what a new resource refers to by uid: one list call for a whole stage.

        Blocking. Raises `NotFoundError` naming one that does not exist; of several with one uid the oldest counts.
        """
        if not uids:
            return []
        by_uid = self._ids.of(uids, lambda: self._listed_ids(sdk, self._siblings(uids, new)))
        for uid in uids:
            if uid not in by_uid:
                raise NotFoundError(f"cannot make {new.name} ({new.uid}): its {self.noun} {uid} does not exist")
        return [by_uid[uid] for uid in uids]

    def _made(self, sdk: Connection, new: New) -> VimResource:
        self._ids.forget(new.uid)
        return self._create(sdk, new)

    def _siblings(self, _uids: Sequence[UUID], new: NewResource) -> Tag:
        """What to list when some of these are wanted: their siblings will be wanted next."""
        return vnf_tag(new.vnf_instance_id)

    def _listed_ids(self, sdk: Connection, tag: Tag) -> Mapping[UUID, str]:
        youngest_first = sorted(self._list(sdk, tag), key=_age, reverse=True)
        return {found.uid: found.vim_id for found in youngest_first}

    def _denies(self, _sdk: Connection) -> bool:
        """Whether the service shows nothing just now, not even what must be there."""
        return False

    @abstractmethod
    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        """Those that bear the tag; without a tag, all that bear any uid."""

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        """Those that bear any of the uids; one at a time where the service takes no more."""
        return [found for uid in uids for found in self._list(sdk, uid_tag(uid))]

    @abstractmethod
    def _create(self, sdk: Connection, new: New) -> VimResource:
        """Make it and return it as the service shows it."""

    def _finish(self, _sdk: Connection, half_made: VimResource, _new: New) -> VimResource:
        return half_made

    @abstractmethod
    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        """Ask for its removal."""


def moment(text: str) -> datetime:
    """Read a service's time. Cinder writes none of the zone, and means UTC as the others do."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _age(found: VimResource) -> tuple[datetime, str]:
    return found.created_at, found.vim_id
