"""Waiting for a condition, with a bound: what the tests of processes do instead of sleeping."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

LOOK_AGAIN = 0.02


async def until(condition: Callable[[], object], within: float = 10.0) -> None:
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(LOOK_AGAIN)


def wait_until(condition: Callable[[], object], within: float = 10.0) -> None:
    deadline = monotonic() + within
    while not condition():
        assert monotonic() < deadline, f"it did not come true within {within} s"
        sleep(LOOK_AGAIN)


def runs(pid: int) -> bool:
    """A process runs; one that has ended and only waits to be reaped does not."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
