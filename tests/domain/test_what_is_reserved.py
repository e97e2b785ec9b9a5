"""What a plan reserves, and when that is too much."""

from datetime import timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.capacity import Amounts, Capacity, Measure, Reservation, ReservationState
from manoflow.domain.cloud import Flavor
from manoflow.domain.diff import diff
from manoflow.domain.grants import GrantRequest, grant_id, grant_request, reservations_of
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.plan import Plan, plan_id
from manoflow.domain.reserving import amounts_of, shortages, total
from manoflow.domain.topology import Element, StorageElement, Topology, VnfcElement
from tests.domain.topologies import topologies
from tests.reference import NOW, VNFD_ID

OCC = UUID("5b1e0000-0000-4000-8000-0000000000bb")
INSTANCE = UUID("5b1e0000-0000-4000-8000-0000000000cc")
MEASURES = st.sampled_from(Measure)
AMOUNTS = st.dictionaries(MEASURES, st.integers(1, 5), max_size=3)


def asked(current: Topology, target: Topology, *replaced: str) -> GrantRequest:
    plan = Plan(
        id=plan_id(OCC),
        lcm_op_occ_id=OCC,
        vnf_instance_id=INSTANCE,
        vnfd_id=VNFD_ID,
        operation=LcmOperationType.INSTANTIATE,
        vim_connection_id="fake",
        changes=diff(current, target, replaced),
        outcome=None,
    )
    return grant_request(plan, ())


def reservation(amounts: Amounts, **changes: object) -> Reservation:
    occ = uuid4()
    made = Reservation(
        grant_id=grant_id(occ),
        lcm_op_occ_id=occ,
        vnf_instance_id=uuid4(),
        vim_connection_id="fake",
        key="vnfc/app/0",
        amounts=amounts,
        reserved_at=NOW,
        changed_at=NOW,
    )
    return made.model_copy(update=changes)


def capacity(limits: Amounts, used: Amounts, **changes: object) -> Capacity:
    return Capacity(vim_connection_id="fake", observed_at=NOW, limits=limits, used=used).model_copy(update=changes)


def beyond(before: Element | None, after: Element) -> Amounts:
    """What an element takes that the one before it in its place did not."""
    freed = amounts_of(before) if before else {}
    return {
        measure: amount - freed.get(measure, 0)
        for measure, amount in amounts_of(after).items()
        if amount > freed.get(measure, 0)
    }


@given(current=topologies, target=topologies, replaced=st.sets(st.sampled_from(["vnfc/a/0", "storage/a/0/a"])))
def test_reserved_is_the_sum_of_what_is_added_and_nothing_for_what_goes(
    current: Topology, target: Topology, replaced: set[str]
) -> None:
    made = reservations_of(asked(current, target, *replaced), {}, NOW)
    changed = {
        key: element
        for key, element in target.elements.items()
        if current.elements.get(key) != element or (key in replaced and key in current.elements)
    }
    taken = {key: beyond(current.elements.get(key), element) for key, element in changed.items()}
    assert {one.key: one.amounts for one in made} == {key: amounts for key, amounts in taken.items() if amounts}
    assert {(one.grant_id, one.vnf_instance_id, one.state) for one in made} <= {
        (grant_id(OCC), INSTANCE, ReservationState.RESERVED)
    }


@given(topologies)
def test_taking_everything_down_reserves_nothing(current: Topology) -> None:
    assert reservations_of(asked(current, Topology()), {}, NOW) == ()


@given(topologies)
def test_what_an_element_takes_is_counted_in_its_own_measures(topology: Topology) -> None:
    counts = total(amounts_of(element) for element in topology.elements.values())
    elements = topology.elements.values()
    vnfcs = [element for element in elements if isinstance(element, VnfcElement)]
    storages = [element for element in elements if isinstance(element, StorageElement)]
    assert counts.get(Measure.SERVERS, 0) == len(vnfcs)
    assert counts.get(Measure.VCPUS, 0) == sum(vnfc.compute.num_vcpus for vnfc in vnfcs)
    assert counts.get(Measure.MEMORY_MIB, 0) == sum(vnfc.compute.memory_mib for vnfc in vnfcs)
    assert counts.get(Measure.STORAGES, 0) == len(storages)
    assert counts.get(Measure.STORAGE_GIB, 0) == sum(storage.size_gib for storage in storages)
    for kind, measure in (
        (Kind.PORT, Measure.PORTS),
        (Kind.VIRTUAL_LINK, Measure.VIRTUAL_LINKS),
        (Kind.PLACEMENT_GROUP, Measure.PLACEMENT_GROUPS),
    ):
        assert counts.get(measure, 0) == len(topology.of_kind(kind))


