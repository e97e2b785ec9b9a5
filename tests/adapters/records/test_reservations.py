"""Reservations: all or nothing, once per grant, never more than there is, and gone when nobody needs them."""

import asyncio
from datetime import timedelta

import pytest

from manoflow.domain.base import Moment
from manoflow.domain.capacity import Amounts, Capacity, Measure, Reservation, ReservationState
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import ConflictError, NotFoundError, QuotaError
from manoflow.domain.grants import grant_id
from manoflow.domain.identity import uid_of
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, entries
from tests.builders import VIM, creation, deletion, grant_of, made, reference_to
from tests.reference import NOW, reference_instance

LATER = NOW + timedelta(minutes=1)
EARLIER = NOW - timedelta(minutes=1)
ONE: Amounts = {Measure.VIRTUAL_LINKS: 1}


@pytest.fixture(autouse=True)
async def registered(records: Records) -> None:
    """The VIM whose row is locked."""
    await records.add_vim(
        Vim(id=VIM, vim_id=VIM, driver="fake", created_at=NOW), VimConnection(id=VIM, vim_id=VIM, driver="fake")
    )


async def begun(records: Records, name: str) -> Run:
    """An operation of an instance of its own."""
    instance = reference_instance(name)
    await records.add_instance(instance)
    return await Run.begin(records, instance)


def wanted(occurrence: VnfLcmOpOcc, *names: str, vim: str = VIM, amounts: Amounts = ONE) -> list[Reservation]:
    return [
        Reservation(
            grant_id=grant_id(occurrence.id),
            lcm_op_occ_id=occurrence.id,
            vnf_instance_id=occurrence.vnf_instance_id,
            vim_connection_id=vim,
            key=f"vl/{name}",
            amounts=amounts,
            reserved_at=NOW,
            changed_at=NOW,
        )
        for name in names
    ]


def room(limit: int, used: int = 0, at: Moment = NOW) -> Capacity:
    """A reading of a VIM that has so many virtual links."""
    return Capacity(
        vim_connection_id=VIM,
        observed_at=at,
        limits={Measure.VIRTUAL_LINKS: limit},
        used={Measure.VIRTUAL_LINKS: used},
    )


async def states(records: Records) -> dict[str, ReservationState]:
    return {one.key: one.state for one in await records.reservations()}


async def must_have_room(records: Records, count: int, capacity: Capacity) -> None:
    """So many more fit, and one more does not. An operation of its own asks, and ends."""
    run = await begun(records, f"probe-{count}-{capacity.observed_at}-{capacity.used}")
    names = [str(number) for number in range(count + 1)]
    with pytest.raises(QuotaError, match=f"{count + 1} virtualLinks wanted, {count} of"):
        await records.reserve(wanted(run.occurrence, *names), capacity)
    await records.reserve(wanted(run.occurrence, *names[:count]), capacity)
    await run.enter(LcmOperationState.ROLLED_BACK)


async def test_what_is_reserved_is_shown_oldest_first_by_vim(records: Records) -> None:
    first, second = await begun(records, "first"), await begun(records, "second")
    await records.reserve(wanted(first.occurrence, "b", "a"), room(9))
    await records.reserve(wanted(second.occurrence, "c"), room(9))
    assert [one.key for one in await records.reservations()] == ["vl/b", "vl/a", "vl/c"]
    assert await records.reservations(VIM) == await records.reservations()
    assert await records.reservations("another") == []
    assert (await records.reservations())[0] == wanted(first.occurrence, "b")[0]


async def test_all_of_it_is_reserved_or_nothing(records: Records) -> None:
    run = await begun(records, "one")
    with pytest.raises(QuotaError, match=f"cannot reserve in VIM {VIM}: 3 virtualLinks wanted, 2 of 2 free"):
        await records.reserve(wanted(run.occurrence, "a", "b", "c"), room(2))
    assert await records.reservations() == []
    await records.reserve(wanted(run.occurrence, "a", "b"), room(2))
    assert len(await records.reservations()) == 2


async def test_what_is_not_limited_is_reserved_all_the_same(records: Records) -> None:
    run = await begun(records, "one")
    await records.reserve(wanted(run.occurrence, "a", amounts={Measure.PORTS: 99}), room(0))
    assert (await records.reservations())[0].amounts == {Measure.PORTS: 99}


