"""Scaling: out then in is what there was, the deltas add up, and nothing that stays changes."""

from hypothesis import given

from manoflow.domain.identity import Kind, key_of
from manoflow.domain.scale_requests import ScaleVnfRequest
from manoflow.domain.targets.scale import scaling
from manoflow.domain.topology import Topology
from manoflow.domain.vnfd import (
    Flavour,
    InstantiationLevel,
)
from tests.domain.scaled import UNHURRIED, VDUS, Scaled, simple, steps_out, vnfd_of


def delta(flavour: Flavour, aspect_id: str, before: int, after: int, vdu: str) -> int:
    """What the steps between two scale levels add, step by step."""
    steps = next(aspect.steps for aspect in flavour.aspects if aspect.id == aspect_id)
    taken = [steps[min(step, len(steps) - 1)] for step in range(before, after) if steps]
    return sum(step.instances.get(vdu, 0) for step in taken)


@UNHURRIED
@given(case=steps_out())
def test_out_then_in_is_what_there_was(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    topology, instance = scaled.topology, scaled.instance
    scaled.step("SCALE_OUT", aspect, steps)
    scaled.step("SCALE_IN", aspect, steps)
    assert (scaled.topology, scaled.instance) == (topology, instance)


@UNHURRIED
@given(case=steps_out())
def test_what_is_added_is_the_sum_of_the_deltas(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    before = {vdu: len(scaled.ordinals(vdu)) for vdu in VDUS}
    level = scaled.levels[aspect]
    scaled.step("SCALE_OUT", aspect, steps)
    for vdu in VDUS:
        expected = before[vdu] + delta(scaled.flavour, aspect, level, level + steps, vdu)
        assert scaled.ordinals(vdu) == list(range(expected))
    assert scaled.levels[aspect] == level + steps


@UNHURRIED
@given(case=steps_out())
def test_nothing_that_stays_changes(case: tuple[Scaled, str, int]) -> None:
    """Even where the VNFD, or what it is drawn from, has changed meanwhile."""
    scaled, aspect, steps = case
    before = scaled.topology.elements
    compute = scaled.flavour.vdus[0].compute.model_copy(update={"memory_mib": 4096})
    vdus = tuple(vdu.model_copy(update={"compute": compute}) for vdu in scaled.flavour.vdus)
    links = tuple(link.model_copy(update={"cidr": "10.9.0.0/24"}) for link in scaled.flavour.virtual_links)
    scaled.vnfd = vnfd_of(scaled.flavour.model_copy(update={"vdus": vdus, "virtual_links": links}))
    scaled.step("SCALE_OUT", aspect, steps)
    assert {key: scaled.topology.elements[key] for key in before} == before
    scaled.step("SCALE_IN", aspect, steps)
    assert scaled.topology.elements == before


@UNHURRIED
@given(case=steps_out())
def test_by_steps_or_at_once_comes_to_the_same(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    start = (scaled.topology, scaled.instance)
    for _ in range(steps):
        scaled.step("SCALE_OUT", aspect)
    one_by_one = (scaled.topology, scaled.instance)
    scaled.topology, scaled.instance = start
    scaled.reach(scaleInfo=[{"aspectId": aspect, "scaleLevel": scaled.levels[aspect] + steps}])
    assert (scaled.topology, scaled.instance) == one_by_one


@UNHURRIED
@given(case=steps_out())
def test_an_instantiation_level_is_the_same_from_wherever_it_is_reached(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    fresh = Scaled(scaled.flavour)
    scaled.step("SCALE_OUT", aspect, steps)
    scaled.reach(instantiationLevelId="start")
    assert (scaled.topology, scaled.instance.state) == (fresh.topology, fresh.instance.state)


@UNHURRIED
@given(case=steps_out())
def test_what_is_drawn_needs_nothing_that_is_not_there(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    scaled.step("SCALE_OUT", aspect, steps)
    for element in scaled.topology.elements.values():
        assert set(element.needs) <= scaled.topology.elements.keys()


def test_out_takes_the_lowest_free_ordinal_and_in_gives_up_the_highest() -> None:
    scaled = Scaled(simple())
    scaled.step("SCALE_OUT", "app_scale", 2)
    gone = {key for key in scaled.topology.elements if key.split("/")[1:3] == ["app", "1"]}
    left = {key: element for key, element in scaled.topology.elements.items() if key not in gone}
    scaled.topology = Topology(elements=left)
    scaled.reach(scaleInfo=[])
    assert scaled.ordinals("app") == [0, 1, 2]
    scaled.topology = Topology(elements=left)
    scaled.step("SCALE_IN", "app_scale")
    assert scaled.topology.elements == left


def test_what_a_level_states_beside_the_deltas_stays_when_it_scales() -> None:
    odd = InstantiationLevel(id="odd", scale_levels={"app_scale": 1}, instances={"app": 3})
    scaled = Scaled(simple(levels=(odd,), default_level="odd"))
    assert scaled.ordinals("app") == [0, 1, 2]
    scaled.step("SCALE_OUT", "app_scale")
    assert scaled.ordinals("app") == [0, 1, 2, 3]
    scaled.step("SCALE_IN", "app_scale", 2)
    assert scaled.ordinals("app") == [0, 1]


def test_a_group_goes_with_its_last_vnfc_and_comes_with_its_first() -> None:
    (app,) = simple().vdus
    none = simple(vdus=(app.model_copy(update={"initial_instances": 0, "min_instances": 0}),))
    scaled = Scaled(none)
    group = key_of(Kind.PLACEMENT_GROUP, "apart")
    assert group not in scaled.topology.elements
    scaled.step("SCALE_OUT", "app_scale")
    assert group in scaled.topology.elements
    scaled.step("SCALE_IN", "app_scale")
    assert group not in scaled.topology.elements


def test_placement_rules_name_those_that_will_be_there() -> None:
    scaled = Scaled(simple())
    request = ScaleVnfRequest.model_validate({"type": "SCALE_OUT", "aspectId": "app_scale"})
    (rule,) = scaling(scaled.instance, scaled.vnfd, request, "fake", scaled.topology).placement
    assert rule.members == ("vnfc/app/0", "vnfc/app/1")
