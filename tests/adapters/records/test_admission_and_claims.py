"""Who may begin an operation, and which run performs it."""

from uuid import uuid4

import pytest

from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.journal import Entry
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, notified
from tests.builders import occurrence_of
from tests.reference import reference_instance


async def test_an_operation_begins_as_revision_one_in_starting_and_is_announced(
    records: Records, url: str, instance: VnfInstance
) -> None:
    asked = occurrence_of(instance, principal="alice")
    await records.admit(asked)
    assert await records.occurrence(asked.id) == asked.model_copy(update={"rev": 1})
    assert await notified(url) == [(1, "START", "STARTING")]


async def test_a_second_operation_is_refused_and_told_what_to_wait_for(records: Records, instance: VnfInstance) -> None:
    first = await Run.begin(records, instance)
    second = occurrence_of(instance, LcmOperationType.TERMINATE)
    with pytest.raises(ConflictError, match=f"cannot begin TERMINATE.*{first.occurrence.id}.*STARTING.*wait"):
        await records.admit(second)
    assert [occurrence.id for occurrence in await records.occurrences()] == [first.occurrence.id]


async def test_a_parked_operation_blocks_and_its_ways_out_are_named(records: Records, instance: VnfInstance) -> None:
    parked = await Run.begin(records, instance)
    await parked.enter(LcmOperationState.FAILED_TEMP)
    with pytest.raises(ConflictError, match=f"{parked.occurrence.id}.*FAILED_TEMP; retry.*rollback.*fail"):
        await records.admit(occurrence_of(instance))


async def test_who_looked_too_early_is_refused_at_admission(records: Records, instance: VnfInstance) -> None:
    late = occurrence_of(instance, LcmOperationType.TERMINATE)
    with pytest.raises(ConflictError, match="it is NOT_INSTANTIATED, not INSTANTIATED"):
        await records.admit(late, InstantiationState.INSTANTIATED)
    assert list(await records.occurrences()) == []
    await records.admit(late, InstantiationState.NOT_INSTANTIATED)


@pytest.mark.parametrize(
    "final", [LcmOperationState.COMPLETED, LcmOperationState.FAILED, LcmOperationState.ROLLED_BACK]
)
async def test_an_operation_that_has_ended_blocks_nobody(
    records: Records, instance: VnfInstance, final: LcmOperationState
) -> None:
    ended = await Run.begin(records, instance)
    await ended.enter(final)
    next_one = occurrence_of(instance)
    await records.admit(next_one)
    assert [occurrence.id for occurrence in await records.occurrences(instance.id)] == [
        ended.occurrence.id,
        next_one.id,
    ]


async def test_operations_of_other_instances_block_nobody(records: Records, instance: VnfInstance) -> None:
    other = reference_instance("other")
    await records.add_instance(other)
    first, second = occurrence_of(instance), occurrence_of(other)
    await records.admit(first)
    await records.admit(second)
    assert [occurrence.id for occurrence in await records.occurrences()] == [first.id, second.id]
    assert [occurrence.id for occurrence in await records.occurrences(other.id)] == [second.id]


async def test_an_operation_of_no_instance_is_not_admitted(records: Records) -> None:
    nowhere = occurrence_of(reference_instance("never recorded"))
    with pytest.raises(NotFoundError, match=f"cannot find VNF instance {nowhere.vnf_instance_id}"):
        await records.admit(nowhere)


async def test_an_id_is_admitted_once(records: Records, instance: VnfInstance) -> None:
    other = reference_instance("other")
    await records.add_instance(other)
    first = occurrence_of(instance)
    await records.admit(first)
    with pytest.raises(ConflictError, match=f"the id {first.id} is taken"):
        await records.admit(occurrence_of(other, id=first.id))


async def test_the_first_run_that_claims_performs_and_may_ask_again(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.write(done=[Entry(key="plan", value={"planId": "1"}), Entry(key="nothing")])
    again, foreign = await run.claim(), await run.claim("run-2")
    assert (again.granted, again.rev, again.state) == (True, 2, LcmOperationState.STARTING)
    assert again.journal.done == ("plan", "nothing")
    assert again.journal.values == {"plan": {"planId": "1"}, "nothing": None}
    assert not foreign.granted
    assert (await run.read()).first_execution_run_id == "run-1"


async def test_an_operation_that_has_ended_cannot_be_claimed(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.COMPLETED)
    assert not (await run.claim()).granted


async def test_an_unknown_occurrence_is_named(records: Records, instance: VnfInstance) -> None:
    nobody = Run(records, occurrence_of(instance, id=uuid4()))
    for asking in (nobody.read, nobody.claim):
        with pytest.raises(NotFoundError, match=f"cannot find VNF LCM operation occurrence {nobody.occurrence.id}"):
            await asking()


async def test_what_was_planned_for_another_world_is_refused_at_admission(
    records: Records, instance: VnfInstance
) -> None:
    now = await records.world(instance.id)
    another = now.model_copy(update={"package": "0" * 64})
    late = occurrence_of(instance)
    with pytest.raises(ConflictError, match=r"since it was planned the world has changed: its package has other"):
        await records.admit(late, world=another)
    assert list(await records.occurrences()) == []
    await records.admit(late, world=now)
