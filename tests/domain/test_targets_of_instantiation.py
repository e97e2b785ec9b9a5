"""Sizes, connections and refusals of an instantiation."""

from collections.abc import Mapping
from typing import Any

import pytest

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.identity import Kind
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.sizing import instances, level_of, scale_levels
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import PortElement, VnfcElement
from manoflow.domain.vnf import InstantiateVnfRequest
from manoflow.domain.vnfd import Flavour, InstantiationLevel, ScalingAspect, ScalingDelta
from manoflow.domain.vnfd_connectivity import ExposedLink, VirtualIpCp
from tests.reference import example_of, reference_instance, reference_vnfd


def target(**changes: object) -> Target:
    return target_of({}, **changes)


def target_of(described: Mapping[str, object], **changes: object) -> Target:
    """With what the flavour is described to have beside."""
    request = InstantiateVnfRequest.model_validate({**example_of(InstantiateVnfRequest), **changes})
    vnfd = reference_vnfd()
    flavour = vnfd.flavours[0].model_copy(update=described)
    return instantiation(reference_instance("a"), vnfd.model_copy(update={"flavours": (flavour,)}), request, "fake")


def links(*cp_configs: dict[str, Any], cpd: str = "app_mgmt") -> dict[str, Any]:
    cps = [{"cpdId": cpd, "cpConfig": config} for config in cp_configs]
    return {"extVirtualLinks": [{"id": "outside", "resourceId": "mgmt", "extCps": cps}]}


def fixed(*addresses: str) -> dict[str, Any]:
    ip = {"type": "IPV4", "fixedAddresses": list(addresses)}
    return {"cpProtocolData": [{"layerProtocol": "IP_OVER_ETHERNET", "ipOverEthernet": {"ipAddresses": [ip]}}]}


DYNAMIC: dict[str, Any] = {"cpProtocolData": []}


def outside_ports(planned: Target) -> list[PortElement]:
    ports = planned.topology.of_kind(Kind.PORT).values()
    return [port for port in ports if isinstance(port, PortElement) and port.link is None]


def test_the_default_level_is_taken_when_none_is_asked_for() -> None:
    planned = target()
    assert list(planned.topology.of_kind(Kind.VNFC)) == ["vnfc/app/0"]
    assert planned.outcome is not None
    assert planned.outcome.scale_levels == {"app_scale": 0}


def test_a_level_asked_for_sets_the_number_of_vnfcs() -> None:
    assert list(target(instantiationLevelId="pair").topology.of_kind(Kind.VNFC)) == ["vnfc/app/0", "vnfc/app/1"]


def test_a_vnfc_lists_its_ports_in_the_order_of_the_descriptor() -> None:
    vnfc = target().topology.elements["vnfc/app/0"]
    assert isinstance(vnfc, VnfcElement)
    assert vnfc.ports == ("port/app/0/app_mgmt", "port/app/0/app_internal")


def test_entries_are_given_out_in_the_order_of_their_keys() -> None:
    config = {"b": fixed("10.0.0.2"), "a": fixed("10.0.0.1")}
    ports = outside_ports(target(instantiationLevelId="pair", **links(config)))
    assert [port.addresses[0].ip_address for port in ports] == ["10.0.0.1", "10.0.0.2"]


def test_an_entry_that_fixes_nothing_serves_the_rest() -> None:
    config = {"a": fixed("10.0.0.1"), "b": DYNAMIC}
    level = {"instantiationLevelId": "pair"}
    ports = outside_ports(target(**level, **links(config)))
    assert [port.cp_config_id for port in ports] == ["a", "b"]
    ports = outside_ports(target(**level, **links({"b": DYNAMIC})))
    assert [port.cp_config_id for port in ports] == ["b", "b"]


def test_a_fixed_address_serves_one_instance_so_the_second_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match=r"app_mgmt \(instance 1 of 2\)"):
        target(instantiationLevelId="pair", **links({"a": fixed("10.0.0.1")}))


def test_an_unconnected_external_cp_is_refused_by_name() -> None:
    with pytest.raises(InvalidInputError, match="external connection point app_mgmt"):
        target(extVirtualLinks=[])


def test_the_name_of_the_mapped_requirement_is_accepted_as_cpd_id() -> None:
    assert len(outside_ports(target(**links({"a": DYNAMIC}, cpd="mgmt_network")))) == 1


