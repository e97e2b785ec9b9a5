"""Registered VIMs change and go: never under somebody who uses them, and so that every process notices."""

import asyncio

import pytest
from pydantic import SecretStr

from manoflow.adapters.records import generate_key, open_records
from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.tables import reservations
from manoflow.domain.capacity import Capacity, Measure, Reservation
from manoflow.domain.errors import ConflictError, InvalidInputError, NotFoundError, PermanentError
from manoflow.domain.grants import grant_id
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.vim import DEFAULT_TENANT, VimConnection
from manoflow.domain.vnf import VimConnectionInfo, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModifications
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, entries
from tests.adapters.records.vims import connection, vim
from tests.builders import VIM, creation, occurrence_of, plan_of
from tests.reference import NOW, reference_instance

MOVED = {"endpoint": "http://moved:5000/v3"}


@pytest.fixture(autouse=True)
async def registered(records: Records) -> None:
    """Two VIMs: that of the builders, which is the default, and one that nobody uses."""
    await records.add_vim(vim(VIM, default=True), connection(VIM))
    await records.add_vim(vim("spare"), connection("spare"))


def moved(before: VimConnection) -> VimConnection:
    return before.model_copy(update={"interface_info": MOVED})


def elsewhere(before: VimConnection) -> VimConnection:
    return before.model_copy(update={"vim_id": "another"})


def reservation(occurrence: VnfLcmOpOcc) -> Reservation:
    return Reservation(
        grant_id=grant_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        vim_connection_id=VIM,
        key="vl/a",
        amounts={Measure.VIRTUAL_LINKS: 1},
        reserved_at=NOW,
        changed_at=NOW,
    )


async def kept(url: str) -> int:
    """How many reservations there are, also those that hold nothing back any more."""
    database = Database(url, DEFAULT_TENANT)
    async with database.reading() as tx:
        found = await tx.rows(reservations)
    await database.close()
    return len(found)


async def refusals(records: Records, name: str = VIM) -> tuple[str, str]:
    """Why it is neither deleted nor led to another cloud."""
    with pytest.raises(ConflictError, match=f"^cannot delete VIM {name}: ") as deletion:
        await records.delete_vim(name)
    with pytest.raises(ConflictError, match=f"^cannot lead VIM {name} to another cloud: ") as change:
        await records.change_vim(name, elsewhere)
    assert (await records.vim(name)).vim_id == f"{name}-id"
    return deletion.value.message, change.value.message


async def test_a_connection_changes_and_its_vim_with_it(records: Records) -> None:
    changed = await records.change_vim(VIM, moved)
    assert changed == vim(VIM, default=True).model_copy(update={"interface_info": MOVED, "extra": {"a": 1}})
    assert await records.vim(VIM) == changed
    assert await records.connection(VIM) == moved(connection(VIM))


async def test_nobody_changes_it_meanwhile(records: Records) -> None:
    def counted(before: VimConnection) -> VimConnection:
        return before.model_copy(update={"extra": {"a": before.extra["a"] + 1}})

    await asyncio.gather(*(records.change_vim("spare", counted) for _ in range(8)))
    assert (await records.connection("spare")).extra == {"a": 9}


async def test_a_change_that_is_refused_changes_nothing(records: Records) -> None:
    def refused(_: VimConnection) -> VimConnection:
        raise InvalidInputError("cannot do it")

    before = await records.revision("spare")
    with pytest.raises(InvalidInputError, match="cannot do it"):
        await records.change_vim("spare", refused, default=True)
    assert (await records.vim(VIM)).default
    assert await records.revision("spare") == before


async def test_the_revision_is_another_one_after_every_change_and_only_then(records: Records) -> None:
    seen = [await records.revision("spare")]
    await records.change_vim("spare", lambda same: same, default=True)
    assert await records.revision("spare") == seen[0]
    await records.change_vim("spare", moved)
    seen.append(await records.revision("spare"))
    await records.delete_vim("spare")
    await records.add_vim(vim("spare"), connection("spare"))
    seen.append(await records.revision("spare"))
    assert len({*seen, ""}) == 4


async def test_there_is_one_default_or_none(records: Records) -> None:
    async def defaults() -> dict[str, bool]:
        return {one.id: one.default for one in await records.vims()}

    assert (await records.change_vim("spare", moved, default=True)).default
    assert await defaults() == {VIM: False, "spare": True}
    await records.change_vim(VIM, moved)
    assert await defaults() == {VIM: False, "spare": True}
    await records.change_vim("spare", moved, default=False)
    assert await defaults() == {VIM: False, "spare": False}
    names = [VIM, "spare"] * 4
    await asyncio.gather(*(records.change_vim(name, moved, default=True) for name in names))
    assert sorted((await defaults()).values()) == [False, True]


async def test_after_the_default_is_deleted_there_is_none(records: Records) -> None:
    await records.delete_vim(VIM)
    assert [(one.id, one.default) for one in await records.vims()] == [("spare", False)]
    for asking in (records.vim(VIM), records.connection(VIM), records.revision(VIM), records.delete_vim(VIM)):
        with pytest.raises(NotFoundError, match=f"cannot find VIM {VIM}"):
            await asking
    with pytest.raises(NotFoundError, match=f"cannot find VIM {VIM}"):
        await records.change_vim(VIM, moved)


