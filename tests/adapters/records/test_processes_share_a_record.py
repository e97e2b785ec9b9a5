"""Several processes, each with several tasks, on one database file."""

import asyncio
import json
import sys
from collections.abc import Sequence

from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.builders import VIM, occurrence_of
from tests.reference import NOW, reference_instance

PROCESSES = 2
TASKS = 8
REVISIONS = 15


async def together(verb: str, url: str, count: int, instances: Sequence[Sequence[VnfInstance]]) -> list[list[str]]:
    """Start one process for each group of instances, let all begin at once, and collect their answers."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.adapters.records.other_process", verb, url, str(count),
            *(str(instance.id) for instance in group),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for group in instances
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    return [json.loads(stdout) for stdout, _ in answers]


async def test_of_all_who_ask_for_one_instance_exactly_one_is_admitted(
    records: Records, url: str, instance: VnfInstance
) -> None:
    admitted = await together("admit", url, TASKS, [[instance]] * PROCESSES)
    winners = [one for of_process in admitted for one in of_process]
    assert winners == [str(occurrence.id) for occurrence in await records.occurrences(instance.id)]
    assert len(winners) == 1


async def test_writers_in_several_processes_lose_nothing(records: Records, url: str) -> None:
    groups = [
        [reference_instance(f"{process}-{task}") for task in range(TASKS // PROCESSES)] for process in range(PROCESSES)
    ]
    for group in groups:
        for one in group:
            await records.add_instance(one)
    written = await together("write", url, REVISIONS, groups)
    recorded = await records.occurrences()
    assert sorted(str(occurrence.id) for occurrence in recorded) == sorted(one for group in written for one in group)
    for occurrence in recorded:
        progress = await records.progress(occurrence.id)
        assert occurrence.rev == 1 + REVISIONS
        assert progress.last_steps[0] == f"decision:{REVISIONS - 1}"


async def test_of_all_who_want_the_last_vcpu_exactly_one_gets_it(records: Records, url: str) -> None:
    await records.add_vim(
        Vim(id=VIM, vim_id=VIM, driver="fake", created_at=NOW), VimConnection(id=VIM, vim_id=VIM, driver="fake")
    )
    groups = [
        [reference_instance(f"{process}-{task}") for task in range(TASKS // PROCESSES)] for process in range(PROCESSES)
    ]
    for group in groups:
        for one in group:
            await records.add_instance(one)
            await records.admit(occurrence_of(one))
    answers = await together("reserve", url, 1, groups)
    (winner,) = [one for of_process in answers for one in of_process]
    assert [str(held.lcm_op_occ_id) for held in await records.reservations(VIM)] == [winner]
