"""Waiting for resources of a VIM: one list call serves everybody who waits for a resource of the same VNF and kind."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from manoflow.domain.cloud import VimResource


class Listed(Protocol):
    """What can be waited for: any `manoflow.ports.vim.Resources`."""

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of one VNF instance."""
        ...


Condition = Callable[[Sequence[VimResource]], bool]
"""Looks at every resource that bears one uid, and says whether the wait is over."""

FIRST_PAUSE = 0.2
GROWTH = 1.25
LONGEST_PAUSE = 2.0
"""Seconds between two list calls: they grow apart with the time waited, to about a fifth of it, so that what took long
is seen a tenth later at most."""


@dataclass
class _Waiter:
    uid: UUID
    condition: Condition
    answer: "asyncio.Future[Sequence[VimResource]]"
    seen: Sequence[VimResource] = ()


@dataclass
class _Round:
    waiters: list[_Waiter] = field(default_factory=list)
    polling: "asyncio.Task[None] | None" = None


class Watch:
    """Shared by all activities of a worker."""

    def __init__(self) -> None:
        """Nobody waits yet."""
        self._rounds: dict[tuple[int, UUID], _Round] = {}

    async def until(
        self, resources: Listed, vnf_instance_id: UUID, uid: UUID, condition: Condition
    ) -> Sequence[VimResource]:
        """Wait until the condition holds for the resources of `uid`; answers them. Ends early only by being cancelled.

        Raises whatever the list call raises. A cancellation gets a note for every resource that is waited for.
        """
        key = (id(resources), vnf_instance_id)
        round_ = self._rounds.setdefault(key, _Round())
        waiter = _Waiter(uid, condition, asyncio.get_running_loop().create_future())
        round_.waiters.append(waiter)
        if round_.polling is None:
            round_.polling = asyncio.create_task(self._poll(key, resources, round_))
            round_.polling.add_done_callback(lambda polling: _hand_on(polling, round_))
        try:
            return await waiter.answer
        except asyncio.CancelledError as ended:
            for resource in waiter.seen:
                ended.add_note(_standing(resource))
            raise
        finally:
            if waiter in round_.waiters:
                round_.waiters.remove(waiter)

    async def _poll(self, key: tuple[int, UUID], resources: Listed, round_: _Round) -> None:
        pause = FIRST_PAUSE
        try:
            while round_.waiters:
                # Who joins while the list is read may be waiting for what it does not show yet.
                asked = list(round_.waiters)
                _tell(round_, asked, await resources.of_vnf(key[1]))
                if round_.waiters:
                    await asyncio.sleep(pause)
                pause = min(pause * GROWTH, LONGEST_PAUSE)
        finally:
            round_.polling = None
            if not round_.waiters:
                self._rounds.pop(key, None)


def _tell(round_: _Round, asked: Sequence[_Waiter], seen: Sequence[VimResource]) -> None:
    for waiter in asked:
        waiter.seen = mine = [resource for resource in seen if resource.uid == waiter.uid]
        if waiter in round_.waiters and waiter.condition(mine):
            round_.waiters.remove(waiter)
            if not waiter.answer.done():
                waiter.answer.set_result(mine)


def _standing(resource: VimResource) -> str:
    told = f"{resource.name} ({resource.vim_id}) is still {resource.state}"
    return f"{told}: {resource.detail}" if resource.detail else told


def _hand_on(polling: "asyncio.Task[None]", round_: _Round) -> None:
    """Whatever ended the polling, even a fault of a driver, is raised by everybody who waits."""
    error = asyncio.CancelledError() if polling.cancelled() else polling.exception()
    if error is None:
        return
    for waiter in round_.waiters:
        if not waiter.answer.done():
            waiter.answer.set_exception(error)