def test_entries_without_an_instance_are_kept_for_later() -> None:
    planned = target(**links({"a": fixed("10.0.0.1"), "b": fixed("10.0.0.2")}))
    assert [port.cp_config_id for port in outside_ports(planned)] == ["a"]
    assert planned.outcome is not None
    assert set(planned.outcome.ext_virtual_links[0].ext_cps[0].cp_config) == {"a", "b"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"flavourId": "huge"}, "flavourId huge is not one of its flavours"),
        ({"instantiationLevelId": "huge"}, "instantiationLevelId huge is not one of its levels"),
        ({"targetScaleLevelInfo": [{"aspectId": "x", "scaleLevel": 1}]}, "aspectId x is not one of its aspects"),
        (links({"a": DYNAMIC}, cpd="nobody"), "cpdId nobody is not an external connection point"),
        (links({"a": {"linkPortId": "p"}}), "linkPortId"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInputError, match=named):
        target(**changes)


def test_the_last_delta_repeats_where_there_are_fewer_deltas_than_levels() -> None:
    steps = (ScalingDelta(instances={"app": 2}), ScalingDelta(instances={"app": 1}))
    aspect = ScalingAspect(id="app_scale", max_scale_level=5, steps=steps)
    flavour = _flavour().model_copy(update={"aspects": (aspect,)})
    sizes = [instances(flavour, {"app_scale": level})["app"] for level in range(5)]
    assert sizes == [1, 3, 4, 5, 6]


def test_what_a_level_states_of_a_vdu_wins_over_the_deltas() -> None:
    level = InstantiationLevel(id="odd", scale_levels={"app_scale": 1}, instances={"app": 4})
    flavour = _flavour().model_copy(update={"levels": (level,)})
    chosen = level_of(flavour, "odd")
    assert instances(flavour, scale_levels(flavour, chosen), chosen) == {"app": 4}


def test_without_a_level_and_a_default_every_aspect_is_at_level_0() -> None:
    flavour = _flavour().model_copy(update={"default_level": None})
    assert level_of(flavour, None) is None
    assert scale_levels(flavour, None) == {"app_scale": 0}


def _flavour() -> Flavour:
    return reference_vnfd().flavours[0]


def inside_ports(planned: Target) -> list[PortElement]:
    ports = planned.topology.of_kind(Kind.PORT).values()
    return [port for port in ports if isinstance(port, PortElement) and port.link is not None]


def cps(**changes: object) -> dict[str, object]:
    """The flavour's connection points, the internal one changed."""
    outside, inside = reference_vnfd().flavours[0].cps
    return {"cps": (outside, inside.model_copy(update=changes))}


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        ({"fixed_addresses": ("10.0.0.1", "10.0.0.2", "10.0.0.3")}, [["10.0.0.1"], ["10.0.0.2"]]),
        ({"fixed_addresses": ("10.0.0.1", "10.0.0.2"), "addresses_each": 2}, [["10.0.0.1", "10.0.0.2"], []]),
        ({}, [[], []]),
    ],
)
def test_the_descriptors_addresses_are_given_out_by_ordinal(changes: dict[str, object], given: list[list[str]]) -> None:
    ports = inside_ports(target_of(cps(**changes), instantiationLevelId="pair"))
    assert [[address.ip_address for address in port.addresses] for port in ports] == given


@pytest.mark.parametrize(("fixed", "allowed"), [(("10.0.0.9",), ("10.0.0.9",)), ((), ("192.168.10.0/24",))])
def test_an_address_that_vnfcs_share_is_allowed_at_their_ports(
    fixed: tuple[str, ...], allowed: tuple[str, ...]
) -> None:
    shared = VirtualIpCp(id="shared", virtual_link="internal", targets=("app_internal",), fixed_addresses=fixed)
    planned = target_of({"virtual_ip_cps": (shared,)})
    assert [port.allowed_addresses for port in inside_ports(planned)] == [allowed]
    assert [port.allowed_addresses for port in outside_ports(planned)] == [()]


def test_a_link_that_is_shown_outside_cannot_be_connected_and_the_way_out_is_told() -> None:
    shown = {"exposed_links": (ExposedLink(id="shown", virtual_link="internal", mapped_names=("front",)),)}
    for cpd in ("shown", "front"):
        with pytest.raises(InvalidInputError) as refused:
            target_of(shown, **links({"a": DYNAMIC}, cpd=cpd))
        assert f"cpdId {cpd} shows the internal link internal outside" in refused.value.message
        assert "give it as an extManagedVirtualLink with vnfVirtualLinkDescId internal" in refused.value.message


def test_a_link_that_others_have_to_manage_is_not_made() -> None:
    (link,) = reference_vnfd().flavours[0].virtual_links
    managed = {"virtual_links": (link.model_copy(update={"externally_managed": "required"}),)}
    with pytest.raises(InvalidInputError, match="add an extManagedVirtualLink with vnfVirtualLinkDescId internal"):
        target_of(managed)
    brought = [{"id": "given", "vnfVirtualLinkDescId": "internal", "resourceId": "data"}]
    assert target_of(managed, extManagedVirtualLinks=brought).topology.of_kind(Kind.VIRTUAL_LINK) == {}
