"""The upkeep of stored content: package files and boot data that nothing recorded names any more are removed.

Whoever deletes a package removes its content at once; what a process leaves that dies in between, and boot data, whose
plans and instances go one by one, is found here. Content is removed when a whole day has passed since it was kept, or
since a pass last saw it named, so that

- whoever keeps content and records then what names it (a plan, a package) has that day for it. Content is kept and
  removed in turns: whoever keeps what is there already finds it removed, and puts it there anew, or makes it young;
- whoever copies a reference (a heal copies its instance's) copies one that is recorded: one look at the record sees
  the copy, or what it was copied from;
- a database that was restored from an older copy, for which something may seem unused that is not, leaves a day to
  notice; and where another sweep has noticed it, nothing is removed at all.

A pass looks at one folder, and asks about little: what was wanted half a day ago is not asked for again.
"""

import structlog

from manoflow.domain.upkeep import Anomaly
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Records

LOOK_AFTER = 43_200.0
"""Seconds for which what is known to be wanted is not looked at again."""
REMOVE_AFTER = 86_400.0
"""Seconds for which content is kept that nobody wants."""
OLDER_COPY = frozenset({Anomaly.RECORD_BEHIND, Anomaly.UNKNOWN_EXECUTION})
"""What is reported where the record may be an older one."""
AT_ONCE = 20
"""The record is asked about so much content in a pass; what remains waits for the next round."""

log = structlog.stdlib.get_logger(__name__)


class ContentSweep:
    """Passes over the content, one folder after the other."""

    def __init__(self, records: Records, artifacts: Artifacts) -> None:
        """The first pass begins with the first folder."""
        self._records = records
        self._artifacts = artifacts
        self._behind = ""

    async def once(self) -> None:
        """One pass. Done again, or by two at once, it comes to the same."""
        found = await self._artifacts.stored(self._behind)
        self._behind = max(found, default="")
        due = sorted((digest for digest, age in found.items() if age > LOOK_AFTER), key=found.__getitem__)[-AT_ONCE:]
        if not due:
            return
        wanted = await self._records.content_in_use(due)
        await self._artifacts.renew(wanted)
        unwanted = [digest for digest in due if digest not in wanted and found[digest] > REMOVE_AFTER]
        if unwanted and not OLDER_COPY & {report.anomaly for report in await self._records.reports()}:
            await self._remove(unwanted)

    def forget(self) -> None:
        """Somebody else sweeps."""

    async def _remove(self, unwanted: list[str]) -> None:
        """In a turn, so that nobody keeps meanwhile what is seen unused here."""
        async with self._artifacts.turn():
            wanted = await self._records.content_in_use(unwanted)
            for digest in unwanted:
                if digest not in wanted and await self._artifacts.remove(digest, REMOVE_AFTER):
                    log.info("content was removed that nothing recorded names", digest=digest)