async def test_resources_hold_it(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    steps = [creation(run.occurrence, name) for name in ("a", "b")]
    await records.save_plan(plan_of(run.occurrence))
    build = await run.build(steps)
    await run.enter(LcmOperationState.COMPLETED, done=entries(build, steps))
    for told in await refusals(records):
        assert f"VNF instance {instance.id} has resources in it (2); terminate those instances" in told
        assert "operation" not in told
    await records.change_vim(VIM, moved, default=False)
    await records.delete_vim("spare")


async def test_an_instance_that_is_instantiated_without_resources_holds_it(
    records: Records, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    await records.save_plan(plan_of(run.occurrence))
    await run.enter(LcmOperationState.COMPLETED)
    for told in await refusals(records):
        assert f"VNF instance {instance.id} is instantiated in it" in told


async def test_an_instance_that_names_it_holds_it(records: Records) -> None:
    naming = {"vim_connection_info": {"spare": VimConnectionInfo(vim_id="spare-id")}}
    instance = reference_instance("naming").model_copy(update=naming)
    await records.add_instance(instance)
    for told in await refusals(records, "spare"):
        assert f"VNF instance {instance.id} names it in vimConnectionInfo" in told
    await records.delete_instance(instance.id)
    await records.delete_vim("spare")


@pytest.mark.parametrize("planned", [False, True])
async def test_an_open_operation_holds_the_vim_it_goes_to(
    records: Records, instance: VnfInstance, *, planned: bool
) -> None:
    run = await Run.begin(records, instance)
    if planned:
        await records.save_plan(plan_of(run.occurrence))
        await records.change_vim("spare", moved, default=True)
    for told in await refusals(records):
        assert f"operation {run.occurrence.id} (INSTANTIATE, STARTING) of VNF instance {instance.id} works" in told
        assert told.endswith("end those operations first")
    await records.delete_vim("spare")
    await run.enter(LcmOperationState.ROLLED_BACK)
    await records.delete_vim(VIM)


async def test_one_that_names_another_vim_does_not(records: Records, instance: VnfInstance) -> None:
    named = {"flavourId": "simple", "vimConnectionInfo": {"any": {"vimId": "spare-id"}}}
    await records.admit(occurrence_of(instance, operation_params=named))
    await records.delete_vim(VIM)
    assert "INSTANTIATE" in (await refusals(records, "spare"))[0]


@pytest.mark.parametrize("planned", [False, True])
async def test_a_modification_holds_the_vims_that_it_names(
    records: Records, instance: VnfInstance, *, planned: bool
) -> None:
    named = {"vimConnectionInfo": {"spare": {"vimId": "spare-id"}, VIM: None}}
    occurrence = occurrence_of(instance, LcmOperationType.MODIFY_INFO, operation_params=named)
    await records.admit(occurrence)
    if planned:
        changes = VnfInfoModifications.model_validate({"vimConnectionInfo": {**named["vimConnectionInfo"]}})
        plan = plan_of(occurrence).model_copy(update={"vim_connection_id": None, "modification": changes})
        await records.save_plan(plan)
    await records.delete_vim(VIM)
    assert "MODIFY_INFO" in (await refusals(records, "spare"))[0]


async def test_reservations_are_told_and_those_of_the_past_go_with_it(
    records: Records, instance: VnfInstance, url: str
) -> None:
    run = await Run.begin(records, instance)
    await records.save_plan(plan_of(run.occurrence))
    await records.reserve([reservation(run.occurrence)], Capacity(vim_connection_id=VIM, observed_at=NOW))
    assert "works in it (reservations: 1)" in (await refusals(records))[0]
    await run.enter(LcmOperationState.ROLLED_BACK)
    assert await kept(url) == 1
    await records.delete_vim(VIM)
    assert await kept(url) == 0


async def test_of_many_who_use_it_some_are_named_and_all_are_counted(records: Records) -> None:
    for number in range(8):
        instance = reference_instance(f"number {number}")
        await records.add_instance(instance)
        await records.admit(occurrence_of(instance))
    told, _ = await refusals(records)
    assert told.count("works in it") == 5
    assert "; 3 more operations; end those operations first" in told


@pytest.mark.parametrize("reserves_first", [False, True])
async def test_of_a_deletion_and_a_reservation_at_once_one_wins(
    records: Records, instance: VnfInstance, *, reserves_first: bool
) -> None:
    run = await Run.begin(records, instance)
    # Its request leads to none of the two now: nothing but the reservation is in the way.
    await records.change_vim(VIM, lambda same: same, default=False)
    reserving = records.reserve([reservation(run.occurrence)], Capacity(vim_connection_id=VIM, observed_at=NOW))
    both = [records.delete_vim(VIM), reserving]
    order = both[::-1] if reserves_first else both
    answers = await asyncio.gather(*order, return_exceptions=True)
    deleted, reserved = (type(answer) for answer in (answers[::-1] if reserves_first else answers))
    assert (deleted, reserved) in {(type(None), NotFoundError), (ConflictError, type(None))}


async def test_credentials_whose_key_is_lost_are_taken_away_and_given_anew(records: Records, url: str) -> None:
    stranger = open_records(url, generate_key())
    await stranger.change_vim("spare", lambda same: same, default=True)
    fresh = {"password": SecretStr("fresh")}

    def added(before: VimConnection) -> VimConnection:
        return before.model_copy(update={"access_info": {**before.access_info, **fresh}})

    for change in (added, moved):
        with pytest.raises(PermanentError, match="cannot decrypt the credentials of VIM spare"):
            await stranger.change_vim("spare", change)
    assert await records.connection("spare") == connection("spare")
    await stranger.change_vim("spare", lambda before: before.model_copy(update={"access_info": {}}))
    await stranger.change_vim("spare", added)
    now = await stranger.connection("spare")
    assert (now.access_info, now.interface_info) == (fresh, connection("spare").interface_info)
    assert (await stranger.vim("spare")).default
    await stranger.close()


async def test_other_credentials_take_the_place_of_the_old(records: Records) -> None:
    fresh = {"password": SecretStr("fresh")}
    await records.change_vim(VIM, lambda before: before.model_copy(update={"access_info": fresh}))
    assert (await records.connection(VIM)).access_info == fresh
