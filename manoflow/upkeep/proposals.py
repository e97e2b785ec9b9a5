"""The upkeep of proposals: those that have expired and that nobody executed are removed."""

from datetime import datetime, timedelta

import structlog

from manoflow.ports.proposals import Proposals
from manoflow.upkeep.looks import Clock, utc_now

EVERY = timedelta(minutes=10)
"""How often it is looked for them."""

log = structlog.stdlib.get_logger(__name__)


class ProposalSweep:
    """Passes over the proposals."""

    def __init__(self, proposals: Proposals, clock: Clock = utc_now) -> None:
        """The first pass looks at once."""
        self._proposals = proposals
        self._clock = clock
        self._last: datetime | None = None

    async def once(self) -> None:
        """One pass. Done again, or by two at once, it comes to the same."""
        now = self._clock()
        if self._last is not None and now - self._last < EVERY:
            return
        gone = await self._proposals.forget_proposals(now)
        self._last = now
        if gone:
            log.info("proposals have expired", count=gone)

    def forget(self) -> None:
        """Somebody else sweeps."""
