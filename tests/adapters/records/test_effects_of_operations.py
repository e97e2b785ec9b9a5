"""What an operation does to the inventory: create, strike, delete; and how its end settles the instance."""

import pytest

from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType
from manoflow.domain.plan import PlannedStep
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, entries
from tests.builders import INSTANTIATED, VIM, creation, deletion, made, plan_of, uids_of
from tests.reference import NOW


async def instantiated(records: Records, instance: VnfInstance, *names: str) -> tuple[Run, list[PlannedStep]]:
    """An instance whose instantiation has completed."""
    run, steps = await half_way(records, instance, *names)
    await run.enter(LcmOperationState.COMPLETED)
    return run, steps


async def half_way(records: Records, instance: VnfInstance, *names: str) -> tuple[Run, list[PlannedStep]]:
    """An instantiation that has made a virtual link of each name."""
    run = await Run.begin(records, instance)
    steps = [creation(run.occurrence, name) for name in names]
    await records.save_plan(plan_of(run.occurrence, INSTANTIATED, *names))
    build = await run.build(steps)
    await run.enter(LcmOperationState.PROCESSING)
    await run.write(done=entries(build, steps))
    return run, steps


async def test_what_was_made_is_recorded_as_it_was_seen(records: Records, instance: VnfInstance) -> None:
    run, (step,) = await half_way(records, instance, "internal")
    (resource,) = await records.resources(instance.id)
    seen = made(step.step)
    assert (resource.uid, resource.key, resource.kind) == (step.step.uid, "vl/internal", Kind.VIRTUAL_LINK)
    assert (resource.lcm_op_occ_id, resource.vim_connection_id) == (run.occurrence.id, VIM)
    assert (resource.vim_id, resource.observed, resource.observed_at) == (seen.vim_id, seen, NOW)
    assert resource.element == step.element
    assert await records.recorded_uids(VIM) == {step.step.uid}
    assert await records.recorded_uids("another") == frozenset()


async def test_an_occurrence_tells_what_it_added(records: Records, instance: VnfInstance) -> None:
    run, steps = await half_way(records, instance, "b", "a")
    affected = await records.affected(run.occurrence.id)
    assert [(one.change, one.uid, one.vim_id) for one in affected] == [
        ("ADDED", planned.step.uid, made(planned.step).vim_id) for planned in steps
    ]
    assert [resource.key for resource in await records.resources(instance.id)] == ["vl/a", "vl/b"]


