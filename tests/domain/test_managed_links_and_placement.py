"""Internal links that somebody else manages, and what a grant request says of VNFCs near each other or apart."""

from typing import Any

import pytest

from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.diff import diff
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.grants import grant_request
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.placement import AffinityType, ConstraintScope, IdType, PlacementConstraint
from manoflow.domain.plan import Plan, plan_id
from manoflow.domain.planning import plan_of
from manoflow.domain.resources import Resource
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.placing import chosen_vim
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import PortElement
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiateVnfRequest
from manoflow.domain.vnfd import PlacementGroup, PlacementScope
from tests.builders import occurrence_of
from tests.reference import NOW, example_of, reference_instance, reference_vnfd

INSTANCE = reference_instance("a")
OCCURRENCE = occurrence_of(INSTANCE)
MANAGED = {"id": "link-1", "vnfVirtualLinkDescId": "internal", "resourceId": "net-1"}


def request(**changes: object) -> InstantiateVnfRequest:
    return InstantiateVnfRequest.model_validate({**example_of(InstantiateVnfRequest), **changes})


def target(*groups: PlacementGroup, **changes: object) -> Target:
    vnfd = reference_vnfd()
    (flavour,) = vnfd.flavours
    if groups:
        vnfd = vnfd.model_copy(update={"flavours": (flavour.model_copy(update={"placement_groups": groups}),)})
    return instantiation(INSTANCE, vnfd, request(**changes), "fake")


def plan(*groups: PlacementGroup, **changes: object) -> Plan:
    return plan_of(OCCURRENCE, INSTANCE, (), target(*groups, **changes), "fake")


def managed(*links: dict[str, Any]) -> dict[str, Any]:
    return {"extManagedVirtualLinks": list(links)}


def test_a_managed_link_is_not_made_and_its_ports_join_its_network() -> None:
    planned = target(**managed(MANAGED))
    assert planned.topology.of_kind(Kind.VIRTUAL_LINK) == {}
    inside = planned.topology.elements["port/app/0/app_internal"]
    assert isinstance(inside, PortElement)
    assert (inside.link, inside.network_id, inside.needs) == (None, "net-1", ())
    assert (inside.ext_managed_virtual_link_id, inside.vl_desc_id) == ("link-1", "internal")
    assert inside.ext_virtual_link_id is None
    assert planned.outcome is not None
    assert planned.outcome.ext_managed_virtual_links == request(**managed(MANAGED)).ext_managed_virtual_links


def test_the_grant_is_asked_for_managed_networks_apart_from_external_ones() -> None:
    asked = grant_request(plan(**managed(MANAGED)), ())
    assert (asked.external_networks, asked.managed_networks) == (("mgmt",), ("net-1",))


@pytest.mark.parametrize(
    ("links", "named"),
    [
        (
            [{**MANAGED, "vnfVirtualLinkDescId": "x"}],
            r"extManagedVirtualLink link-1: vnfVirtualLinkDescId x .*internal",
        ),
        ([MANAGED, {**MANAGED, "id": "link-2"}], "link-2: extManagedVirtualLink link-1 is for virtual link internal"),
        ([{**MANAGED, "vnfLinkPort": [{"vnfLinkPortId": "p"}]}], "link-1: vnfLinkPort is not supported"),
    ],
)
def test_what_cannot_be_managed_is_refused_by_name(links: list[dict[str, Any]], named: str) -> None:
    with pytest.raises(InvalidInputError, match=f"cannot use .*{named}"):
        target(**managed(*links))


def test_a_managed_link_names_the_vim_as_an_external_one_does() -> None:
    vims = [
        Vim(id=name, vim_id=name, driver="fake", default=name == "first", created_at=NOW)
        for name in ("first", "second")
    ]
    assert chosen_vim(INSTANCE, request(**managed({**MANAGED, "vimConnectionId": "second"})), vims) == "second"
    assert chosen_vim(INSTANCE, request(**managed(MANAGED)), vims) == "first"


def group(scope: PlacementScope, *, anti_affinity: bool = True) -> PlacementGroup:
    return PlacementGroup(id=scope.value, anti_affinity=anti_affinity, scope=scope, members=("app",))


def constraints(planned: Plan, *recorded: Resource) -> tuple[PlacementConstraint, ...]:
    return grant_request(planned, recorded).placement_constraints


def test_groups_are_asked_for_as_constraints_in_sol003s_words() -> None:
    asked = constraints(plan(*(group(scope) for scope in PlacementScope), instantiationLevelId="pair"))
    assert {one.scope for one in asked} == set(ConstraintScope)
    for one in asked:
        assert one.affinity_or_anti_affinity is AffinityType.ANTI_AFFINITY
        assert [(ref.id_type, ref.resource_id) for ref in one.resource] == [
            (IdType.GRANT, "vnfc/app/0"),
            (IdType.GRANT, "vnfc/app/1"),
        ]


def test_a_vnfc_alone_is_under_no_constraint() -> None:
    assert constraints(plan(group(PlacementScope.ZONE))) == ()


def test_only_scopes_that_nobody_sees_to_are_warnings() -> None:
    unseen = ["zone_group", "nfvi_pop", "network_link_and_node", "container_namespace", "cis_node"]
    warned = target(*(group(scope) for scope in PlacementScope)).warnings
    assert [text.split()[2].rstrip(":") for text in warned] == unseen


def test_a_vnf_is_in_one_vim_whatever_is_asked_for() -> None:
    assert target(group(PlacementScope.NFVI_POP, anti_affinity=False)).warnings == ()


def standing(key: str, zone: str) -> Resource:
    """A VNFC that stands, in a zone."""
    uid = uid_of(OCCURRENCE.id, key)
    return Resource(
        uid=uid,
        key=key,
        kind=Kind.VNFC,
        vnf_instance_id=INSTANCE.id,
        lcm_op_occ_id=OCCURRENCE.id,
        vim_connection_id="fake",
        vim_id=f"server-{key}",
        element=target(instantiationLevelId="pair").topology.elements[key],
        observed=VimResource(
            uid=uid, vim_id=f"server-{key}", name=key, state=ResourceState.READY, created_at=NOW, zone=zone
        ),
        observed_at=NOW,
    )


def test_what_stands_is_named_as_the_vim_names_it_and_what_is_replaced_by_its_place() -> None:
    wanted = target(group(PlacementScope.ZONE), instantiationLevelId="pair")
    first, second = standing("vnfc/app/0", "az1"), standing("vnfc/app/1", "az2")
    healing = Plan(
        id=plan_id(OCCURRENCE.id),
        lcm_op_occ_id=OCCURRENCE.id,
        vnf_instance_id=INSTANCE.id,
        vnfd_id=INSTANCE.vnfd_id,
        operation=LcmOperationType.HEAL,
        vim_connection_id="fake",
        changes=diff(wanted.topology, wanted.topology, ["vnfc/app/1"]),
        outcome=wanted.outcome,
        placement=wanted.placement,
    )
    asked = grant_request(healing, (first, second))
    ((new, old),) = (one.resource for one in asked.placement_constraints)
    assert (new.id_type, new.resource_id) == (IdType.GRANT, "vnfc/app/1")
    assert (old.id_type, old.resource_id, old.vim_connection_id) == (IdType.RES_MGMT, first.vim_id, "fake")
    assert asked.zones == {first.vim_id: "az1", "vnfc/app/1": "az2"}
