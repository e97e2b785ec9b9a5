"""Whoever is cancelled while he writes has written everything or nothing, and blocks nobody."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from manoflow.adapters.records.engine import engine_for
from manoflow.adapters.records.sqlite import WRITES
from manoflow.adapters.records.tables import instances
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import notified
from tests.builders import occurrence_of
from tests.reference import reference_instance


async def test_an_operation_cancelled_anywhere_is_admitted_or_not_and_blocks_nobody(records: Records, url: str) -> None:
    """Whoever is cancelled while he writes leaves no lock, no lost connection and no half of a transaction."""
    admitted = 0
    for moment in count(1):
        instance = reference_instance(f"{moment:02}")
        await records.add_instance(instance)
        asking = asyncio.create_task(cancelled_at(moment, records.admit(occurrence_of(instance))))
        (outcome,) = await asyncio.gather(asking, return_exceptions=True)
        assert not await is_locked(url, instance)
        admitted += len(await records.occurrences(instance.id))
        assert len(await notified(url)) == admitted
        if outcome is None:
            break
        assert isinstance(outcome, asyncio.CancelledError)
    assert moment > admitted > 1, "it was cancelled before the commit, and after it"
    assert records._database._engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def is_locked(url: str, instance: VnfInstance) -> bool:
    """Whether somebody still holds what a writer needs: the database, or the row of the instance."""
    engine = engine_for(url)
    try:
        async with engine.connect() as other:
            if engine.dialect.name == "sqlite":
                await other.exec_driver_sql("PRAGMA busy_timeout = 0")
                await other.rollback()
                await other.execution_options(**{WRITES: True})
            statement = select(instances.c.id).where(instances.c.id == instance.id).with_for_update(nowait=True)
            await other.execute(statement)
    except DBAPIError:
        return True
    finally:
        await engine.dispose()
    return False


async def cancelled_at(moment: int, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but cancel the task that does it while it waits for the time of this number."""
    await _cancelled_at(moment, work)


@types.coroutine
def _cancelled_at(moment: int, work: Coroutine[Any, Any, None]) -> Generator[Any, None, None]:
    task = asyncio.current_task()
    assert task is not None
    steps = work.__await__()
    interruption: asyncio.CancelledError | None = None
    for waits in count(1):
        try:
            awaited = steps.throw(interruption) if interruption else next(steps)
        except StopIteration:
            return
        if waits == moment:
            asyncio.get_running_loop().call_soon(task.cancel)
        interruption = None
        try:
            yield awaited
        except asyncio.CancelledError as error:
            interruption = error