async def test_what_is_struck_is_forgotten_even_if_it_was_never_done(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    kept, undone, never_done = (creation(run.occurrence, name) for name in ("kept", "undone", "never"))
    build = await run.build([kept, undone, never_done])
    await run.write(done=entries(build, [kept, undone]))
    await run.write(struck=entries(build, [undone, never_done]))
    assert uids_of(await records.resources(instance.id)) == {kept.step.uid}
    assert [one.uid for one in await records.affected(run.occurrence.id)] == [kept.step.uid]
    assert (await run.claim()).journal.done == ("create vl:vl/kept",)


async def test_what_is_struck_and_made_again_is_there_once(records: Records, instance: VnfInstance) -> None:
    run, steps = await half_way(records, instance, "internal")
    build = await run.build(steps)
    again = made(steps[0].step).model_copy(update={"vim_id": "vim-second"})
    (entry,) = entries(build, steps)
    await run.write(struck=[entry], done=[entry.model_copy(update={"resource": again})])
    (resource,) = await records.resources(instance.id)
    assert (resource.vim_id, resource.observed) == ("vim-second", again)
    assert len(await records.affected(run.occurrence.id)) == 1


async def test_what_was_deleted_is_gone_but_its_occurrence_remembers(records: Records, instance: VnfInstance) -> None:
    creating, steps = await instantiated(records, instance, "internal", "other")
    before = await records.resources(instance.id)
    run = await Run.begin(records, instance, LcmOperationType.TERMINATE)
    removals = [deletion(resource) for resource in before]
    build = await run.build(removals)
    await run.write(done=entries(build, removals[:1]))
    assert await records.resources(instance.id) == before[1:]
    (removed,) = await records.affected(run.occurrence.id)
    assert (removed.change, removed.uid, removed.vim_id) == ("REMOVED", before[0].uid, before[0].vim_id)
    assert (removed.element, removed.observed) == (before[0].element, before[0].observed)
    assert [one.change for one in await records.affected(creating.occurrence.id)] == ["ADDED"] * len(steps)


async def test_a_deletion_that_never_began_is_struck_without_effect(records: Records, instance: VnfInstance) -> None:
    await instantiated(records, instance, "internal")
    before = await records.resources(instance.id)
    run = await Run.begin(records, instance, LcmOperationType.TERMINATE)
    removals = [deletion(resource) for resource in before]
    await run.write(struck=entries(await run.build(removals), removals))
    assert await records.resources(instance.id) == before
    assert await records.affected(run.occurrence.id) == []


async def test_a_place_that_is_filled_anew_has_another_incarnation(records: Records, instance: VnfInstance) -> None:
    await instantiated(records, instance, "internal")
    (before,) = await records.resources(instance.id)
    run = await Run.begin(records, instance, LcmOperationType.HEAL)
    removal, renewal = deletion(before), creation(run.occurrence, "internal")
    build = await run.build([removal], [renewal])
    await run.write(done=entries(build, [removal]))
    await run.write(done=entries(build, [renewal]))
    (after,) = await records.resources(instance.id)
    assert (after.key, after.uid) == (before.key, renewal.step.uid)
    assert [(one.change, one.uid) for one in await records.affected(run.occurrence.id)] == [
        ("REMOVED", before.uid),
        ("ADDED", after.uid),
    ]


async def test_the_journal_stays_after_the_end(records: Records, instance: VnfInstance) -> None:
    run, _ = await instantiated(records, instance, "internal")
    assert (await run.claim()).journal.done == ("create vl:vl/internal",)
    assert len(await records.affected(run.occurrence.id)) == 1


async def test_progress_counts_what_is_done_and_not_undone(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    assert (await records.progress(run.occurrence.id)).stages == ()
    steps = [creation(run.occurrence, str(number)) for number in range(12)]
    build = await run.build(steps)
    await run.write(done=entries(build, steps))
    await run.write(struck=entries(build, steps[:1]))
    progress = await records.progress(run.occurrence.id)
    assert [(stage.name, stage.count, stage.done) for stage in progress.stages] == [("create vl", 12, 11)]
    assert progress.last_steps == tuple(f"create vl:vl/{number}" for number in range(11, 1, -1))


NOT_INSTANTIATED = (InstantiationState.NOT_INSTANTIATED, None)
SHOWN = (InstantiationState.NOT_INSTANTIATED, INSTANTIATED)
DONE = (InstantiationState.INSTANTIATED, INSTANTIATED)


async def standing(records: Records, instance: VnfInstance) -> tuple[InstantiationState, InstantiatedState | None]:
    recorded = await records.instance(instance.id)
    return recorded.instantiation_state, recorded.state


async def test_a_completed_instantiation_makes_the_instance_what_the_plan_said(
    records: Records, instance: VnfInstance
) -> None:
    run, _ = await half_way(records, instance, "internal")
    assert await standing(records, instance) == SHOWN
    await run.enter(LcmOperationState.COMPLETED)
    assert await standing(records, instance) == DONE


@pytest.mark.parametrize(
    ("left", "settled"), [(["internal"], DONE), ([], NOT_INSTANTIATED)], ids=["resources left", "nothing left"]
)
async def test_a_failed_instantiation_is_instantiated_as_long_as_anything_is_left(
    records: Records, instance: VnfInstance, left: list[str], settled: object
) -> None:
    run, steps = await half_way(records, instance, "internal")
    await run.enter(LcmOperationState.FAILED_TEMP)
    assert await standing(records, instance) == SHOWN
    if not left:
        await run.write(struck=entries(await run.build(steps), steps))
        assert await standing(records, instance) == NOT_INSTANTIATED
    await run.enter(LcmOperationState.FAILED)
    assert await standing(records, instance) == settled
    assert len(await records.resources(instance.id)) == len(left)


async def test_a_rolled_back_instantiation_leaves_the_instance_as_it_was(
    records: Records, instance: VnfInstance
) -> None:
    run, steps = await half_way(records, instance, "internal")
    await run.enter(LcmOperationState.ROLLING_BACK)
    await run.write(struck=entries(await run.build(steps), steps))
    await run.enter(LcmOperationState.ROLLED_BACK)
    assert await records.instance(instance.id) == instance


async def test_a_completed_termination_leaves_an_identifier(records: Records, instance: VnfInstance) -> None:
    await instantiated(records, instance, "internal")
    run = await Run.begin(records, instance, LcmOperationType.TERMINATE)
    await records.save_plan(plan_of(run.occurrence, None))
    removals = [deletion(resource) for resource in await records.resources(instance.id)]
    await run.write(done=entries(await run.build(removals), removals))
    assert await standing(records, instance) == DONE
    await run.enter(LcmOperationState.COMPLETED)
    assert await records.instance(instance.id) == instance
