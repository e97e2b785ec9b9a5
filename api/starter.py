"""The starter: makes the workflow of every admitted occurrence run. The database admits, Temporal executes.

A request that has admitted an operation starts it at once, within `PATIENCE`. What that does not reach (Temporal was
away, the API was killed between commit and start) is found by `run`, which looks through the record every few seconds.
A late or a second start is harmless: every run begins by claiming its occurrence.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends, Request

from manoflow.domain.errors import PermanentError, TemporaryError, UnreachableError
from manoflow.domain.lcm import Ticket, VnfLcmOpOcc
from manoflow.ports.execution import Execution, Started
from manoflow.ports.records import Records

PATIENCE = 1.0
"""Seconds that a request waits for its operation to run."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0
INTERVAL = 2.0
"""Seconds between two looks through the record."""
GRACE = timedelta(seconds=2)
"""Younger occurrences are left to the request that admitted them, and to the run to claim them."""

log = structlog.stdlib.get_logger(__name__)


def ticket_of(occurrence: VnfLcmOpOcc) -> Ticket:
    """What the first run of an occurrence is started with."""
    return Ticket(
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        workflow=occurrence.workflow,
        summary=f"{occurrence.operation} of VNF instance {occurrence.vnf_instance_id}",
    )


class Starter:
    """Starts what is admitted."""

    def __init__(self, records: Records, execution: Execution, interval: float = INTERVAL) -> None:
        self._records = records
        self._execution = execution
        self._interval = interval
        self._alive = True

    async def begin(self, occurrence: VnfLcmOpOcc) -> None:
        """Start an occurrence just admitted; returns when it runs, or when `PATIENCE` is over and `run` takes it on."""
        pause = FIRST_PAUSE
        try:
            async with asyncio.timeout(PATIENCE):
                while not await self._done_for_now(occurrence):
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
        except TimeoutError:
            _log_of(occurrence).warning("an operation is admitted and waits to be started")

    async def run(self) -> None:
        """Start, for as long as the API lives, whatever nobody has claimed."""
        try:
            while True:
                await self.sweep()
                await asyncio.sleep(self._interval)
        finally:
            self._alive = False

    async def sweep(self) -> None:
        """Look through the record once. One that cannot be started does not keep the others waiting."""
        try:
            waiting = await self._records.unclaimed(datetime.now(UTC) - GRACE)
        except TemporaryError as error:
            log.warning("the starter looks again later: the record does not answer", error=error.message)
            return
        for occurrence in waiting:
            await self._done_for_now(occurrence)

    async def check(self) -> None:
        """Raise `UnreachableError` where `run` has ended."""
        if not self._alive:
            message = "the starter has stopped, see the API's log and restart it"
            raise UnreachableError(message)

    async def _done_for_now(self, occurrence: VnfLcmOpOcc) -> bool:
        """It runs, or trying again at once is useless."""
        try:
            return await self._start(occurrence) is not Started.CLOSING
        except TemporaryError as error:
            _log_of(occurrence).warning("an operation cannot be started yet", error=error.message)
            return False

    async def _start(self, occurrence: VnfLcmOpOcc) -> Started | None:
        try:
            return await self._execution.start(ticket_of(occurrence))
        except PermanentError as error:
            _log_of(occurrence).error("cannot start an admitted operation", error=error.message)
            return None


def _log_of(occurrence: VnfLcmOpOcc) -> structlog.stdlib.BoundLogger:
    return log.bind(lcmOpOccId=str(occurrence.id), vnfInstanceId=str(occurrence.vnf_instance_id))


def starter_of(request: Request) -> Starter:
    """The starter of the application that serves a request."""
    starter: Starter = request.app.state.starter
    return starter


InjectedStarter = Annotated[Starter, Depends(starter_of)]
