"""What was made in a world, and what was asked of it: the evidence of tests and of the demo's closing table."""

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from manoflow.adapters.vim.fake.calls import Outcome
from manoflow.adapters.vim.fake.schema import KINDS
from manoflow.adapters.vim.fake.world import visit


class Made(NamedTuple):
    """A resource. `uid` is None for what was there before."""

    kind: str
    name: str
    uid: UUID | None


class Entry(NamedTuple):
    """A call in the journal."""

    call: str
    uid: UUID | None
    name: str
    pid: int
    began_at: int
    """Milliseconds since the epoch."""
    outcome: Outcome


def inventory(world: Path) -> tuple[Made, ...]:
    """Everything that is there, DELETING or not, in an order of its own: compare two of them."""
    with visit(world) as connection:
        rows = [
            (kind, row["name"], row["uid"])
            for kind in KINDS
            for row in connection.execute(f"SELECT name, uid FROM {kind}")  # noqa: S608 - a name of ours
        ]
        rows += [
            ("subnets", row["name"], row["uid"])
            for row in connection.execute(
                "SELECT name, uid FROM subnets JOIN virtual_links ON virtual_links.id = network_id"
            )
        ]
    return tuple(Made(kind, name, _uid(uid)) for kind, name, uid in sorted(rows, key=str))


def duplicates(world: Path) -> tuple[tuple[str, UUID], ...]:
    """Kind and uid wherever more than one resource of a kind bears one uid and is not DELETING."""
    with visit(world) as connection:
        return tuple(
            (kind, UUID(row["uid"]))
            for kind in KINDS
            for row in connection.execute(
                f"SELECT uid FROM {kind} WHERE uid IS NOT NULL AND gone_at IS NULL"  # noqa: S608 - a name of ours
                " GROUP BY uid HAVING count(*) > 1 ORDER BY uid"
            )
        )


def journal(world: Path, call: str = "*") -> tuple[Entry, ...]:
    """Every call that was made, oldest first, of this name or pattern."""
    with visit(world) as connection:
        rows = connection.execute("SELECT * FROM journal ORDER BY id").fetchall()
    return tuple(
        Entry(row["call"], _uid(row["uid"]), row["name"], row["pid"], row["began_at"], Outcome(row["outcome"]))
        for row in rows
        if fnmatchcase(row["call"], call)
    )


def made_more_than_once(world: Path) -> tuple[tuple[str, UUID], ...]:
    """Creates that took effect more than once for one uid, even if the twin is gone."""
    effects = Counter(
        (entry.call, entry.uid)
        for entry in journal(world, "*.create")
        if entry.uid is not None and entry.outcome in (Outcome.DONE, Outcome.LOST)
    )
    return tuple(made for made, times in effects.items() if times > 1)


def _uid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
