"""Scaling: out then in is what there was, the deltas add up, and nothing that stays changes."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.errors import ConflictError, InvalidInputError, NotSupportedError
from manoflow.domain.identity import Kind, key_of
from manoflow.domain.scale_requests import ScaleVnfRequest, ScaleVnfToLevelRequest
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.scale import check_scaling, scaling
from manoflow.domain.targets.scale_to_level import check_scaling_to_level, scaling_to_level
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import FlavorElement, ImageElement, Topology, VnfcElement
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnfd import (
    Flavour,
    InstantiationLevel,
    PlacementGroup,
    PlacementScope,
    ScalingAspect,
    ScalingDelta,
    Vdu,
    VduCp,
    Vnfd,
)
from tests.reference import example_of, reference_instance, reference_vnfd

VDUS = ("app", "db")
MOST = 1000
HIGHEST = 3
ASSETS = (
    FlavorElement(key="flavor/1c", vcpus=1, memory_mib=1, disk_gib=1),
    ImageElement(key="image/a", image_name="a", digest="a", package="p", path="a"),
)


def vnfd_of(flavour: Flavour) -> Vnfd:
    return reference_vnfd().model_copy(update={"flavours": (flavour,)})


def simple(**changes: object) -> Flavour:
    return reference_vnfd().flavours[0].model_copy(update=changes)


@st.composite
def flavours(draw: st.DrawFn) -> Flavour:
    """Two VDUs, some aspects that may share them, and a level that may state what the deltas do not add up to."""
    base = simple()
    (app,) = base.vdus
    first = {vdu: draw(st.integers(0, 3)) for vdu in VDUS}
    vdus = tuple(
        Vdu(
            id=vdu,
            name=vdu,
            compute=app.compute,
            image=app.image,
            storages=app.storages if vdu == "app" else (),
            min_instances=0,
            max_instances=MOST,
            initial_instances=first[vdu],
        )
        for vdu in VDUS
    )
    aspects = tuple(draw(_aspects(f"aspect-{number}")) for number in range(draw(st.integers(1, 3))))
    stated = draw(st.dictionaries(st.sampled_from(VDUS), st.integers(0, 5)))
    level = InstantiationLevel(
        id="start", scale_levels={one.id: draw(st.integers(0, HIGHEST - 1)) for one in aspects}, instances=stated
    )
    groups = (PlacementGroup(id="zones", anti_affinity=True, scope=PlacementScope.ZONE, members=VDUS),)
    return base.model_copy(
        update={
            "vdus": vdus,
            "cps": (*base.cps, VduCp(id="db_internal", vdu="db", virtual_link="internal")),
            "aspects": aspects,
            "levels": (level,),
            "default_level": "start",
            "placement_groups": (*base.placement_groups, *draw(st.sampled_from([(), groups]))),
        }
    )


@st.composite
def _aspects(draw: st.DrawFn, name: str) -> ScalingAspect:
    delta = st.dictionaries(st.sampled_from(VDUS), st.integers(0, 3))
    steps = tuple(ScalingDelta(instances=one) for one in draw(st.lists(delta, max_size=HIGHEST)))
    return ScalingAspect(id=name, max_scale_level=HIGHEST, steps=steps)


class Scaled:
    """A VNF that was instantiated, and whatever it is brought to."""

    def __init__(self, flavour: Flavour) -> None:
        self.flavour, self.vnfd = flavour, vnfd_of(flavour)
        request = InstantiateVnfRequest.model_validate(example_of(InstantiateVnfRequest))
        self.instance = reference_instance("scaled")
        self.take(instantiation(self.instance, self.vnfd, request, "fake"))
        self.topology = Topology.of((*ASSETS, *self.topology.elements.values()))

    def take(self, target: Target) -> None:
        self.topology = target.topology
        self.instance = self.instance.model_copy(update={"state": target.outcome})

    @property
    def levels(self) -> Mapping[str, int]:
        assert self.instance.state is not None
        return self.instance.state.scale_levels

    def step(self, way: str, aspect: str, steps: int = 1) -> None:
        request = ScaleVnfRequest.model_validate({"type": way, "aspectId": aspect, "numberOfSteps": steps})
        self.take(scaling(self.instance, self.vnfd, request, "fake", self.topology))

    def reach(self, **request: object) -> None:
        asked = ScaleVnfToLevelRequest.model_validate(request)
        self.take(scaling_to_level(self.instance, self.vnfd, asked, "fake", self.topology))

    def ordinals(self, vdu: str) -> list[int]:
        return sorted(
            element.ordinal
            for element in self.topology.elements.values()
            if isinstance(element, VnfcElement) and element.vdu_id == vdu
        )


@st.composite
def steps_out(draw: st.DrawFn) -> tuple[Scaled, str, int]:
    """A VNF, and an aspect that can go up by so many steps."""
    scaled = Scaled(draw(flavours()))
    aspect = draw(st.sampled_from(scaled.flavour.aspects)).id
    return scaled, aspect, draw(st.integers(1, HIGHEST - scaled.levels[aspect]))


def delta(flavour: Flavour, aspect_id: str, before: int, after: int, vdu: str) -> int:
    """What the steps between two scale levels add, step by step."""
    steps = next(aspect.steps for aspect in flavour.aspects if aspect.id == aspect_id)
    taken = [steps[min(step, len(steps) - 1)] for step in range(before, after) if steps]
    return sum(step.instances.get(vdu, 0) for step in taken)


@given(case=steps_out())
def test_out_then_in_is_what_there_was(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    topology, instance = scaled.topology, scaled.instance
    scaled.step("SCALE_OUT", aspect, steps)
    scaled.step("SCALE_IN", aspect, steps)
    assert (scaled.topology, scaled.instance) == (topology, instance)


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


@given(case=steps_out())
def test_an_instantiation_level_is_the_same_from_wherever_it_is_reached(case: tuple[Scaled, str, int]) -> None:
    scaled, aspect, steps = case
    fresh = Scaled(scaled.flavour)
    scaled.step("SCALE_OUT", aspect, steps)
    scaled.reach(instantiationLevelId="start")
    assert (scaled.topology, scaled.instance.state) == (fresh.topology, fresh.instance.state)


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


STEPS = {"type": "SCALE_OUT", "aspectId": "app_scale"}


@pytest.mark.parametrize(
    ("flavour", "changes", "named"),
    [
        (simple(), {"aspectId": "nothing"}, r"aspectId nothing is not one of its aspects \(app_scale\)"),
        (simple(), {"numberOfSteps": 4}, "out by 4 steps: it is at scale level 0, its highest is 3"),
        (simple(), {"type": "SCALE_IN"}, "in by 1 steps: it is at scale level 0, its lowest is 0"),
        (
            simple(vdus=(simple().vdus[0].model_copy(update={"max_instances": 2}),)),
            {"numberOfSteps": 2},
            "VDU app would have 3 instances, its vdu_profile allows 1 to 2",
        ),
    ],
)
def test_steps_that_cannot_be_taken_are_refused_by_name(
    flavour: Flavour, changes: dict[str, object], named: str
) -> None:
    scaled = Scaled(flavour)
    request = ScaleVnfRequest.model_validate({**STEPS, **changes})
    with pytest.raises(InvalidInputError, match=named):
        check_scaling(scaled.instance, scaled.vnfd, request, "fake")
    with pytest.raises(InvalidInputError, match=named):
        scaling(scaled.instance, scaled.vnfd, request, "fake", scaled.topology)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"instantiationLevelId": "huge"}, r"instantiationLevelId huge is not one of its levels \(small, pair\)"),
        ({"scaleInfo": [{"aspectId": "x", "scaleLevel": 1}]}, "aspectId x is not one of its aspects"),
        ({"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": 4}]}, "to scale level 4: its highest is 3"),
        ({"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": 1}] * 2}, "names it twice"),
        ({"scaleInfo": [{"aspectId": "app_scale", "scaleLevel": 1, "vnfdId": "other"}]}, "vnfdId other is not that"),
    ],
)
def test_levels_that_cannot_be_reached_are_refused_by_name(asked: dict[str, object], named: str) -> None:
    scaled = Scaled(simple())
    with pytest.raises(InvalidInputError, match=named):
        check_scaling_to_level(scaled.instance, scaled.vnfd, ScaleVnfToLevelRequest.model_validate(asked), "fake")


def test_an_external_cp_of_a_new_instance_that_nothing_connects_is_refused_by_name() -> None:
    address = {"type": "IPV4", "fixedAddresses": ["10.0.0.1"]}
    data = {"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [address]}}
    cps = [{"cpdId": "app_mgmt", "cpConfig": {"a": {"cpProtocolData": [data]}}}]
    request = InstantiateVnfRequest.model_validate(
        {**example_of(InstantiateVnfRequest), "extVirtualLinks": [{"id": "o", "resourceId": "mgmt", "extCps": cps}]}
    )
    scaled = Scaled(simple())
    scaled.take(instantiation(scaled.instance, scaled.vnfd, request, "fake"))
    asked = ScaleVnfRequest.model_validate(STEPS)
    with pytest.raises(InvalidInputError, match=r"external connection point app_mgmt \(instance 1 of 2\)"):
        check_scaling(scaled.instance, scaled.vnfd, asked, "fake")


def test_a_flavour_without_aspects_does_not_support_steps() -> None:
    scaled = Scaled(simple(aspects=(), levels=(), default_level=None))
    with pytest.raises(NotSupportedError, match="flavour simple has no scaling aspects"):
        check_scaling(scaled.instance, scaled.vnfd, ScaleVnfRequest.model_validate(STEPS), "fake")


def test_what_is_not_instantiated_is_not_scaled() -> None:
    bare: VnfInstance = reference_instance("bare")
    with pytest.raises(ConflictError, match="it is not instantiated"):
        check_scaling(bare, reference_vnfd(), ScaleVnfRequest.model_validate(STEPS), "fake")


@pytest.mark.parametrize("asked", [{}, {"instantiationLevelId": "pair", "scaleInfo": []}])
def test_a_level_is_told_in_one_way(asked: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either instantiationLevelId or scaleInfo"):
        ScaleVnfToLevelRequest.model_validate(asked)


def test_fewer_steps_than_one_are_none() -> None:
    with pytest.raises(ValueError, match="numberOfSteps"):
        ScaleVnfRequest.model_validate({**STEPS, "numberOfSteps": 0})


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ({"targetScaleLevelInfo": [{"aspectId": "app_scale", "scaleLevel": 2}]}, 3),
        ({"targetScaleLevelInfo": []}, 1),
    ],
)
def test_a_vnf_may_be_instantiated_at_scale_levels(asked: dict[str, object], size: int) -> None:
    request = InstantiateVnfRequest.model_validate({**example_of(InstantiateVnfRequest), **asked})
    target = instantiation(reference_instance("a"), reference_vnfd(), request, "fake")
    assert len(target.topology.of_kind(Kind.VNFC)) == size


def test_an_instantiation_is_told_its_size_in_one_way() -> None:
    both = {"instantiationLevelId": "pair", "targetScaleLevelInfo": [{"aspectId": "app_scale", "scaleLevel": 2}]}
    request = InstantiateVnfRequest.model_validate({**example_of(InstantiateVnfRequest), **both})
    with pytest.raises(InvalidInputError, match="both instantiationLevelId and targetScaleLevelInfo"):
        instantiation(reference_instance("a"), reference_vnfd(), request, "fake")
