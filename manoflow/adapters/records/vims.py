"""Registered VIMs (the protocol `VimRegistry`).

What people may see is in columns; the connection, with the credentials, is one cipher text. Whoever changes or deletes
a VIM holds its row, as whoever reserves in it does; that nobody uses it is looked for then (`vim_users`).
"""

import json
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import image_uses, is_the_default, reservations, resources, vim_images, vims
from manoflow.adapters.records.vim_users import obstacle_in_use
from manoflow.domain.errors import ConflictError, PermanentError
from manoflow.domain.vim import Vim, VimConnection

UNREADABLE = "(credentials that no key opens)"
"""Stands for them while a connection is changed."""


class VimRecords(Part):
    """The VIMs, and what is recorded in each."""

    async def add_vim(self, vim: Vim, connection: VimConnection) -> None:
        """Register a VIM. One that is to be the default takes the place of the last."""
        sealed = self._sealed(connection)
        async with self._database.writing() as tx:
            if vim.default:
                await _no_default(tx)
            row = {**row_of(vim, vims), "is_default": vim.default, **sealed}
            await tx.insert(vims, row, taken=f"cannot register VIM {vim.id}: the id is taken; choose another")

    async def change_vim(
        self, vim_connection_id: str, change: Callable[[VimConnection], VimConnection], *, default: bool | None = None
    ) -> Vim:
        """Write what `change` makes of a connection as it is now. One that stays as it is keeps its revision.

        Credentials that no key opens can be taken away, all at once, and then given anew; else they are in the way.
        """
        async with self._database.writing() as tx:
            if default:
                await _no_default(tx)
            row = await _row(tx, vim_connection_id, lock=True)
            before, unreadable = self._readable(row)
            after = change(before)
            if unreadable and after != before and UNREADABLE in after.access_info:
                raise unreadable
            if (after.driver, after.vim_id) != (before.driver, before.vim_id):
                await _require_unused(tx, f"cannot lead VIM {vim_connection_id} to another cloud", vim_connection_id)
            values = {} if after == before else {**row_of(after, vims), **self._sealed(after)}
            if default is not None:
                values["is_default"] = default
            if values:
                await tx.update(vims, vims.c.id == vim_connection_id, values)
            return _vim(await _row(tx, vim_connection_id))

    async def delete_vim(self, vim_connection_id: str) -> None:
        """Forget a VIM that nobody uses, and what was reserved there by operations that have ended."""
        async with self._database.writing() as tx:
            await _row(tx, vim_connection_id, lock=True)
            await _require_unused(tx, f"cannot delete VIM {vim_connection_id}", vim_connection_id)
            await tx.delete(reservations, reservations.c.vim_connection_id == vim_connection_id)
            await tx.delete(vims, vims.c.id == vim_connection_id)

    async def vim(self, vim_connection_id: str) -> Vim:
        """One VIM, without credentials."""
        async with self._database.reading() as tx:
            return _vim(await _row(tx, vim_connection_id))

    async def vims(self) -> Sequence[Vim]:
        """All, oldest first."""
        async with self._database.reading() as tx:
            return [_vim(row) for row in await tx.rows(vims)]

    async def connection(self, vim_connection_id: str) -> VimConnection:
        """One VIM with its credentials decrypted."""
        async with self._database.reading() as tx:
            row = await _row(tx, vim_connection_id)
        return self._opened(row)

    async def revision(self, vim_connection_id: str) -> str:
        """Which connection it is."""
        async with self._database.reading() as tx:
            return str((await _row(tx, vim_connection_id))["revision"])

    async def recorded_uids(self, vim_connection_id: str) -> frozenset[UUID]:
        """The uids of everything recorded in one VIM, and of images that are used there and may not be recorded yet."""
        recorded = select(resources.c.uid).where(resources.c.vim_connection_id == vim_connection_id)
        used = select(image_uses.c.uid).join(vim_images, vim_images.c.uid == image_uses.c.uid)
        used = used.where(vim_images.c.vim_connection_id == vim_connection_id)
        async with self._database.reading() as tx:
            rows = [*await tx.read(recorded, resources), *await tx.read(used, image_uses)]
        return frozenset(row["uid"] for row in rows)

    def _sealed(self, connection: VimConnection) -> dict[str, object]:
        """A connection encrypted, as one that there was not before."""
        return {"sealed_connection": self._keyring.seal(_revealed(connection)), "revision": str(uuid4())}

    def _opened(self, row: RowMapping) -> VimConnection:
        opened = self._keyring.open(row["sealed_connection"], f"VIM {row['id']}")
        return VimConnection.model_validate_json(opened)

    def _readable(self, row: RowMapping) -> tuple[VimConnection, PermanentError | None]:
        """What can be read of a connection, and why its credentials cannot where they cannot."""
        try:
            return self._opened(row), None
        except PermanentError as error:
            return model_of(VimConnection, row, access_info={UNREADABLE: ""}), error


async def _no_default(tx: Transaction) -> None:
    """Make room for a default; of several that are to be it at once the last one is."""
    await tx.take_turn("default VIM")
    await tx.update(vims, is_the_default, {"is_default": False})


async def _require_unused(tx: Transaction, refused: str, vim_connection_id: str) -> None:
    obstacle = await obstacle_in_use(tx, vim_connection_id)
    if obstacle:
        message = f"{refused}: {obstacle}"
        raise ConflictError(message)


async def _row(tx: Transaction, vim_connection_id: str, *, lock: bool = False) -> RowMapping:
    return found(await tx.row(vims, vims.c.id == vim_connection_id, lock=lock), f"VIM {vim_connection_id}")


def _vim(row: RowMapping) -> Vim:
    return model_of(Vim, row, default=row["is_default"])


def _revealed(connection: VimConnection) -> str:
    secrets = {name: secret.get_secret_value() for name, secret in connection.access_info.items()}
    return json.dumps({**connection.model_dump(mode="json"), "accessInfo": secrets})
