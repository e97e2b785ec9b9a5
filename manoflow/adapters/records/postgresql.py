"""What only PostgreSQL needs: limits of time, a snapshot for readers, turns; and what its errors mean.

A process that was stopped or cut off in the middle of a transaction must not keep rows locked: the server ends a
transaction in which nothing happens, and whoever waits for a row or for an answer waits for so long and no longer.
Written at READ COMMITTED, with locks; read at REPEATABLE READ, so that all statements of one look see the same moment.
"""

from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

CONNECT_SECONDS = 10.0
LOCK_SECONDS = 10.0
"""How long a transaction waits for another one's row."""
IDLE_SECONDS = 10.0
"""How long a transaction may stand still before the server ends it."""
ANSWER_SECONDS = 30.0
"""How long a statement may take: a server that is cut off never answers."""

DATA = "22"
"""The class of SQLSTATEs that say that a value itself cannot be stored."""


def is_postgresql(engine: AsyncEngine) -> bool:
    """Whether what this module does applies."""
    return engine.dialect.name == "postgresql"


def arguments(*, unhurried: bool) -> dict[str, Any]:
    """What an engine is made with; one that is unhurried (a migration) waits for locks and answers without end."""
    limits = {"lock_timeout": LOCK_SECONDS, "idle_in_transaction_session_timeout": IDLE_SECONDS}
    session = {} if unhurried else {name: f"{int(seconds * 1000)}ms" for name, seconds in limits.items()}
    return {
        # A server that was restarted is noticed when a connection is taken, not by the one who then uses it.
        "pool_pre_ping": True,
        "connect_args": {
            "timeout": CONNECT_SECONDS,
            "command_timeout": None if unhurried else ANSWER_SECONDS,
            "server_settings": {"application_name": "manoflow", **session},
        },
    }


def snapshot(engine: AsyncEngine) -> AsyncEngine:
    """The same engine for those who only look."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def is_refused(error: DBAPIError) -> bool:
    """Whether a value can never be stored, however often it is tried (a NUL in a text, a number out of range)."""
    state = getattr(error.orig, "sqlstate", None)
    return state.startswith(DATA) if state else isinstance(getattr(error.orig, "__cause__", None), ValueError)


def reason_of(error: BaseException) -> str:
    """What the database said, without the wrapping of its drivers."""
    original = getattr(error, "orig", None) or error
    text = str(getattr(original, "__cause__", None) or original)
    return text.partition("\n")[0] or type(error).__name__
