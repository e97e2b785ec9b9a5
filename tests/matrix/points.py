"""Named points at which a process stands still, passed between the runner and the processes as small files.

The runner sets a point: an activity (or a call of the API) on one VNF instance, and the place before, within or after
its effect. Whichever process comes there first takes it, by an atomic rename, tells its pid once it stands there, and
goes on when it is released. So a point is struck once, by one process, and outlives whoever is killed at it.
"""

import json
import os
from enum import StrEnum
from hashlib import sha256
from pathlib import Path


class Place(StrEnum):
    """Where, seen from the effect."""

    BEFORE = "before"
    """Nothing has been done."""
    WITHIN = "within"
    """It has looked at the VIM, and stands right before the call that changes it."""
    AFTER = "after"
    """It has taken effect, and nobody knows."""
    FAILS = "fails"
    """Nobody stands there: it takes effect and then fails for good, so that the operation parks."""


class Point:
    """One point that is set. Both sides have one: they meet in its files."""

    def __init__(self, folder: Path, workflow_id: str, activity_id: str, number: int) -> None:
        """`number` tells several points of one activity apart: one after the other, attempts take them."""
        digest = sha256(f"{workflow_id} {activity_id}".encode()).hexdigest()[:24]
        self._base = folder / f"{digest}-{number}"

    def set(self, place: Place) -> None:
        """From now on the activity stops there."""
        self._write("set", place.value)

    def take(self) -> Place | None:
        """Be the one that stops there; None where nothing is set, or another was first."""
        try:
            return Place(self._file("set").rename(self._file("taken")).read_text())
        except FileNotFoundError:
            return None

    def hold(self) -> None:
        """Tell that this process stands there."""
        self._write("held", json.dumps({"pid": os.getpid()}))

    @property
    def held(self) -> int | None:
        """The pid of whoever stands there, or stood there when it was released."""
        try:
            return int(json.loads(self._file("held").read_text())["pid"])
        except FileNotFoundError:
            return None

    @property
    def is_released(self) -> bool:
        """Whether whoever stands there may go on."""
        return self._file("released").exists()

    def release(self) -> None:
        """Let go on whoever stands there, and let nobody stop there any more."""
        self._file("set").unlink(missing_ok=True)
        self._write("released", "")

    def _file(self, kind: str) -> Path:
        return self._base.with_suffix(f".{kind}")

    def _write(self, kind: str, text: str) -> None:
        """Readers see all of it or nothing."""
        fresh = self._file(f"{kind}-fresh-{os.getpid()}")
        fresh.write_text(text)
        fresh.rename(self._file(kind))


POINTS_OF_AN_ACTIVITY = 2
"""At most: a worker that is stopped at one is overtaken by a worker that stands at the next."""


def taken(folder: Path, workflow_id: str, activity_id: str) -> tuple[Point, Place] | None:
    """The first point set for an activity that nobody has taken yet, taken."""
    for number in range(POINTS_OF_AN_ACTIVITY):
        point = Point(folder, workflow_id, activity_id, number)
        place = point.take()
        if place is not None:
            return point, place
    return None