async def test_a_grant_keeps_what_it_has_however_little_is_left(records: Records) -> None:
    run = await begun(records, "one")
    await records.reserve(wanted(run.occurrence, "a"), room(1))
    await records.reserve(wanted(run.occurrence, "a"), room(1, used=1, at=LATER))
    assert len(await records.reservations()) == 1


async def test_whoever_is_refused_reads_who_holds_the_rest(records: Records) -> None:
    first, second = await begun(records, "first"), await begun(records, "second")
    await records.reserve(wanted(first.occurrence, "a"), room(2, used=1))
    with pytest.raises(QuotaError, match=f"1 in use, 1 reserved: 1 by operation {first.occurrence.id}"):
        await records.reserve(wanted(second.occurrence, "b"), room(2, used=1))


async def test_of_two_who_want_the_last_one_gets_it(records: Records) -> None:
    runs = [await begun(records, name) for name in "abcdef"]
    asked = (records.reserve(wanted(run.occurrence, "last"), room(1)) for run in runs)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [QuotaError] * 5
    assert len(await records.reservations()) == 1


async def test_what_was_made_counts_until_a_reading_shows_it(records: Records) -> None:
    run = await begun(records, "one")
    step = creation(run.occurrence, "made")
    build = await run.build([step])
    await records.reserve(wanted(run.occurrence, "made", "coming"), room(9, at=EARLIER))
    await run.write(done=entries(build, [step]))
    assert await states(records) == {"vl/made": ReservationState.USED, "vl/coming": ReservationState.RESERVED}
    await run.enter(LcmOperationState.COMPLETED)
    assert await records.reservations() == []
    await must_have_room(records, 3, room(4, used=0, at=EARLIER))
    await must_have_room(records, 3, room(4, used=1, at=LATER))


async def test_what_a_reading_was_seen_to_show_is_not_counted_twice(records: Records) -> None:
    run = await begun(records, "one")
    await records.reserve(wanted(run.occurrence, "half-way"), room(9))
    seen = frozenset({uid_of(run.occurrence.id, "vl/half-way")})
    await must_have_room(records, 2, room(4, used=1))
    await must_have_room(records, 3, room(4, used=1).model_copy(update={"seen": seen}))


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (LcmOperationState.PROCESSING, ReservationState.RESERVED),
        (LcmOperationState.ROLLING_BACK, None),
    ],
    ids=["found gone by a retry", "undone"],
)
async def test_what_is_struck_is_held_again_or_given_back(
    records: Records, instance: VnfInstance, state: LcmOperationState, expected: ReservationState | None
) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    build = await run.build([step])
    await records.reserve(wanted(run.occurrence, "internal", "other"), room(9))
    await run.enter(state, done=entries(build, [step]))
    await run.write(struck=entries(build, [step]))
    kept = {"vl/other": ReservationState.RESERVED}
    assert await states(records) == ({**kept, "vl/internal": expected} if expected else kept)


