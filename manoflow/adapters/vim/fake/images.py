"""Images: what servers and volumes start from. Those that were there before bear no uid."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from sqlite3 import Row
from uuid import UUID

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import bearing, insert, require
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import Image, NewImage, NewServer, NewStorage, VimResource
from manoflow.domain.errors import BusyError, InvalidInputError


class FakeImages(FakeResources[NewImage]):
    """Images: `manoflow.ports.vim.Images`. Nothing but the digest of their content is kept."""

    kind = "images"

    async def look_up(self, name_or_id: str) -> Sequence[Image]:
        """Images of that id or name that were there before."""

        def look(turn: Turn) -> list[Image]:
            statement = "SELECT * FROM images WHERE ? IN (id, name) AND uid IS NULL ORDER BY id"
            rows = turn.world.execute(statement, (name_or_id,))
            return [Image(vim_id=row["id"], name=row["name"]) for row in rows]

        return await self._calls.perform(Call(kind="images.look_up", name=name_or_id), look)

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All that Manoflow put there."""
        call = Call(kind="images.of_vnf", name=str(vnf_instance_id))
        return await self._calls.perform(call, self._ours)

    async def finish(self, half_made: VimResource, new: NewImage) -> VimResource:
        """Read the content, which is refused where it is not what its digest says."""
        digest = await asyncio.to_thread(_digest, new)
        if digest != new.digest:
            message = f"cannot put image {new.name} ({new.uid}) into the VIM: its content has SHA-256 {digest}"
            raise InvalidInputError(message)
        return await super().finish(half_made, new)

    def _make(self, turn: Turn, new: NewImage) -> str:
        return insert(turn, self.kind, new, vnf_instance_id=None, half_made=True)

    def _leave_out(self, turn: Turn, vim_id: str, new: NewImage) -> None:
        """Nothing: without content it is half made anyway."""

    def _add_missing(self, turn: Turn, vim_id: str, new: NewImage) -> None:
        self._set(turn, vim_id, digest=new.digest)

    def _may_go(self, turn: Turn, row: Row) -> None:
        """A volume keeps what it was made from, as on a VIM that clones."""
        user = turn.world.execute("SELECT id FROM storages WHERE image_id = ?", (row["id"],)).fetchone()
        if user is not None:
            raise BusyError(f"cannot delete image {row['id']} ({row['uid']}): volume {user['id']} was made from it")

    def _ours(self, turn: Turn) -> list[VimResource]:
        rows = turn.world.execute("SELECT * FROM images WHERE uid IS NOT NULL ORDER BY created_at, id")
        return [self._show(turn, row) for row in rows]


def image_id(turn: Turn, new: NewServer | NewStorage) -> str | None:
    """The VIM's own id of the image that a new resource starts from. Raises `NotFoundError`, `BusyError`."""
    if new.image_uid is not None:
        image = bearing(turn, "images", new.image_uid, new)
        if image["half_made"]:
            raise BusyError(f"cannot make {new.name} ({new.uid}): image {image['id']} has no content yet")
        return str(image["id"])
    if new.image_id is not None:
        require(turn, "images", new.image_id, new)
    return new.image_id


def _digest(new: NewImage) -> str:
    found = sha256()
    for chunk in new.content() if new.content else ():
        found.update(chunk)
    return found.hexdigest()
