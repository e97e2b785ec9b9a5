"""Rows of resources: what every kind has in common is written and read here, once."""

import sqlite3
from typing import Any
from uuid import UUID, uuid4

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.domain.cloud import NewResource
from manoflow.domain.errors import AlreadyExistsError, NotFoundError

_TAKEN = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


def insert(turn: Turn, kind: str, new: NewResource, *, vim_id: str | None = None, **particulars: Any) -> str:  # noqa: ANN401 - columns
    """Make a resource; answers its id. Raises `AlreadyExistsError` where something unique about it is taken."""
    ready_at, strikes = turn.now + turn.takes, turn.strikes
    row = {
        "id": vim_id or str(uuid4()),
        "uid": str(new.uid),
        "vnf_instance_id": str(new.vnf_instance_id),
        "lcm_op_occ_id": str(new.lcm_op_occ_id),
        "name": new.name,
        "created_at": turn.now,
        "ready_at": ready_at,
        "vanishes_at": ready_at if strikes.vanishing else None,
        "stalled_by": strikes.stalled_by,
        "half_made": strikes.half_made,
        "fault": strikes.fault,
        **particulars,
    }
    columns, places = ", ".join(row), ", ".join("?" * len(row))
    statement = f"INSERT INTO {kind} ({columns}) VALUES ({places})"  # noqa: S608 - names of ours
    try:
        turn.world.execute(statement, tuple(row.values()))
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorname not in _TAKEN:
            raise
        constraint = str(error).rpartition(": ")[2].replace(f"{kind}.", "")
        taken = ", ".join(f"{column} {row[column]}" for column in constraint.split(", "))
        raise AlreadyExistsError(f"cannot make {new.name} ({new.uid}): {kind} has {taken} already") from error
    return str(row["id"])


def is_building(turn: Turn, row: sqlite3.Row) -> bool:
    """Whether it is not there yet; what is stalled will not be until its knob is released."""
    return row["stalled_by"] is not None or row["ready_at"] > turn.now


def select(turn: Turn, kind: str, column: str, value: UUID | str) -> list[sqlite3.Row]:
    """Resources with this value in a column, oldest first."""
    statement = f"SELECT * FROM {kind} WHERE {column} = ? ORDER BY created_at, id"  # noqa: S608 - names of ours
    return turn.world.execute(statement, (str(value),)).fetchall()


def bearing(turn: Turn, kind: str, uid: UUID, new: NewResource) -> sqlite3.Row:
    """Find the resource that `new` refers to by uid: of several the oldest. Raises `NotFoundError`."""
    rows = [row for row in select(turn, kind, "uid", uid) if row["gone_at"] is None]
    if not rows:
        raise NotFoundError(f"cannot make {new.name} ({new.uid}): the VIM has none of {kind} with uid {uid}")
    return rows[0]


def require(turn: Turn, kind: str, vim_id: str, new: NewResource) -> None:
    """Raise `NotFoundError` unless the VIM has what `new` names by the VIM's own id."""
    statement = f"SELECT 1 FROM {kind} WHERE id = ?"  # noqa: S608 - a name of ours
    if turn.world.execute(statement, (vim_id,)).fetchone() is None:
        raise NotFoundError(f"cannot make {new.name} ({new.uid}): the VIM has none of {kind} with id {vim_id}")
