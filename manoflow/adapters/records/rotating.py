"""Key rotation: every sealed value in a database is sealed again with the newest key, whosesoever tenant's it is.

One statement for each value, which changes it where it is still as it was read: so this may be done while API and
workers run, if they have the newest key already, and one that was killed half-way is just begun again. What the newest
key opens is done.
"""

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

from sqlalchemy import Column, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from manoflow.adapters.records.engine import engine_for, in_our_words
from manoflow.adapters.records.external_access import external_access
from manoflow.adapters.records.secrets import Keyring, split_keys
from manoflow.adapters.records.sqlite import WRITES
from manoflow.domain.errors import InvalidInputError, PermanentError

_TABLES = external_access.metadata.sorted_tables
SEALED = [column for table in _TABLES for column in table.c if column.name.startswith("sealed_")]
"""The columns that hold cipher text. Their tables are listed ones: `columns.Listed`."""
TOLD = 10
"""So many values that no key opens are told by name."""


class Rotation(NamedTuple):
    """What a rotation did."""

    rotated: int
    """Values that were sealed with an older key."""
    kept: int
    """Values that had the newest already."""


class _Value(NamedTuple):
    column: Column[Any]
    serial: int
    owner: str
    sealed: str


class _Pass(NamedTuple):
    rotated: int
    kept: int
    lost: list[str]
    """Whose values none of the keys opens."""


async def rotate(url: str, keys: str) -> Rotation:
    """Seal everything with the first of several keys.

    Raises `InvalidInputError` where there are not several, `UnreachableError` where the database does not answer, and
    `PermanentError` naming what none of the keys opens, after everything else was sealed.
    """
    keyring = Keyring(keys)
    if len(split_keys(keys)) == 1:
        raise InvalidInputError(
            "cannot rotate the key for credentials: there is one only; put a new one before it, with a comma between "
            "them, for the API and all workers too"
        )
    engine = engine_for(url)
    try:
        with in_our_words(engine.url):
            first = last = await _pass(engine, keyring)
            rotated = first.rotated
            while last.rotated:  # What was written meanwhile may have been sealed by a process that was about to stop.
                last = await _pass(engine, keyring)
                rotated += last.rotated
    finally:
        await engine.dispose()
    if last.lost:
        raise PermanentError(
            f"cannot rotate the key of {', '.join(last.lost[:TOLD])} ({len(last.lost)} in all): none of the keys opens "
            "them; add the key that they were sealed with, or take them away and give them anew; the others are done"
        )
    return Rotation(rotated, first.kept)


async def _pass(engine: AsyncEngine, keyring: Keyring) -> _Pass:
    rotated = kept = 0
    lost: list[str] = []
    async for value in _values(engine):
        try:
            again = keyring.sealed_again(value.sealed, value.owner)
        except PermanentError:
            lost.append(value.owner)
            continue
        if again is None:
            kept += 1
        else:
            await _write(engine, value, again)
            rotated += 1
    return _Pass(rotated, kept, lost)


async def _values(engine: AsyncEngine) -> AsyncIterator[_Value]:
    for column in SEALED:
        of = column.table.c
        statement = select(of.serial, of.tenant, of.id, column.label("sealed")).where(column.is_not(None))
        async with engine.connect() as connection:
            rows = (await connection.execute(statement.order_by(of.serial))).mappings().all()
        for row in rows:
            owner = f"{column.table.name} {row['id']} of tenant {row['tenant']}"
            yield _Value(column, row["serial"], owner, row["sealed"])


async def _write(engine: AsyncEngine, value: _Value, again: str) -> None:
    table = value.column.table
    as_read = (table.c.serial == value.serial, value.column == value.sealed)
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        await connection.execute(update(table).where(*as_read).values({value.column.name: again}))