async def test_what_a_failed_step_left_is_used_unless_nobody_could_look(
    records: Records, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    steps = [creation(run.occurrence, name) for name in ("broken", "unseen")]
    build = await run.build(steps)
    await records.reserve(wanted(run.occurrence, "broken", "unseen"), room(9))
    left = [
        entry.model_copy(update={"resource": made(step.step).model_copy(update={"state": state})})
        for entry, step, state in zip(
            entries(build, steps), steps, (ResourceState.BROKEN, ResourceState.UNKNOWN), strict=True
        )
    ]
    await run.write(left=tuple(left))
    assert await states(records) == {"vl/broken": ReservationState.USED, "vl/unseen": ReservationState.RESERVED}


@pytest.mark.parametrize("end", [LcmOperationState.FAILED, LcmOperationState.ROLLED_BACK, LcmOperationState.COMPLETED])
async def test_a_parked_operation_keeps_what_it_has_until_it_ends(records: Records, end: LcmOperationState) -> None:
    run = await begun(records, "parked")
    await records.reserve(wanted(run.occurrence, "a"), room(1))
    await run.enter(LcmOperationState.FAILED_TEMP)
    assert await states(records) == {"vl/a": ReservationState.RESERVED}
    other = await begun(records, "other")
    with pytest.raises(QuotaError):
        await records.reserve(wanted(other.occurrence, "b"), room(1))
    await run.enter(end)
    await records.reserve(wanted(other.occurrence, "b"), room(1))


async def test_what_is_deleted_counts_no_more(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    build = await run.build([step])
    await records.reserve(wanted(run.occurrence, "internal"), room(9))
    await run.enter(LcmOperationState.PROCESSING, done=entries(build, [step]))
    await run.enter(LcmOperationState.COMPLETED)
    await must_have_room(records, 0, room(1, at=EARLIER))
    ending = await Run.begin(records, instance, LcmOperationType.TERMINATE)
    removal = deletion((await records.resources(instance.id))[0])
    await ending.write(done=entries(await ending.build([removal]), [removal]))
    await must_have_room(records, 1, room(1, at=EARLIER))


async def test_a_grant_that_is_given_back_holds_nothing(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    grant = grant_of(run.occurrence)
    await records.reserve(wanted(run.occurrence, "a"), room(1))
    await records.save_grant(grant)
    for _ in range(2):
        await records.release_grant(reference_to(grant))
    assert await records.reservations() == []
    with pytest.raises(ConflictError, match=f"its grant {grant.id} was given back"):
        await records.reserve(wanted(run.occurrence, "b"), room(9))


async def test_whoever_asks_after_the_grant_was_given_back_reserves_nothing(
    records: Records, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    await records.release_grant(reference_to(grant_of(run.occurrence)))
    with pytest.raises(ConflictError, match=f"cannot reserve for operation {run.occurrence.id}: its grant"):
        await records.reserve(wanted(run.occurrence, "a"), room(9))
    assert await records.reservations() == []


async def test_whoever_asks_after_the_end_reserves_nothing(records: Records) -> None:
    run = await begun(records, "over")
    await run.enter(LcmOperationState.ROLLED_BACK)
    with pytest.raises(ConflictError, match="it has ended in state ROLLED_BACK"):
        await records.reserve(wanted(run.occurrence, "a"), room(9))
    await must_have_room(records, 1, room(1))


async def test_giving_back_and_asking_at_once_leaves_nothing_held(records: Records) -> None:
    runs = [await begun(records, str(number)) for number in range(6)]
    asked = [records.reserve(wanted(run.occurrence, "a"), room(9)) for run in runs]
    released = [records.release_grant(reference_to(grant_of(run.occurrence))) for run in runs]
    answers = await asyncio.gather(*asked, *released, return_exceptions=True)
    assert {type(answer) for answer in answers} <= {type(None), ConflictError}
    assert await records.reservations() == []
    await must_have_room(records, 9, room(9))


async def test_what_holds_nothing_back_is_forgotten_after_a_while(records: Records) -> None:
    long_after = NOW + timedelta(hours=2)
    run = await begun(records, "old")
    step = creation(run.occurrence, "internal")
    build = await run.build([step])
    await records.reserve(wanted(run.occurrence, "internal"), room(9))
    await run.write(done=entries(build, [step]))
    assert list(await states(records)) == ["vl/internal"]
    other = await begun(records, "new")
    await records.reserve(wanted(other.occurrence, "a"), room(9, used=1, at=long_after))
    assert list(await states(records)) == ["vl/a"]


async def test_a_vim_that_is_not_registered_has_nothing_to_reserve(records: Records) -> None:
    run = await begun(records, "one")
    nowhere = room(9).model_copy(update={"vim_connection_id": "nowhere"})
    with pytest.raises(NotFoundError, match="cannot find VIM nowhere"):
        await records.reserve(wanted(run.occurrence, "a", vim="nowhere"), nowhere)


async def test_vims_do_not_share_their_room(records: Records) -> None:
    await records.add_vim(
        Vim(id="second", vim_id="second", driver="fake", created_at=NOW),
        VimConnection(id="second", vim_id="second", driver="fake"),
    )
    first, second = await begun(records, "first"), await begun(records, "second")
    await records.reserve(wanted(first.occurrence, "a"), room(1))
    elsewhere = room(1).model_copy(update={"vim_connection_id": "second"})
    await records.reserve(wanted(second.occurrence, "a", vim="second"), elsewhere)
    assert {one.vim_connection_id for one in await records.reservations()} == {VIM, "second"}
