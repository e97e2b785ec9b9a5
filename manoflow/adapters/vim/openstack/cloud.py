"""Runs the SDK's blocking calls in threads of its own, and says their errors in the product's words.

A thread cannot be stopped: a caller that is cancelled waits until its call has returned, because undoing a create
that is still on its way would leave what it makes behind. The number of threads is the bound on calls to one VIM at
a time.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from openstack.connection import Connection

from manoflow.adapters.vim.openstack.discretion import Hide
from manoflow.adapters.vim.openstack.errors import SDK_ERRORS, translate
from manoflow.domain.errors import ManoError

Answer = TypeVar("Answer")


class Cloud:
    """One project of one OpenStack, reached with one set of credentials."""

    def __init__(self, connection: Connection, *, parallel_calls: int, hide: Hide = str) -> None:
        """Nothing is sent yet: the SDK logs in at the first call. `hide` takes credentials out of what it says."""
        self._connection = connection
        self._hide = hide
        self._threads = ThreadPoolExecutor(parallel_calls, thread_name_prefix="openstack")

    async def call(self, doing: str, work: Callable[[Connection], Answer]) -> Answer:
        """Do `work` in a thread. `doing` completes the error text "cannot ..."."""
        begun = self._threads.submit(self._attempt, doing, work)
        ending = asyncio.wrap_future(begun)
        try:
            return await asyncio.shield(ending)
        except asyncio.CancelledError as ended:
            ended.add_note(f"the VIM has not answered to: {doing}")
            if not begun.cancel():
                with suppress(ManoError):
                    await ending
            raise

    def _attempt(self, doing: str, work: Callable[[Connection], Answer]) -> Answer:
        try:
            return work(self._connection)
        except SDK_ERRORS as error:
            raise translate(doing, error, self._hide) from error

    async def close(self) -> None:
        """Let calls in flight end, then give back the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._connection.close()
