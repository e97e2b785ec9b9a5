"""What only SQLite needs: the one place in the record that knows which database it is.

The driver's own idea of transactions is switched off. A writing transaction begins with BEGIN IMMEDIATE: one that reads
first and writes later would otherwise fail as soon as somebody else wrote in between, whatever the time-out.
"""

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 10.0
"""How long a transaction waits for another process's."""

WRITES = "manoflow_writes"
"""Execution option of connections that are about to write."""


def is_sqlite(engine: AsyncEngine) -> bool:
    """Whether what this module does applies."""
    return engine.dialect.name == "sqlite"


def settle_transactions(engine: AsyncEngine) -> None:
    """Have every connection use the write-ahead log, and every transaction begin as it means to go on."""
    event.listen(engine.sync_engine, "connect", _furnish)
    event.listen(engine.sync_engine, "begin", _begin)


def _furnish(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    # First of all: switching to the write-ahead log may have to wait, too.
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
