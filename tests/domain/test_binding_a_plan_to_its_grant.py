"""Steps: their uids, references, sizes, and what is made where the VIM has no fitting flavor."""

from uuid import UUID

import pytest

from manoflow.domain.binding import bind
from manoflow.domain.cloud import NewPort, NewServer
from manoflow.domain.diff import Action
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.grants import Grant, grant_id, grant_request
from manoflow.domain.identity import Kind, mac_of, uid_of
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.plan import STEP_LIMIT, Build, Plan, PlannedStep
from manoflow.domain.planning import plan_of
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.vnf import InstantiateVnfRequest
from tests.reference import NOW, VNFD_ID, example_of, reference_instance, reference_vnfd

OCC = UUID("5b1e0000-0000-4000-8000-0000000000aa")


def plan() -> Plan:
    instance = reference_instance("a")
    request = InstantiateVnfRequest.model_validate(example_of(InstantiateVnfRequest))
    occurrence = VnfLcmOpOcc(
        id=OCC,
        vnf_instance_id=instance.id,
        vnfd_id=VNFD_ID,
        operation=LcmOperationType.INSTANTIATE,
        workflow="InstantiateVnf",
        operation_state=LcmOperationState.STARTING,
        state_entered_time=NOW,
        start_time=NOW,
    )
    return plan_of(occurrence, instance, (), instantiation(instance, reference_vnfd(), request, "fake"), "fake")


def grant(planned: Plan, flavors: dict[str, str]) -> Grant:
    return Grant(
        id=grant_id(OCC),
        lcm_op_occ_id=OCC,
        vnf_instance_id=planned.vnf_instance_id,
        vim_connection_id="fake",
        flavors=flavors,
        images={"app": "image-1"},
        granted_at=NOW,
    )


def build(flavors: dict[str, str] | None = None) -> Build:
    planned = plan()
    return bind(planned, grant(planned, flavors or {}), (), "vnf")


def step(made: Build, key: str) -> PlannedStep:
    return next(planned for stage in made.stages for planned in stage if planned.step.key == key)


def test_the_grant_request_asks_for_what_the_plan_makes() -> None:
    request = grant_request(plan(), ())
    assert {resource.kind for resource in request.add_resources} == set(Kind) - {Kind.FLAVOR, Kind.IMAGE}
    assert request.remove_resources == ()
    assert request.external_networks == ("mgmt",)
    assert set(request.computes) == {"app"}
    assert request.images["app"].name == "demo-image"


def test_binding_twice_gives_the_same_steps() -> None:
    assert build() == build()


def test_references_between_steps_are_uids_of_this_operation() -> None:
    server = step(build(), "vnfc/app/0").step.new
    assert isinstance(server, NewServer)
    assert server.port_uids == tuple(uid_of(OCC, f"port/app/0/{cp}") for cp in ("app_mgmt", "app_internal"))
    assert server.storage_uids == (uid_of(OCC, "storage/app/0/app_data"),)
    assert server.group_uid == uid_of(OCC, "group/apart")
    assert server.image_id == "image-1"


def test_a_port_outside_names_the_network_and_one_inside_the_link() -> None:
    outside, inside = (step(build(), f"port/app/0/{cp}").step.new for cp in ("app_mgmt", "app_internal"))
    assert isinstance(outside, NewPort)
    assert isinstance(inside, NewPort)
    assert (outside.network_id, outside.link_uid) == ("mgmt", None)
    assert (inside.network_id, inside.link_uid) == (None, uid_of(OCC, "vl/internal"))
    assert outside.mac_address == mac_of(outside.uid)


def test_a_vdu_without_a_granted_flavor_gets_one_made_first() -> None:
    made = build()
    assert next((stage[0].action, stage[0].step.kind) for stage in made.stages) == (Action.CREATE, Kind.FLAVOR)
    server = step(made, "vnfc/app/0").step.new
    assert isinstance(server, NewServer)
    assert server.flavor_uid == made.stages[0][0].step.uid


def test_a_granted_flavor_is_used_and_none_is_made() -> None:
    made = build({"app": "m1.tiny"})
    assert all(planned.step.kind is not Kind.FLAVOR for stage in made.stages for planned in stage)
    server = step(made, "vnfc/app/0").step.new
    assert isinstance(server, NewServer)
    assert (server.flavor_id, server.flavor_uid) == ("m1.tiny", None)


def test_a_server_goes_to_the_zone_that_was_granted_or_wherever_the_vim_likes() -> None:
    planned = plan()
    anywhere = step(build(), "vnfc/app/0").step.new
    granted = grant(planned, {}).model_copy(update={"zones": {"vnfc/app/0": "az2"}})
    there = step(bind(planned, granted, (), "vnf"), "vnfc/app/0").step.new
    assert isinstance(anywhere, NewServer)
    assert isinstance(there, NewServer)
    assert (anywhere.zone, there.zone) == (None, "az2")


def test_a_step_fits_its_budget() -> None:
    assert all(len(p.step.model_dump_json(by_alias=True)) <= STEP_LIMIT for stage in build().stages for p in stage)


def test_a_vdu_with_nothing_to_boot_from_is_refused_by_name() -> None:
    planned = plan()
    bare = [
        change.model_copy(update={"after": change.after.model_copy(update={"image": None})})
        if change.key == "vnfc/app/0" and change.after
        else change
        for change in planned.changes
    ]
    with pytest.raises(InvalidInputError, match="VDU app has neither an image"):
        bind(planned.model_copy(update={"changes": tuple(bare)}), grant(planned, {}), (), "vnf")
