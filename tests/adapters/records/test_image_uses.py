"""Who uses an image that Manoflow put into a VIM: who comes joins, the last who leaves dooms it, nobody joins then."""

import asyncio
from uuid import UUID, uuid4

import pytest

from manoflow.adapters.records import open_records
from manoflow.domain.assets import image_key
from manoflow.domain.cloud import NewImage
from manoflow.domain.diff import Action
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.image_use import ImageUse
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.plan import PlannedStep, Step, UndoClass
from manoflow.domain.topology import ImageElement
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.run import Run, entries
from tests.adapters.records.vims import connection, vim
from tests.builders import INSTANTIATED, VIM, deletion, plan_of, uids_of
from tests.reference import reference_instance

DIGEST = "a5" * 32
CROWD = 12


@pytest.fixture(autouse=True)
async def _vim(records: Records) -> None:
    await records.add_vim(vim(VIM), connection(VIM))


def use(vnf_instance_id: UUID | None = None, **changes: object) -> ImageUse:
    wanted = ImageUse(vim_connection_id=VIM, digest=DIGEST, uid=uuid4(), vnf_instance_id=vnf_instance_id or uuid4())
    return wanted.model_copy(update=changes)


async def leave(records: Records, uid: UUID, left: ImageUse) -> bool:
    return await records.leave_image(left.vim_connection_id, uid, left.vnf_instance_id)


async def test_who_comes_first_gives_the_uid_and_others_join(records: Records) -> None:
    first, second = use(), use()
    assert await records.join_image(first) == first.uid
    assert await records.join_image(second) == first.uid
    assert await records.join_image(first) == first.uid
    assert await records.join_image(second.model_copy(update={"uid": uuid4()})) == first.uid


async def test_another_content_or_vim_is_another_image(records: Records) -> None:
    await records.add_vim(vim("edge"), connection("edge"))
    uses = [use(), use(digest="b6" * 32), use(vim_connection_id="edge")]
    assert [await records.join_image(one) for one in uses] == [one.uid for one in uses]


async def test_only_the_last_one_who_leaves_is_told_to_remove_it(records: Records) -> None:
    first, second = use(), use()
    uid = await records.join_image(first)
    await records.join_image(second)
    assert not await leave(records, uid, first)
    assert not await leave(records, uid, first)
    assert await leave(records, uid, second)
    assert await leave(records, uid, second)


async def test_who_comes_when_the_last_one_has_left_begins_with_a_uid_of_his_own(records: Records) -> None:
    first, second = use(), use()
    before = await records.join_image(first)
    assert await leave(records, before, first)
    assert await records.join_image(second) == second.uid
    # The removal of what was before is tried again, and hurts nobody.
    assert await leave(records, before, first)
    assert await records.join_image(use()) == second.uid


async def test_who_left_and_comes_again_joins_those_who_stayed(records: Records) -> None:
    first, second = use(), use()
    uid = await records.join_image(first)
    await records.join_image(second)
    await leave(records, uid, first)
    assert await records.join_image(first.model_copy(update={"uid": uuid4()})) == uid
    assert not await leave(records, uid, second)
    assert await leave(records, uid, first)


async def test_all_who_join_at_once_have_one_image_and_one_of_all_who_leave_at_once_removes_it(
    records: Records, url: str
) -> None:
    # Two connections to the record, as two processes have.
    other = open_records(url, KEY)
    either = (records, other)
    for _ in range(3):
        uses = [use() for _ in range(CROWD)]
        uids = await asyncio.gather(*(either[place % 2].join_image(one) for place, one in enumerate(uses)))
        assert len(set(uids)) == 1
        assert uids[0] in {one.uid for one in uses}
        told = await asyncio.gather(*(leave(either[place % 2], uids[0], one) for place, one in enumerate(uses)))
        assert told.count(True) == 1
    await other.close()


async def test_whoever_joins_while_the_last_one_leaves_has_an_image_that_nobody_removes(
    records: Records, url: str
) -> None:
    other = open_records(url, KEY)
    leaver = use()
    held = await records.join_image(leaver)
    for _ in range(CROWD):
        comer = use()
        doomed, joined = await asyncio.gather(leave(records, held, leaver), other.join_image(comer))
        assert doomed is (joined != held)
        leaver, held = comer, joined
    await other.close()


