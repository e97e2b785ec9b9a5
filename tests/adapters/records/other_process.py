"""Another process that works on a record at the same time: it says when it is ready, and begins when told to.

Run as ``python -m tests.adapters.records.other_process admit|write|reserve URL COUNT INSTANCE...``; it answers in JSON.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.capacity import Capacity, Measure, Reservation
from manoflow.domain.errors import ConflictError, QuotaError
from manoflow.domain.grants import grant_id
from manoflow.domain.journal import Entry
from manoflow.ports.records import Records
from tests.adapters.records.run import Run
from tests.builders import VIM, occurrence_of
from tests.reference import NOW

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


async def reserve(records: Records, count: int, instances: Sequence[UUID]) -> list[str]:
    """Each instance's operation wants one vCPU of so many; answers the operations that got it."""
    capacity = Capacity(vim_connection_id=VIM, observed_at=NOW, limits={Measure.VCPUS: count})

    async def one(vnf_instance_id: UUID) -> str | None:
        (occurrence,) = await records.occurrences(vnf_instance_id)
        wanted = Reservation(
            grant_id=grant_id(occurrence.id),
            lcm_op_occ_id=occurrence.id,
            vnf_instance_id=vnf_instance_id,
            vim_connection_id=VIM,
            key="vnfc/app/0",
            amounts={Measure.VCPUS: 1},
            reserved_at=NOW,
            changed_at=NOW,
        )
        try:
            await records.reserve([wanted], capacity)
        except QuotaError:
            return None
        return str(occurrence.id)

    answers = await asyncio.gather(*(one(instance) for instance in instances))
    return [answer for answer in answers if answer is not None]


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
    works = {"admit": admit, "write": write, "reserve": reserve}
    asyncio.run(main(works[verb], place, int(times), [UUID(owner) for owner in owners]))
