"""VNFs of any size and any scaling aspects, and what they are brought to."""

from collections.abc import Mapping

from hypothesis import settings
from hypothesis import strategies as st

from manoflow.domain.scale_requests import ScaleVnfRequest, ScaleVnfToLevelRequest
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.scale import scaling
from manoflow.domain.targets.scale_to_level import scaling_to_level
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import FlavorElement, ImageElement, Topology, VnfcElement
from manoflow.domain.vnf import InstantiateVnfRequest
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
UNHURRIED = settings(deadline=None, max_examples=60)
"""How long an example takes is the machine's affair."""
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
    first = {vdu: draw(st.integers(0, 2)) for vdu in VDUS}
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
    stated = draw(st.dictionaries(st.sampled_from(VDUS), st.integers(0, 4)))
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
    delta = st.dictionaries(st.sampled_from(VDUS), st.integers(0, 2))
    steps = tuple(ScalingDelta(instances=one) for one in draw(st.lists(delta, max_size=HIGHEST)))
    return ScalingAspect(id=name, max_scale_level=HIGHEST, steps=steps)


class Scaled:
    """A VNF that was instantiated, and whatever it is brought to."""

    def __init__(self, flavour: Flavour) -> None:
        self.flavour, self.vnfd = flavour, vnfd_of(flavour)
        self.topology = Topology()
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