@given(topologies.filter(lambda topology: bool(topology.of_kind(Kind.VNFC))))
def test_a_vnfc_takes_what_its_flavor_has_whatever_the_vnfd_asks_for(topology: Topology) -> None:
    large = Flavor(vim_id="1", name="large", vcpus=64, memory_mib=4096, disk_gib=0)
    request = asked(Topology(), topology)
    vnfcs = topology.of_kind(Kind.VNFC)
    made = reservations_of(request, dict.fromkeys(request.computes, large), NOW)
    assert total(one.amounts for one in made)[Measure.VCPUS] == 64 * len(vnfcs)
    assert all(one.amounts[Measure.MEMORY_MIB] == 4096 for one in made if one.key in vnfcs)


@given(wanted=AMOUNTS, limits=AMOUNTS, used=AMOUNTS, held=st.lists(AMOUNTS, max_size=4))
def test_it_fits_where_limit_use_and_reservations_leave_room_for_all_of_it(
    wanted: Amounts, limits: Amounts, used: Amounts, held: list[Amounts]
) -> None:
    short = shortages([reservation(wanted)], capacity(limits, used), [reservation(one) for one in held])
    reserved = total(held)
    lacking = [
        measure
        for measure, amount in wanted.items()
        if measure in limits and amount > max(0, limits[measure] - used.get(measure, 0) - reserved.get(measure, 0))
    ]
    assert [sentence.split()[1] for sentence in short] == lacking


def test_whoever_is_refused_reads_the_numbers_and_who_holds_the_rest() -> None:
    holders = [reservation({Measure.VCPUS: amount}) for amount in (1, 2, 1, 1)]
    (sentence,) = shortages(
        [reservation({Measure.VCPUS: 4})], capacity({Measure.VCPUS: 10}, {Measure.VCPUS: 3}), holders
    )
    assert sentence.startswith("4 vcpus wanted, 2 of 10 free (3 in use, 5 reserved: 2 by operation ")
    assert str(holders[1].lcm_op_occ_id) in sentence
    assert str(holders[1].vnf_instance_id) in sentence
    assert sentence.endswith(" and 1 more)")


def test_what_is_used_beyond_the_limit_leaves_nothing() -> None:
    (sentence,) = shortages([reservation({Measure.VCPUS: 1})], capacity({Measure.VCPUS: 2}, {Measure.VCPUS: 5}), [])
    assert sentence == "1 vcpus wanted, 0 of 2 free (5 in use, 0 reserved)"


def test_what_was_made_counts_twice_for_no_reading_and_is_missed_by_none() -> None:
    wanted, limits = [reservation({Measure.SERVERS: 1})], {Measure.SERVERS: 2}
    used = ReservationState.USED
    before, after = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)
    made_before = reservation({Measure.SERVERS: 1}, state=used, changed_at=before)
    made_after = reservation({Measure.SERVERS: 1}, state=used, changed_at=after)
    made_meanwhile = reservation({Measure.SERVERS: 1}, state=used, changed_at=NOW)
    full, free = capacity(limits, {Measure.SERVERS: 1}), capacity(limits, {})
    assert shortages(wanted, full, [made_before]) == ()
    assert shortages(wanted, full, [made_after])
    assert shortages(wanted, full, [made_meanwhile])
    assert shortages(wanted, free, [made_after]) == ()


def test_what_was_seen_to_be_there_is_not_in_the_way_once_more() -> None:
    wanted, limits = [reservation({Measure.SERVERS: 1})], {Measure.SERVERS: 2}
    half_way = reservation({Measure.SERVERS: 1})
    seen = frozenset({uid_of(half_way.lcm_op_occ_id, half_way.key)})
    full = capacity(limits, {Measure.SERVERS: 1})
    assert shortages(wanted, full, [half_way])
    assert shortages(wanted, full.model_copy(update={"seen": seen}), [half_way]) == ()


def test_what_was_released_is_in_nobodys_way() -> None:
    released = reservation({Measure.SERVERS: 5}, state=ReservationState.RELEASED)
    assert shortages([reservation({Measure.SERVERS: 1})], capacity({Measure.SERVERS: 1}, {}), [released]) == ()
