"""Another process that works on a record at the same time: it says when it is ready, and begins when told to.

Run as ``python -m tests.adapters.records.other_process admit|write URL COUNT INSTANCE...``; it answers in JSON.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.errors import ConflictError
from manoflow.domain.journal import Entry
from manoflow.ports.records import Records
from tests.adapters.records.run import Run
from tests.builders import occurrence_of

Work = Callable[[Records, int, Sequence[UUID]], Awaitable[list[str]]]


async def admit(records: Records, count: int, instances: Sequence[UUID]) -> list[str]:
    """So many tasks ask for one instance; answers the ids of those let in."""
    instance = await records.instance(instances[0])
    asked = [occurrence_of(instance) for _ in range(count)]
    answers = await asyncio.gather(*(records.admit(one) for one in asked), return_exceptions=True)
    unexpected = [answer for answer in answers if answer is not None and not isinstance(answer, ConflictError)]
    if unexpected:
        raise ExceptionGroup("neither admitted nor refused", [Exception(repr(answer)) for answer in unexpected])
    return [str(one.id) for one, answer in zip(asked, answers, strict=True) if answer is None]


async def write(records: Records, count: int, instances: Sequence[UUID]) -> list[str]:
    """One task for each instance writes so many revisions; answers the occurrences."""

    async def one(vnf_instance_id: UUID) -> str:
        run = await Run.begin(records, await records.instance(vnf_instance_id))
        for number in range(count):
            await run.write(done=[Entry(key=f"decision:{number}", value=number)])
        return str(run.occurrence.id)

    return await asyncio.gather(*(one(instance) for instance in instances))


async def main(work: Work, url: str, count: int, instances: Sequence[UUID]) -> None:
    """Open, wait for the signal, work, answer."""
    records = open_records(url, generate_key())
    await records.check()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    sys.stdout.write(json.dumps(await work(records, count, instances)) + "\n")
    await records.close()


if __name__ == "__main__":
    _, verb, place, times, *owners = sys.argv
    asyncio.run(main({"admit": admit, "write": write}[verb], place, int(times), [UUID(owner) for owner in owners]))
