"""Laws of `manoflow.domain.drift`: what differs is told for what it is, and the proposed heal replaces that."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.cloud import FixedAddress, Power, ResourceState, Tagged
from manoflow.domain.drift import HEAL, DriftClass, Drifted, drift_of_recorded, proposed_heal, unexpected
from manoflow.domain.heal_request import HealVnfRequest
from manoflow.domain.observation import conditions
from manoflow.domain.resources import Resource
from manoflow.domain.targets.heal import healing
from manoflow.domain.topology import PortElement, Topology, VnfcElement
from manoflow.domain.vnfd import VirtualCompute
from tests.domain.recorded import INSTANCE, recorded, shown
from tests.domain.topologies import topologies

STATES = st.sampled_from([ResourceState.READY, ResourceState.BROKEN, ResourceState.BUILDING, ResourceState.DELETING])
PORT = PortElement(key="port/a/0/cp", cpd_id="cp", vdu_id="a", ordinal=0)
VNFC = VnfcElement(key="vnfc/a/0", vdu_id="a", ordinal=0, compute=VirtualCompute(num_vcpus=1, memory_mib=512))


def drift(rows: list[Resource], seen: list[Resource]) -> list[Drifted]:
    return list(drift_of_recorded(rows, shown(seen)))


def seen_as(row: Resource, **changes: object) -> Resource:
    return row.model_copy(update={"observed": row.observed.model_copy(update=changes)})


@given(topologies, st.data())
def test_what_differs_is_told_and_what_a_heal_mends_is_replaced_by_it(a: Topology, data: st.DataObject) -> None:
    rows = recorded(a)
    kept = [row for row in rows if data.draw(st.booleans())]
    seen = [seen_as(row, state=data.draw(STATES)) for row in kept]
    found = drift(rows, seen)
    there = {row.key: row.observed.state for row in seen if row.observed.state is not ResourceState.DELETING}
    missing = {one.key for one in found if one.drift is DriftClass.MISSING}
    altered = {one.key for one in found if one.drift is DriftClass.ALTERED}
    assert missing == {row.key for row in rows} - there.keys()
    assert altered == {key for key, state in there.items() if state is ResourceState.BROKEN}
    target = healing(INSTANCE, HealVnfRequest.model_validate(HEAL), rows, conditions(rows, shown(seen)))
    assert {one.key for one in found if one.healed} == missing | altered
    assert missing | altered <= target.replace
    assert bool(target.replace) is (proposed_heal(found) is not None)


@given(topologies)
def test_there_is_none_where_all_is_as_recorded(a: Topology) -> None:
    assert drift(recorded(a), recorded(a)) == []


@pytest.mark.parametrize(
    ("recorded_as", "seen_with", "told"),
    [
        ({"mac_address": "02:00:00:00:00:01"}, {"mac_address": "02:00:00:00:00:02"}, "macAddress"),
        ({"network_id": "a"}, {"network_id": "b"}, "networkId"),
        ({"zone": "a"}, {"zone": "b"}, "zone"),
        ({"host": "a"}, {"host": "b"}, "host"),
        ({"vim_id": "a"}, {"vim_id": "b"}, "vimId"),
        ({"addresses": (FixedAddress(ip_address="10.0.0.1"),)}, {"addresses": ()}, "addresses"),
        ({"subnet_ids": ("a", "b")}, {"subnet_ids": ("a",)}, "subnetIds"),
        ({"subnet_ids": ("a", "b")}, {"subnet_ids": ("b", "a")}, None),
        ({"zone": None}, {"zone": "b"}, None),
        ({"zone": "a"}, {"zone": None}, None),
        ({"zone": "a"}, {"zone": "b", "state": ResourceState.BUILDING}, None),
    ],
)
def test_what_is_told_of_what_works(recorded_as: dict[str, Any], seen_with: dict[str, Any], told: str | None) -> None:
    (row,) = (seen_as(row, **recorded_as) for row in recorded(Topology.of([PORT])))
    found = drift([row], [seen_as(row, **seen_with)])
    assert [each.attribute for one in found for each in one.differences] == ([told] if told else [])
    assert proposed_heal(found) is None


def test_a_server_that_does_not_run_is_healed_and_one_that_is_to_be_stopped_is_no_drift() -> None:
    (row,) = recorded(Topology.of([VNFC]))
    (one,) = drift([row], [seen_as(row, power=Power.STOPPED)])
    assert ([each.attribute for each in one.differences], one.healed) == (["power"], True)
    (row,) = recorded(Topology.of([VNFC.model_copy(update={"power": Power.STOPPED})]))
    assert drift([row], [row]) == []


def test_strangers_and_twins_are_unexpected_and_others_are_not() -> None:
    (row,) = recorded(Topology.of([VNFC]))
    first = Tagged(kind="vnfc", vim_id=row.vim_id, name="first", uid=row.uid, vnf_instance_id=INSTANCE.id)
    twin = first.model_copy(update={"vim_id": "twin", "name": "twin"})
    stranger = first.model_copy(update={"vim_id": "stranger", "name": "stranger", "uid": uuid4()})
    foreign = stranger.model_copy(update={"vnf_instance_id": uuid4()})
    image = stranger.model_copy(update={"vnf_instance_id": None})
    known = {row.uid}

    def found(*tagged: Tagged) -> list[str]:
        return [one.name for one in unexpected(INSTANCE.id, "fake", tagged, [row], known)]

    assert found(first, twin, stranger, foreign, image) == ["twin", "stranger"]
    assert found(twin) == []