def image_creation(occurrence: VnfLcmOpOcc, uid: UUID) -> PlannedStep:
    """The step that has an image in the VIM."""
    element = ImageElement(key=image_key(DIGEST), image_name="app", digest=DIGEST, package="c7" * 32, path="app.img")
    new = NewImage(
        uid=uid,
        vnf_instance_id=occurrence.vnf_instance_id,
        lcm_op_occ_id=occurrence.id,
        name="app",
        digest=DIGEST,
        package=element.package,
        path="app.img",
    )
    step = Step(
        key=element.key,
        uid=uid,
        kind=Kind.IMAGE,
        vim_connection_id=VIM,
        vnf_instance_id=occurrence.vnf_instance_id,
        new=new,
    )
    return PlannedStep(action=Action.CREATE, step=step, element=element, undo_class=UndoClass.REVERSIBLE)


async def recorded(records: Records, instance: VnfInstance) -> tuple[Run, PlannedStep]:
    """An instantiation that has joined the image and has it in the VIM."""
    run = await Run.begin(records, instance)
    await records.save_plan(plan_of(run.occurrence, INSTANTIATED))
    wanted = use(instance.id, uid=uid_of(run.occurrence.id, image_key(DIGEST)))
    step = image_creation(run.occurrence, await records.join_image(wanted))
    build = await run.build([step])
    await run.enter(LcmOperationState.PROCESSING)
    await run.write(done=entries(build, [step]))
    return run, step


async def pair(records: Records, instance: VnfInstance) -> tuple[VnfInstance, VnfInstance]:
    """Two instances."""
    other = reference_instance("two")
    await records.add_instance(other)
    return instance, other


async def test_each_vnf_instance_has_a_row_of_the_one_image(records: Records, instance: VnfInstance) -> None:
    instances = await pair(records, instance)
    steps = [(await recorded(records, one))[1] for one in instances]
    (uid,) = {step.step.uid for step in steps}
    for one in instances:
        (row,) = await records.resources(one.id)
        assert (row.uid, row.key, row.vnf_instance_id) == (uid, image_key(DIGEST), one.id)
    assert await records.recorded_uids(VIM) == {uid}


async def test_striking_the_row_of_one_leaves_that_of_the_other(records: Records, instance: VnfInstance) -> None:
    one, other = await pair(records, instance)
    run, step = await recorded(records, one)
    await recorded(records, other)
    await run.write(struck=entries(await run.build([step]), [step]))
    assert await records.resources(one.id) == []
    assert uids_of(await records.resources(other.id)) == {step.step.uid}
    assert await records.recorded_uids(VIM) == {step.step.uid}


async def test_deleting_it_for_one_leaves_the_row_of_the_other(records: Records, instance: VnfInstance) -> None:
    one, other = await pair(records, instance)
    for standing in (one, other):
        await (await recorded(records, standing))[0].enter(LcmOperationState.COMPLETED)
    run = await Run.begin(records, one, LcmOperationType.TERMINATE)
    await records.save_plan(plan_of(run.occurrence, None))
    removals = [deletion(row) for row in await records.resources(one.id)]
    await run.write(done=entries(await run.build(removals), removals))
    (removed,) = await records.affected(run.occurrence.id)
    assert (removed.change, removed.uid) == ("REMOVED", removals[0].step.uid)
    assert await records.resources(one.id) == []
    assert len(await records.resources(other.id)) == 1


async def test_an_operation_that_ends_uses_what_is_recorded_and_nothing_it_only_meant_to_make(
    records: Records, instance: VnfInstance
) -> None:
    made, meant = await pair(records, instance)
    done, step = await recorded(records, made)
    await done.enter(LcmOperationState.COMPLETED)
    run = await Run.begin(records, meant)
    wanted = use(meant.id)
    assert await records.join_image(wanted) == step.step.uid
    await run.enter(LcmOperationState.FAILED_TEMP)
    assert not await leave(records, step.step.uid, use(made.id)), "a parked operation uses what it means to make"
    assert await records.join_image(use(made.id)) == step.step.uid
    await run.enter(LcmOperationState.FAILED)
    assert await leave(records, step.step.uid, use(made.id))


async def test_what_a_failed_operation_left_is_still_used(records: Records, instance: VnfInstance) -> None:
    run, step = await recorded(records, instance)
    await run.enter(LcmOperationState.FAILED_TEMP)
    await run.enter(LcmOperationState.FAILED)
    assert await records.join_image(use()) == step.step.uid
    assert not await leave(records, step.step.uid, use())


async def test_an_image_in_use_is_owned_before_it_is_recorded(records: Records) -> None:
    wanted = use()
    uid = await records.join_image(wanted)
    assert await records.recorded_uids(VIM) == {uid}
    assert await records.recorded_uids("another") == frozenset()
    await leave(records, uid, wanted)
    assert await records.recorded_uids(VIM) == frozenset()
