"""The database: its transactions, each seen by one tenant, and its errors in our words.

Every statement of the record passes through `Transaction`, which adds the tenant, so no query can forget it: what sees
all tenants is named for that. A writing transaction awaits nothing but its own statements. Rows that it depends on are
locked in the order package, instance, occurrence, VIM; where there is no row yet, a turn takes its place (SQLite has
one writer at a time and ignores both).

No call of the driver is interrupted by a cancellation, which takes effect between two of them (`uninterrupted`): a
BEGIN IMMEDIATE given up half-way kept everybody else out until its remains were garbage-collected.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import URL, ColumnElement, RowMapping, Select, Table, delete, func, insert, make_url, select, update
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from manoflow.adapters.records.postgresql import arguments, is_postgresql, is_refused, reason_of, snapshot
from manoflow.adapters.records.sqlite import WRITES, is_sqlite, settle_transactions
from manoflow.domain.errors import AlreadyExistsError, ConflictError, InvalidInputError, UnreachableError

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
"""The driver for each database that can hold the record."""

CONNECTIONS = 15
"""At most; whoever finds none free waits."""

Condition = ColumnElement[bool]

T = TypeVar("T")


class Transaction:
    """One transaction, in one tenant."""

    def __init__(self, connection: AsyncConnection, tenant: str) -> None:
        """Use `Database.reading` or `Database.writing`."""
        self._connection = connection
        self._tenant = tenant

    async def read(self, statement: Select[*tuple[Any, ...]], of: Table[Any]) -> Sequence[RowMapping]:
        """What a statement finds among the tenant's rows of a table."""
        mine: Condition = of.c.tenant == self._tenant
        result = await uninterrupted(self._connection.execute(statement.where(mine)))
        return result.mappings().all()

    async def read_all_tenants(self, statement: Select[*tuple[Any, ...]]) -> Sequence[RowMapping]:
        """What a statement finds, whosesoever it is: for what tenants share, the folder of content."""
        result = await uninterrupted(self._connection.execute(statement))
        return result.mappings().all()

    async def rows(self, table: Table[Any], *where: Condition) -> Sequence[RowMapping]:
        """Rows in the order of their primary key: for listed tables, that in which they were recorded."""
        return await self.read(select(table).where(*where).order_by(*table.primary_key), table)

    async def row(self, table: Table[Any], *where: Condition, lock: bool = False) -> RowMapping | None:
        """One row or None; `lock` keeps others from changing it until this transaction ends."""
        statement = select(table).where(*where).limit(1)
        found = await self.read(statement.with_for_update() if lock else statement, table)
        return found[0] if found else None

    async def take_turn(self, name: str) -> None:
        """Wait until no other transaction of the tenant has the turn of that name; it lasts as long as this one."""
        if self._connection.dialect.name == "postgresql":
            lock = select(func.pg_advisory_xact_lock(func.hashtextextended(f"{self._tenant}/{name}", 0)))
            await uninterrupted(self._connection.execute(lock))

    async def insert(self, table: Table[Any], *rows: Mapping[str, object], taken: str) -> None:
        """Add rows. Raises `AlreadyExistsError`, saying `taken`, where something unique is; then none is added."""
        async with self._unless(taken):
            mine = [{**row, "tenant": self._tenant} for row in rows]
            await uninterrupted(self._connection.execute(insert(table), mine))

    async def update(
        self, table: Table[Any], where: Condition, values: Mapping[str, object], *, taken: str | None = None
    ) -> None:
        """Change rows; none that fits is no error. `taken` as for `insert`, where a unique value may change."""
        mine = table.c.tenant == self._tenant
        statement = update(table).where(where, mine).values(values)
        async with self._unless(taken) if taken else nullcontext():
            await uninterrupted(self._connection.execute(statement))

    async def delete(self, table: Table[Any], *where: Condition) -> None:
        """Remove rows; none that fits is no error."""
        statement = delete(table).where(*where, table.c.tenant == self._tenant)
        await uninterrupted(self._connection.execute(statement))

    @asynccontextmanager
    async def _unless(self, taken: str) -> AsyncIterator[None]:
        """A savepoint: what is refused inside leaves the transaction usable, so it can be told who was first.

        All other errors end the transaction itself, and some (a full disk) have ended it already.
        """
        savepoint = self._connection.begin_nested()
        await uninterrupted(savepoint.start())
        try:
            yield
        except IntegrityError as error:
            await uninterrupted(savepoint.rollback())
            raise AlreadyExistsError(taken) from error
        await uninterrupted(savepoint.commit())


