"""The verbs on one kind of resource, as far as they are alike for all kinds.

A kind says how one is made (`_make`) and finished (`_add_missing`), what may forbid its removal (`_may_go`) and what it
shows beyond the common (`_particulars`); each is done inside the call's transaction.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from sqlite3 import Row
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from manoflow.adapters.vim.fake.calls import Calls, Turn
from manoflow.adapters.vim.fake.quotas import refuse_beyond
from manoflow.adapters.vim.fake.rows import is_building, select
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import NewResource, ResourceState, VimResource
from manoflow.domain.errors import ManoError, NotFoundError

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

    async def find_for_certain(self, uid: UUID) -> Sequence[VimResource]:
        """The same: what it lists is so."""
        return await self.find(uid)

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

    def _leave_out(self, turn: Turn, vim_id: str, new: New) -> None:  # noqa: ARG002 - for kinds with parts of their own
        """Take away what a half made one lacks: by default the mark by which it is listed with its VNF instance."""
        self._set(turn, vim_id, vnf_instance_id=None)

    def _add_missing(self, turn: Turn, vim_id: str, new: New) -> None:
        """Add what `_leave_out` took away."""
        self._set(turn, vim_id, vnf_instance_id=str(new.vnf_instance_id))

    def _list(self, turn: Turn, *, column: str, value: UUID) -> list[VimResource]:
        return [self._show(turn, row) for row in select(turn, self.kind, column, value)]

    def _create(self, turn: Turn, *, new: New) -> VimResource:
        vim_id = self._put_in(turn, new)
        if turn.strikes.duplicated:
            self._make_twin(turn, new)
        return self._show(turn, self._row(turn, vim_id))

    def _put_in(self, turn: Turn, new: New) -> str:
        vim_id = self._make(turn, new)
        refuse_beyond(turn.world, self.kind, new)
        if turn.strikes.half_made:
            self._leave_out(turn, vim_id, new)
        return vim_id

    def _make_twin(self, turn: Turn, new: New) -> None:
        """Do the same once more, unless a rule of the cloud forbids it."""
        turn.world.execute("SAVEPOINT twin")
        try:
            self._put_in(turn, new)
        except ManoError:
            turn.world.execute("ROLLBACK TO twin")
        turn.world.execute("RELEASE twin")

    def _finish(self, turn: Turn, *, half_made: VimResource, new: New) -> VimResource:
        vim_id = half_made.vim_id
        if self._row(turn, vim_id)["half_made"]:
            self._add_missing(turn, vim_id, new)
            self._set(turn, vim_id, half_made=False)
        return self._show(turn, self._row(turn, vim_id))

    def _delete(self, turn: Turn, *, vim_id: str) -> None:
        for row in select(turn, self.kind, "id", vim_id):
            if row["gone_at"] is None:
                self._may_go(turn, row)
                self._set(turn, vim_id, gone_at=turn.now + turn.takes, stalled_by=turn.strikes.stalled_by)

    def _set(self, turn: Turn, vim_id: str, **particulars: Any) -> None:  # noqa: ANN401 - columns
        assignments = ", ".join(f"{column} = ?" for column in particulars)
        statement = f"UPDATE {self.kind} SET {assignments} WHERE id = ?"  # noqa: S608 - names of ours
        turn.world.execute(statement, (*particulars.values(), vim_id))

    def _row(self, turn: Turn, vim_id: str) -> Row:
        """Raises `NotFoundError` where it is gone."""
        for row in select(turn, self.kind, "id", vim_id):
            return row
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
        if is_building(turn, row):
            return ResourceState.BUILDING
        if row["fault"]:
            return ResourceState.BROKEN
        return ResourceState.HALF_MADE if row["half_made"] else ResourceState.READY
