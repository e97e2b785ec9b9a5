"""What strikes one call: the knobs that are set for it, taken when it begins. `knobs` sets them, `calls` obeys them."""

import sqlite3
from dataclasses import dataclass
from fnmatch import fnmatchcase

from manoflow.domain import errors
from manoflow.domain.errors import ManoError


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a driver."""

    kind: str
    """One of `schema.CALLS`."""
    uid: str | None = None
    name: str = ""
    """Of the resource; else what was asked for."""


@dataclass(frozen=True, kw_only=True)
class Strikes:
    """Everything that befalls one call. Ids are those of the knobs that hold it, or stall what it makes or deletes."""

    seconds: float | None
    held_before: int | None
    error: ManoError | None
    half_made: bool
    duplicated: bool
    vanishing: bool
    stalled_by: int | None
    fault: str | None
    held_after: int | None
    answer_lost: bool


def take(connection: sqlite3.Connection, call: Call) -> Strikes:
    """Find what strikes this call and count it down. Of several knobs of one effect the one set first strikes."""
    knobs = connection.execute("SELECT * FROM knobs WHERE remaining IS NULL OR remaining > 0 ORDER BY id DESC")
    striking = {knob["effect"]: knob for knob in knobs.fetchall() if _strikes(knob, call)}
    for knob in striking.values():
        connection.execute("UPDATE knobs SET remaining = remaining - 1 WHERE id = ?", (knob["id"],))
    dying = "half make and die" in striking
    return Strikes(
        seconds=striking["slow"]["seconds"] if "slow" in striking else None,
        held_before=striking["hold before"]["id"] if "hold before" in striking else None,
        error=_error(striking["fail"]) if "fail" in striking else None,
        half_made=dying or "half make" in striking,
        duplicated="duplicate" in striking,
        vanishing="vanish" in striking,
        stalled_by=striking["stall"]["id"] if "stall" in striking else None,
        fault=striking["break"]["text"] if "break" in striking else None,
        held_after=striking["hold after"]["id"] if "hold after" in striking else None,
        answer_lost=dying or "lose answer" in striking,
    )


def _strikes(knob: sqlite3.Row, call: Call) -> bool:
    if not fnmatchcase(call.kind, knob["call"]):
        return False
    return knob["matching"] in call.name or knob["matching"] in (call.uid or "")


def _error(knob: sqlite3.Row) -> ManoError:
    kind: type[ManoError] = vars(errors)[knob["error"]]
    return kind(knob["text"])