class Database:
    """A database as one tenant sees it."""

    def __init__(self, url: str, tenant: str) -> None:
        """Nothing is opened yet. Raises `InvalidInputError` for a URL that names no database we can use."""
        self._tenant = tenant
        self._engine = engine_for(url)
        self._reader = snapshot(self._engine) if is_postgresql(self._engine) else self._engine
        self._writer = self._engine.execution_options(**{WRITES: True})
        # SQLite lets one writer in at a time and wakes the others at random: inside a process they queue.
        self._turn: AbstractAsyncContextManager[object] = asyncio.Lock() if is_sqlite(self._engine) else nullcontext()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """Look, and hinder nobody."""
        async with self._transaction(self._reader) as transaction:
            yield transaction

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """Write everything or nothing. Raises `UnreachableError` where the database does not take it now."""
        async with self._turn, self._transaction(self._writer) as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[Transaction]:
        connection = engine.connect()
        with in_our_words(engine.url):
            try:
                await uninterrupted(connection.start())
                await uninterrupted(connection.begin().start())
                yield Transaction(connection, self._tenant)
                await uninterrupted(connection.commit())
            finally:
                if connection.sync_connection is not None:
                    await uninterrupted(connection.close())  # What is not committed is rolled back.

    async def close(self) -> None:
        """Give back connections."""
        await self._engine.dispose()


def engine_for(url: str, *, unhurried: bool = False) -> AsyncEngine:
    """An engine that shows no values in its errors: they may be secrets. `unhurried` for what may take its time."""
    parsed = _asynchronous(url)
    particular = arguments(unhurried=unhurried) if parsed.get_backend_name() == "postgresql" else {}
    engine = create_async_engine(parsed, hide_parameters=True, pool_size=CONNECTIONS, max_overflow=0, **particular)
    if is_sqlite(engine):
        settle_transactions(engine)
    return engine


async def uninterrupted(call: Coroutine[Any, Any, T]) -> T:
    """Let a call come to its end; a cancellation that arrives meanwhile is raised after it."""
    task = asyncio.ensure_future(call)
    interruption: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            interruption = error
    if interruption is not None:
        raise interruption from task.exception()
    return task.result()


@contextmanager
def in_our_words(url: URL) -> Iterator[None]:
    """Turn what the database says into errors of the port."""
    try:
        yield
    except IntegrityError as error:
        raise ConflictError(f"cannot write the record: {reason_of(error)}") from error
    except (DBAPIError, NoConnectionFreeError, OSError) as error:
        if isinstance(error, DBAPIError) and is_refused(error):
            raise InvalidInputError(f"cannot write the record: {reason_of(error)}") from error
        raise UnreachableError(f"cannot reach the record in {url.render_as_string()}: {reason_of(error)}") from error


def _asynchronous(url: str) -> URL:
    known = " or ".join(f"{name}:///..." for name in DRIVERS)
    try:
        parsed = make_url(url)
        driver = DRIVERS[parsed.get_backend_name()]
    except (ArgumentError, KeyError) as error:
        raise InvalidInputError(f"cannot use the database URL: it must be {known}") from error
    if parsed.database in {None, "", ":memory:"}:
        raise InvalidInputError(f"cannot use the database URL: it must name a database or a file, {known}")
    return parsed.set(drivername=driver)
