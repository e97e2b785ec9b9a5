"""Scaling that is refused, by name, before anything is begun; and sizes that a request asks for at first."""

import pytest

from manoflow.domain.errors import ConflictError, InvalidInputError, NotSupportedError
from manoflow.domain.identity import Kind
from manoflow.domain.scale_requests import ScaleVnfRequest, ScaleVnfToLevelRequest
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.scale import check_scaling, scaling
from manoflow.domain.targets.scale_to_level import check_scaling_to_level
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnfd import (
    Flavour,
)
from tests.domain.scaled import Scaled, simple
from tests.reference import example_of, reference_instance, reference_vnfd

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
