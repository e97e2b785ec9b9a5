"""How a run is stopped from outside: by ETSI's cancel, or by a cancellation of the workflow in Temporal.

Temporal's own cancellation (its UI, its command line) would be raised wherever the code happens to wait, and would tear
a state change from the decision that it records. So the body of a run lives in a task that it never reaches: what
arrives is noted here, as ETSI's cancel is, and looked at between steps.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from manoflow.domain.lcm import CancelMode, Ticket

T = TypeVar("T")


class StoppedError(Exception):
    """A step was stopped; it may have taken effect all the same."""


class Interruption:
    """What was asked of one run."""

    def __init__(self, ticket: Ticket) -> None:
        """What the run before did not live to see travels in the ticket."""
        self.mode = ticket.cancel_mode
        self.ending = ticket.ending
        """The workflow was cancelled in Temporal: roll back and end."""
        self.undoing = ticket.rolling_back
        """What Temporal's cancellation asks for happens already."""
        self._stoppable: dict[asyncio.Task[Any], None] = {}
        self._stopped: set[asyncio.Task[Any]] = set()

    @property
    def halts(self) -> bool:
        """No further step may begin."""
        return self.mode is not None or (self.ending and not self.undoing)

    def cancel(self, mode: CancelMode) -> None:
        """Take ETSI's cancel."""
        self.mode = mode
        if mode is CancelMode.FORCEFUL:
            self._stop_steps()

    async def outlive(self, body: Coroutine[Any, Any, T]) -> T:
        """Run the body to its end; a cancellation of the workflow is noted meanwhile."""
        task = asyncio.create_task(body)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self.ending = True
            if not self.undoing:
                self._stop_steps()
        return await task

    async def attend(self, step: Coroutine[Any, Any, T]) -> T:
        """Run a step that may be stopped. It is waited for: what it does until it stops must not be missed.

        Raises `StoppedError` where it was stopped in the very moment in which it ended: what it did is not known then.
        """
        task = asyncio.create_task(step)
        self._stoppable[task] = None
        try:
            return await task
        except asyncio.CancelledError:
            if task in self._stopped:
                raise StoppedError from None
            raise
        finally:
            del self._stoppable[task]

    def _stop_steps(self) -> None:
        for task in self._stoppable:
            self._stopped.add(task)
            task.cancel()
