"""The starter: makes the workflow of an admitted occurrence run. The database admits, Temporal executes.

A request that has admitted an operation starts it at once, within `PATIENCE`. What that does not reach (Temporal was
away, the API was killed between commit and start) is started by the sweep. A late or a second start is harmless: every
run begins by claiming its occurrence.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from manoflow.domain.errors import PermanentError, TemporaryError
from manoflow.domain.lcm import Ticket, VnfLcmOpOcc
from manoflow.ports.execution import Execution, Started

PATIENCE = 1.0
"""Seconds that a request waits for its operation to run."""
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 1.0

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

    def __init__(self, execution: Execution) -> None:
        """It keeps nothing, so whoever needs one makes one."""
        self._execution = execution

    async def begin(self, occurrence: VnfLcmOpOcc) -> None:
        """Start an occurrence just admitted; returns when it runs, or when `PATIENCE` is over: the sweep goes on."""
        if not await patiently(lambda: self.attempt(occurrence)):
            log_of(occurrence).warning("an operation is admitted and waits to be started")

    async def attempt(self, occurrence: VnfLcmOpOcc) -> bool:
        """Start it once; True where it runs, or where trying again at once is useless."""
        try:
            return await self._execution.start(ticket_of(occurrence)) is not Started.CLOSING
        except TemporaryError as error:
            log_of(occurrence).warning("an operation cannot be started yet", error=error.message)
            return False
        except PermanentError as error:
            log_of(occurrence).error("cannot start an admitted operation", error=error.message)
            return True


async def patiently(attempt: Callable[[], Awaitable[bool]]) -> bool:
    """Try something until it is done; False where it is not within `PATIENCE`."""
    pause = FIRST_PAUSE
    try:
        async with asyncio.timeout(PATIENCE):
            while not await attempt():
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
    except TimeoutError:
        return False
    return True


def log_of(occurrence: VnfLcmOpOcc) -> structlog.stdlib.BoundLogger:
    """Lines about an occurrence name it."""
    bound: structlog.stdlib.BoundLogger = log.bind(
        lcmOpOccId=str(occurrence.id), vnfInstanceId=str(occurrence.vnf_instance_id)
    )
    return bound
