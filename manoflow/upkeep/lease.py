"""The loop that every worker runs: whoever has the lease sweeps, the others stand by.

A worker that dies holds the lease until it runs out; one that ends in good order gives it back. Two may sweep at once
for a moment (a process that was stopped and wakes up): everything that a sweep does bears that, its writes compare what
they change with what was read.
"""

import asyncio
import contextlib
from typing import Protocol

import structlog

from manoflow.domain.errors import ManoError
from manoflow.ports.records import Upkeep as Leases

NAME = "upkeep"
SECONDS = 10.0
"""How long a lease holds without being renewed."""
INTERVAL = 2.0
"""Seconds between two passes, and between two tries to have the lease."""
PASS_SECONDS = 8.0
"""A pass that takes longer is cut off before the lease runs out; the next one goes on where it has not looked."""
STEP_BACK = 15.0
"""Seconds that a worker leaves the lease to the others after a pass that met a bug."""

log = structlog.stdlib.get_logger(__name__)


class Swept(Protocol):
    """What is done under the lease: `manoflow.upkeep.sweep.Sweep`."""

    async def once(self) -> None:
        """One pass."""
        ...

    def forget(self) -> None:
        """Somebody else sweeps: what was seen before counts no more."""
        ...


class Upkeep:
    """One worker's part in keeping the record in step."""

    def __init__(self, records: Leases, sweep: Swept, holder: str) -> None:
        """`holder`: this worker's own name."""
        self._records = records
        self._sweep = sweep
        self._holder = holder
        self._trouble: str | None = None

    async def run(self) -> None:
        """Sweep whenever the lease is ours, until cancelled.

        A bug ends a pass and not the loop: it is logged with its traceback, and the lease is left to others meanwhile.
        Where all of them meet it nobody has the lease, which `/readyz` shows.
        """
        try:
            while True:
                pause = await self.turn()
                await asyncio.sleep(pause)
        finally:
            await self._give_back()

    async def turn(self) -> float:
        """Try to have the lease, and sweep once where it is ours; gives the seconds until the next turn."""
        try:
            if not await self._records.lease(NAME, self._holder, SECONDS):
                self._sweep.forget()
                return INTERVAL
            async with asyncio.timeout(PASS_SECONDS):
                await self._sweep.once()
        except ManoError as error:
            self._tell(error.message)
        except TimeoutError:
            self._tell(f"a pass takes longer than {PASS_SECONDS:.0f} s")
        except Exception:
            log.exception("a sweep has met a bug", holder=self._holder)
            await self._give_back()
            return STEP_BACK
        else:
            self._tell(None)
        return INTERVAL

    def _tell(self, trouble: str | None) -> None:
        """Log what keeps it from sweeping when it begins, and when it is over."""
        if trouble and not self._trouble:
            log.warning("the sweep goes on later", error=trouble, holder=self._holder)
        if self._trouble and not trouble:
            log.info("the sweep goes on", holder=self._holder)
        self._trouble = trouble

    async def _give_back(self) -> None:
        with contextlib.suppress(ManoError):  # then it runs out by itself
            await self._records.lease(NAME, self._holder, 0)
