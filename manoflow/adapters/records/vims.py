"""Registered VIMs (the protocol `VimRegistry`).

What people may see is in columns; the connection, with the credentials, is one cipher text.
"""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import is_the_default, resources, vims
from manoflow.domain.vim import Vim, VimConnection


class VimRecords(Part):
    """The VIMs, and what is recorded in each."""

    async def add_vim(self, vim: Vim, connection: VimConnection) -> None:
        """Register a VIM. One that is to be the default takes the place of the last."""
        sealed = self._keyring.seal(_revealed(connection))
        async with self._database.writing() as tx:
            if vim.default:
                await tx.take_turn("default VIM")
                await tx.update(vims, is_the_default, {"is_default": False})
            row = {**row_of(vim, vims), "is_default": vim.default, "sealed_connection": sealed}
            await tx.insert(vims, row, taken=f"cannot register VIM {vim.id}: the id is taken; choose another")

    async def change_connection(self, connection: VimConnection) -> None:
        """Write how a registered VIM is reached from now on."""
        changed = {
            "interface_info": connection.interface_info,
            "extra": connection.extra,
            "sealed_connection": self._keyring.seal(_revealed(connection)),
        }
        async with self._database.writing() as tx:
            await _row(tx, connection.id)
            await tx.update(vims, vims.c.id == connection.id, changed)

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
        opened = self._keyring.open(row["sealed_connection"], f"VIM {vim_connection_id}")
        return VimConnection.model_validate_json(opened)

    async def recorded_uids(self, vim_connection_id: str) -> frozenset[UUID]:
        """The uids of everything recorded in one VIM."""
        statement = select(resources.c.uid).where(resources.c.vim_connection_id == vim_connection_id)
        async with self._database.reading() as tx:
            return frozenset(row["uid"] for row in await tx.read(statement, resources))


async def _row(tx: Transaction, vim_connection_id: str) -> RowMapping:
    return found(await tx.row(vims, vims.c.id == vim_connection_id), f"VIM {vim_connection_id}")


def _vim(row: RowMapping) -> Vim:
    return model_of(Vim, row, default=row["is_default"])


def _revealed(connection: VimConnection) -> str:
    secrets = {name: secret.get_secret_value() for name, secret in connection.access_info.items()}
    return json.dumps({**connection.model_dump(mode="json"), "accessInfo": secrets})
