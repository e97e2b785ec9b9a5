"""What a sweep remembers: when it looked at an occurrence last, what it found, and since when it finds the same.

An observation that may pass by itself counts once the same was found for some seconds.
"""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from manoflow.domain.upkeep import Report

Clock = Callable[[], datetime]

SURE_AFTER = timedelta(seconds=5)
"""Longer than visibility lags behind, than a run takes to close, and than a step of a lost run takes to notice it."""


def utc_now() -> datetime:
    """The clock outside tests."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Look:
    """A close look at an occurrence."""

    at: datetime
    since: datetime
    """When the same was found first."""
    found: Hashable
    report: Report | None = None


class Looks:
    """The last look at each occurrence."""

    def __init__(self, clock: Clock) -> None:
        """Nothing was looked at."""
        self._clock = clock
        self._last: dict[UUID, Look] = {}

    def note(self, lcm_op_occ_id: UUID, found: Hashable, report: Report | None = None) -> timedelta:
        """Remember a look; gives for how long the same has been found."""
        now = self._clock()
        last = self._last.get(lcm_op_occ_id)
        since = last.since if last and last.found == found else now
        self._last[lcm_op_occ_id] = Look(now, since, found, report)
        return now - since

    def last(self, lcm_op_occ_id: UUID) -> Look | None:
        """The last one."""
        return self._last.get(lcm_op_occ_id)

    def reports(self) -> list[Report]:
        """What the last looks reported."""
        return [look.report for look in self._last.values() if look.report]

    def keep(self, lcm_op_occ_ids: Collection[UUID]) -> None:
        """Forget all others."""
        self._last = {key: look for key, look in self._last.items() if key in lcm_op_occ_ids}
