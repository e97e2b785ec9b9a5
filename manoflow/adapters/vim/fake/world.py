"""One world: an SQLite file in WAL mode and the transactions on it.

Everything that reads or writes a world, from whatever process, does so in `World.transaction`: a short BEGIN IMMEDIATE
that first lets go what has gone meanwhile. So a reader sees a resource if and only if its row is there.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from manoflow.adapters.vim.fake.schema import HOSTS, KINDS, TABLES, VERSION
from manoflow.domain.errors import InvalidInputError, NotFoundError, PermanentError, UnreachableError

BUSY_SECONDS = 10.0
"""How long a transaction waits for another process's."""

_MAY_PASS = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})
_NO_WORLD = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})


class World:
    """An open world. Its threads take turns on one connection, its processes on the file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use `at` or `existing`."""
        self.path = path
        self._connection = connection
        self._turn = threading.Lock()

    @classmethod
    def at(cls, path: Path) -> Self:
        """Open the world at `path`, made when absent.

        Raises `InvalidInputError` where its folder is missing, `PermanentError` where the file is something else.
        """
        if not path.parent.is_dir():
            raise InvalidInputError(
                f"cannot make the fake VIM's world {path}: its folder is missing; create it or mend interfaceInfo.world"
            )
        with _in_our_words(path):
            return cls(path, _open(path))

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Open a world that somebody has made; raises `NotFoundError` where there is none."""
        if not path.exists():
            raise NotFoundError(f"cannot find a fake VIM's world at {path}: connect a driver or seed it first")
        return cls.at(path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing, alone in the world; raises `UnreachableError` where the file does not let us in."""
        with self._turn, _in_our_words(self.path), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            _let_go(connection)
            yield connection

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


@contextmanager
def visit(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction on a world that exists: how knobs and ledger reach it."""
    world = World.existing(path)
    try:
        with world.transaction() as connection:
            yield connection
    finally:
        world.close()


def milliseconds() -> int:
    """Now, as rows keep it."""
    return time.time_ns() // 1_000_000


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_mode = WAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            _furnish(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _furnish(path: Path, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version != 0:
        raise PermanentError(
            f"cannot use the fake VIM's world {path}: its format is {version}, this release's is {VERSION};"
            " remove the file to begin anew"
        )
    for table in TABLES:
        connection.execute(table)
    connection.executemany("INSERT INTO hosts (name, zone) VALUES (?, ?)", HOSTS)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _let_go(connection: sqlite3.Connection) -> None:
    """Remove what has been DELETING long enough, and what vanishes as soon as it is ready.

    A server that goes frees its ports and volumes (foreign keys).
    """
    for kind in KINDS:
        connection.execute(
            f"DELETE FROM {kind} WHERE :now >= min(ifnull(gone_at, :now + 1), ifnull(vanishes_at, :now + 1))"  # noqa: S608 - a name of ours
            " AND stalled_by IS NULL",
            {"now": milliseconds()},
        )


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
        if code in _MAY_PASS:
            raise UnreachableError(f"cannot reach the fake VIM's world {path}: {error}") from error
        if code in _NO_WORLD:
            raise PermanentError(f"cannot use {path} as the fake VIM's world: {error}") from error
        raise
