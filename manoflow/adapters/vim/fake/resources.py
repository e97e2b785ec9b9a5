"""The five verbs on one kind of resource, as far as they are alike for all kinds.

A kind says how one is made (`_make`), what may forbid its removal (`_may_go`) and what it shows beyond the common
(`_particulars`); each is done inside the call's transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from sqlite3 import Row
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from manoflow.adapters.vim.fake.calls import Calls, Turn
from manoflow.adapters.vim.fake.rows import select
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import ConflictError, NotFoundError

New = TypeVar("New", bound=NewResource)


class FakeResources(ABC, Generic[New]):
    """One kind of resource: `manoflow.ports.vim.Resources`."""

    kind: ClassVar[str]
    """One of `schema.KINDS`."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def find(self, uid: UUID) -> Sequence[VimResource]:
        """Every resource that bears this uid."""
        call = Call(kind=f"{self.kind}.find", uid=str(uid))
        return await self._calls.perform(call, partial(self._list, column="uid", value=uid))

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of one VNF instance."""
        call = Call(kind=f"{self.kind}.of_vnf", name=str(vnf_instance_id))
        listing = partial(self._list, column="vnf_instance_id", value=vnf_instance_id)
        return await self._calls.perform(call, listing)

    async def create(self, new: New) -> VimResource:
        """Make one, whether or not there is another with its uid: only what is unique in a cloud is unique here."""
        call = Call(kind=f"{self.kind}.create", uid=str(new.uid), name=new.name)
        return await self._calls.perform(call, partial(self._create, new=new))

    async def finish(self, half_made: VimResource, new: New) -> VimResource:
        """Add what is missing."""
        call = Call(kind=f"{self.kind}.finish", uid=str(new.uid), name=new.name)
        return await self._calls.perform(call, partial(self._finish, half_made=half_made, new=new))

    async def delete(self, resource: VimResource) -> None:
        """Begin to remove it, unless it is gone or going; raises `BusyError` while something needs it."""
        call = Call(kind=f"{self.kind}.delete", uid=str(resource.uid), name=resource.name)
        await self._calls.perform(call, partial(self._delete, vim_id=resource.vim_id))

    @abstractmethod
    def _make(self, turn: Turn, new: New) -> str:
        """Write the rows of a new resource; answers its id."""

    def _may_go(self, turn: Turn, row: Row) -> None:
        """Raise `BusyError` where the resource is needed. By default nothing needs it."""

    def _particulars(self, turn: Turn, row: Row) -> dict[str, Any]:  # noqa: ARG002 - for kinds that show more
        return {}

    def _add_missing(self, turn: Turn, vim_id: str, new: New) -> None:  # noqa: ARG002 - for kinds that may be half made
        raise ConflictError(f"cannot finish {new.name} ({new.uid}) of {self.kind}: {vim_id} is not half made")

    def _list(self, turn: Turn, *, column: str, value: UUID) -> list[VimResource]:
        return [self._show(turn, row) for row in select(turn, self.kind, column, value)]

    def _create(self, turn: Turn, *, new: New) -> VimResource:
        return self._show_by_id(turn, self._make(turn, new))

    def _finish(self, turn: Turn, *, half_made: VimResource, new: New) -> VimResource:
        self._show_by_id(turn, half_made.vim_id)
        self._add_missing(turn, half_made.vim_id, new)
        return self._show_by_id(turn, half_made.vim_id)

    def _delete(self, turn: Turn, *, vim_id: str) -> None:
        for row in select(turn, self.kind, "id", vim_id):
            if row["gone_at"] is None:
                self._may_go(turn, row)
                statement = f"UPDATE {self.kind} SET gone_at = ? WHERE id = ?"  # noqa: S608 - a name of ours
                turn.world.execute(statement, (turn.now + turn.takes, vim_id))

    def _show_by_id(self, turn: Turn, vim_id: str) -> VimResource:
        """Raises `NotFoundError` where it is gone."""
        for row in select(turn, self.kind, "id", vim_id):
            return self._show(turn, row)
        raise NotFoundError(f"cannot find {vim_id} of {self.kind}: it is gone")

    def _show(self, turn: Turn, row: Row) -> VimResource:
        return VimResource(
            uid=row["uid"],
            vim_id=row["id"],
            name=row["name"],
            state=self._state(turn, row),
            created_at=datetime.fromtimestamp(row["created_at"] / 1000, UTC),
            vnf_instance_id=row["vnf_instance_id"],
            detail=row["fault"],
            **self._particulars(turn, row),
        )

    def _state(self, turn: Turn, row: Row) -> ResourceState:
        if row["gone_at"] is not None:
            return ResourceState.DELETING
        if row["ready_at"] > turn.now:
            return ResourceState.BUILDING
        return ResourceState.BROKEN if row["fault"] else ResourceState.READY
