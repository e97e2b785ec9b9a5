"""Laws of `manoflow.domain.world` and `manoflow.domain.proposals`: every difference is told, and nothing else."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.diff import diff
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.plan import Plan, plan_id
from manoflow.domain.proposals import plan_differences
from manoflow.domain.topology import Topology
from manoflow.domain.world import World, differences, world_of
from tests.builders import virtual_link
from tests.domain.recorded import INSTANCE, MADE_BY, recorded
from tests.domain.topologies import topologies
from tests.reference import NOW, reference_package


def world(topology: Topology, **changes: object) -> World:
    return world_of(INSTANCE.model_copy(update=changes), recorded(topology), reference_package())


def plan(current: Topology, target: Topology, **changes: object) -> Plan:
    planned = Plan(
        id=plan_id(MADE_BY),
        lcm_op_occ_id=MADE_BY,
        vnf_instance_id=INSTANCE.id,
        vnfd_id=INSTANCE.vnfd_id,
        operation=LcmOperationType.HEAL,
        vim_connection_id="fake",
        changes=diff(current, target),
        outcome=None,
    )
    return planned.model_copy(update=changes)


@given(topologies, topologies)
def test_every_place_that_differs_is_told_once(a: Topology, b: Topology) -> None:
    told = differences(world(a), world(b))
    keys = a.elements.keys() | b.elements.keys()
    changed = {key for key in keys if a.elements.get(key) != b.elements.get(key)}
    assert len(told) == len(changed)
    assert all(any(f"{key} " in clause for clause in told) for key in changed)
    assert (world(a).fingerprint == world(b).fingerprint) is not bool(changed)


@given(topologies)
def test_a_world_that_was_kept_is_still_that_world(a: Topology) -> None:
    assert differences(World.model_validate_json(world(a).model_dump_json()), world(a)) == ()


def test_another_incarnation_another_name_and_another_package_are_told() -> None:
    link = Topology.of([virtual_link("internal")])
    again = world_of(INSTANCE, recorded(link, uuid4()), reference_package())
    (told,) = differences(world(link), again)
    assert told.startswith("in vl/internal is another incarnation")
    (told,) = differences(world(link), world(link, vnf_instance_name="other"))
    assert told == "its vnfInstanceName is other, it was recorded"
    (told,) = differences(world(link), world(link, metadata={"site": "south"}))
    assert told == "its metadata has changed"
    content = reference_package().content
    assert content is not None
    other = reference_package().model_copy(update={"content": content.model_copy(update={"digest": "0" * 64})})
    assert differences(world(link), world_of(INSTANCE, recorded(link), other)) == ("its package has other content",)


def test_when_something_was_seen_is_no_difference() -> None:
    rows = recorded(Topology.of([virtual_link("internal")]))
    later = [row.model_copy(update={"observed_at": NOW.replace(year=2030)}) for row in rows]
    package = reference_package()
    assert differences(world_of(INSTANCE, rows, package), world_of(INSTANCE, later, package)) == ()


@given(topologies, topologies, topologies, st.booleans())
def test_plans_that_differ_are_told_apart(current: Topology, a: Topology, b: Topology, gone: bool) -> None:  # noqa: FBT001
    before, now = plan(current, a), plan(current, b, vanished=tuple(sorted(current.elements)) if gone else ())
    told = plan_differences(before, now)
    assert bool(told) is (before != now)
    was, will = ({change.key: change for change in one.changes} for one in (before, now))
    otherwise = {key for key in was.keys() | will.keys() if was.get(key) != will.get(key)}
    assert len(told) == len(otherwise) + len(now.vanished)


def test_a_plan_that_differs_in_nothing_but_its_outcome_is_told_apart() -> None:
    before = plan(Topology(), Topology())
    now = before.model_copy(update={"shutdown_seconds": 7.0})
    assert plan_differences(before, now) == ("the shutdown_seconds of the plan would be another",)
