"""Looks that are asked for while others are under way go out together, as one list call.

Steps of a stage begin within moments of each other, and each looks for what bears its own uid, before and after. A look
begins after it was asked for, never before, so what it shows is as true as that of a call of one's own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from manoflow.domain.cloud import VimResource

UNDER_WAY = 2
"""Looks at a time: one that gets no answer does not hold up all others."""
AT_ONCE = 40
"""Uids in one look: they travel in the query of a URL."""

Look = Callable[[Sequence[UUID]], Awaitable[Sequence[VimResource]]]


class _Asked(NamedTuple):
    uid: UUID
    answer: "asyncio.Future[Sequence[VimResource]]"


class Together:
    """For one kind, in one project. Used by one event loop."""

    def __init__(self, look: Look) -> None:
        """`look`: lists everything that bears any of several uids."""
        self._look = look
        self._asked: list[_Asked] = []
        self._looking: set[asyncio.Task[None]] = set()

    async def find(self, uid: UUID) -> Sequence[VimResource]:
        """Everything that bears the uid. Raises whatever the look raises."""
        asked = _Asked(uid, asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if len(self._looking) < UNDER_WAY:
            looking = asyncio.create_task(self._look_while_asked())
            self._looking.add(looking)
            looking.add_done_callback(self._looking.discard)
        return await asked.answer

    async def _look_while_asked(self) -> None:
        while self._asked:
            batch, self._asked = self._asked[:AT_ONCE], self._asked[AT_ONCE:]
            if wanted := [asked for asked in batch if not asked.answer.done()]:
                await self._answer(wanted)

    async def _answer(self, batch: Sequence[_Asked]) -> None:
        """Whatever ends the look, even a fault of the driver, is raised by everybody who asked."""
        try:
            found = await self._look(sorted({asked.uid for asked in batch}))
        except BaseException as error:
            for asked in batch:
                if not asked.answer.done():
                    asked.answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for asked in batch:
            if not asked.answer.done():
                asked.answer.set_result([resource for resource in found if resource.uid == asked.uid])
