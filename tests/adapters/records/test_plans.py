"""Plans, grants and builds: the first one recorded is the one that counts."""

import asyncio
from uuid import uuid4

import pytest

from manoflow.domain.diff import Action
from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.identity import Kind
from manoflow.domain.journal import PageRequest
from manoflow.domain.plan import PAGE_SIZE, StageRef
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, entries
from tests.builders import build_of, creation, deletion, grant_of, occurrence_of, plan_of, reference_to


async def test_a_plan_is_recorded_and_named_on_its_occurrence(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    plan = plan_of(run.occurrence, None, "internal")
    assert await records.save_plan(plan) == plan
    assert await records.plan(plan.id) == plan
    assert (await run.read()).plan_id == plan.id


async def test_whoever_plans_again_gets_the_first_plan(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    plans = [plan_of(run.occurrence, None, str(number)) for number in range(4)]
    answers = await asyncio.gather(*(records.save_plan(plan) for plan in plans))
    assert len({plan.changes for plan in answers}) == 1
    assert await records.plan(plans[0].id) == answers[0]


async def test_a_grant_is_recorded_once_and_named_on_its_occurrence(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    grant = grant_of(run.occurrence)
    assert await records.save_grant(grant) == grant
    assert await records.save_grant(grant.model_copy(update={"images": {}})) == grant
    assert await records.grant(grant.id) == grant
    assert (await run.read()).grant_id == grant.id


async def test_a_grant_may_be_given_back_twice(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    grant = grant_of(run.occurrence)
    await records.save_grant(grant)
    await records.release_grant(reference_to(grant))
    await records.release_grant(reference_to(grant))
    assert await records.grant(grant.id) == grant
    assert await records.save_grant(grant) == grant


async def test_a_grant_that_comes_after_it_was_given_back_is_refused(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    grant = grant_of(run.occurrence)
    await records.release_grant(reference_to(grant))
    await records.release_grant(reference_to(grant))
    with pytest.raises(ConflictError, match=f"cannot record grant {grant.id} of operation {run.occurrence.id}"):
        await records.save_grant(grant)
    with pytest.raises(NotFoundError, match=f"cannot find grant {grant.id}"):
        await records.grant(grant.id)
    assert (await run.read()).grant_id is None


async def test_a_build_is_answered_as_its_stages_in_order(records: Records, instance: VnfInstance) -> None:
    earlier = await Run.begin(records, instance)
    old = creation(earlier.occurrence, "old")
    await earlier.write(done=entries(await earlier.build([old]), [old]))
    removal = deletion((await records.resources(instance.id))[0])
    made = [creation(earlier.occurrence, name) for name in ("a", "b")]
    build = build_of(earlier.occurrence, [removal], [], made).model_copy(update={"id": uuid4()})
    reference = await records.save_build(build)
    assert [(stage.name, stage.count) for stage in reference.stages] == [("delete vl", 1), ("create vl", 2)]
    assert await records.save_build(build.model_copy(update={"stages": ()})) == reference


async def test_pages_give_every_step_once_and_in_order(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    steps = [creation(run.occurrence, f"{number:03}") for number in range(2 * PAGE_SIZE + 3, 0, -1)]
    (stage,) = (await run.build(steps)).stages
    pages = [await records.page(PageRequest(stage=stage, offset=offset)) for offset in range(0, stage.count, PAGE_SIZE)]
    assert [len(page) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert [step for page in pages for step in page] == [planned.step for planned in steps]
    assert await records.page(PageRequest(stage=stage, offset=stage.count)) == []


async def test_a_build_does_nothing_twice_to_one_place(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    with pytest.raises(ConflictError, match="two of its steps do the same to one place"):
        await run.build([step, step])
    assert (await run.build([step])).stages[0].count == 1


async def test_what_was_never_recorded_is_named(records: Records, instance: VnfInstance) -> None:
    nobody = occurrence_of(instance)
    stage = StageRef(build_id=nobody.id, action=Action.CREATE, kind=Kind.PORT, count=1)
    for asking, what in (
        (records.plan(nobody.id), "plan"),
        (records.grant(nobody.id), "grant"),
        (records.page(PageRequest(stage=stage, offset=0)), "build"),
        (records.save_plan(plan_of(nobody)), "VNF LCM operation occurrence"),
        (records.save_grant(grant_of(nobody)), "VNF LCM operation occurrence"),
        (records.save_build(build_of(nobody)), "VNF LCM operation occurrence"),
        (records.progress(nobody.id), "VNF LCM operation occurrence"),
        (records.affected(nobody.id), "VNF LCM operation occurrence"),
    ):
        with pytest.raises(NotFoundError, match=f"cannot find {what} {nobody.id}"):
            await asking
