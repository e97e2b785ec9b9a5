"""What a scale in asks for and binds, so that what it deletes can be made again."""

from uuid import UUID, uuid4

import pytest

from manoflow.domain.binding import bind
from manoflow.domain.cloud import FixedAddress, NewPort, NewServer, ResourceState, VimResource
from manoflow.domain.diff import Action
from manoflow.domain.grants import Grant, grant_id, grant_request
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.plan import Build, Plan, Step, UndoClass
from manoflow.domain.planning import plan_of
from manoflow.domain.resources import Resource, recorded_topology
from manoflow.domain.scale_requests import ScaleVnfRequest
from manoflow.domain.targets.instantiate import instantiation
from manoflow.domain.targets.scale import scaling
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from tests.reference import NOW, PACKAGE_DIGEST, VNFD_ID, example_of, reference_instance, reference_vnfd

OCC = UUID("5b1e0000-0000-4000-8000-0000000000aa")
ADDRESS = (FixedAddress(ip_address="10.0.0.9", subnet_id="subnet"),)


def recorded(instance: VnfInstance) -> tuple[VnfInstance, tuple[Resource, ...]]:
    """A pair, as it would be recorded."""
    request = {**example_of(InstantiateVnfRequest), "instantiationLevelId": "pair"}
    target = instantiation(instance, reference_vnfd(), InstantiateVnfRequest.model_validate(request), "fake")
    rows = []
    for key, element in target.topology.elements.items():
        uid, is_port = uuid4(), element.kind is Kind.PORT
        seen = VimResource(
            uid=uid,
            vim_id=f"vim-{key}",
            name=key,
            state=ResourceState.READY,
            created_at=NOW,
            addresses=ADDRESS if is_port else (),
            mac_address="fe:00:00:00:00:09" if is_port else None,
            zone="east" if element.kind is Kind.VNFC else None,
        )
        row = Resource(
            uid=uid,
            key=key,
            kind=element.kind,
            vnf_instance_id=instance.id,
            lcm_op_occ_id=uuid4(),
            vim_connection_id="fake",
            vim_id=seen.vim_id,
            element=element,
            observed=seen,
            observed_at=NOW,
        )
        rows.append(row)
    return instance.model_copy(update={"state": target.outcome}), tuple(rows)


def planned(deletions: UndoClass) -> tuple[Plan, tuple[Resource, ...]]:
    instance, rows = recorded(reference_instance("pair"))
    request = ScaleVnfRequest.model_validate({"type": "SCALE_IN", "aspectId": "app_scale"})
    target = scaling(instance, reference_vnfd(), request, "fake", recorded_topology(rows))
    occurrence = VnfLcmOpOcc(
        id=OCC,
        vnf_instance_id=instance.id,
        vnfd_id=VNFD_ID,
        operation=LcmOperationType.SCALE,
        workflow="ScaleVnf",
        operation_state=LcmOperationState.STARTING,
        state_entered_time=NOW,
        start_time=NOW,
    )
    plan = plan_of(occurrence, instance, rows, target, "fake")
    return plan.model_copy(update={"deletions": deletions, "package": PACKAGE_DIGEST}), rows


def built(plan: Plan, rows: tuple[Resource, ...], flavors: dict[str, str]) -> Build:
    grant = Grant(
        id=grant_id(OCC),
        lcm_op_occ_id=OCC,
        vnf_instance_id=plan.vnf_instance_id,
        vim_connection_id="fake",
        flavors=flavors,
        images={"app": "image-1"},
        granted_at=NOW,
    )
    return bind(plan, grant, rows, "vnf")


def steps(build: Build) -> dict[str, Step]:
    return {one.step.key: one.step for stage in build.stages for one in stage}


@pytest.mark.parametrize("deletions", [UndoClass.REPLACEABLE, UndoClass.IRREVERSIBLE])
def test_what_may_be_made_again_has_to_be_there_and_takes_no_room(deletions: UndoClass) -> None:
    request = grant_request(*planned(deletions))
    asked = {"app"} if deletions is UndoClass.REPLACEABLE else set()
    assert (set(request.computes), set(request.images)) == (asked, asked)
    assert request.add_resources == ()
    assert {one.id for one in request.remove_resources} == {
        *("vnfc/app/1", "storage/app/1/app_data", "port/app/1/app_mgmt", "port/app/1/app_internal")
    }


def test_what_is_made_again_is_what_was_there() -> None:
    plan, rows = planned(UndoClass.REPLACEABLE)
    uids = {row.key: row.uid for row in rows}
    made = steps(built(plan, rows, {"app": "flavor-1"}))
    assert {step.action for step in made.values()} == {Action.DELETE}
    assert {key: step.new.uid for key, step in made.items() if step.new} == {key: uids[key] for key in made}
    server, port = made["vnfc/app/1"].new, made["port/app/1/app_internal"].new
    assert isinstance(server, NewServer)
    assert server.port_uids == (uids["port/app/1/app_mgmt"], uids["port/app/1/app_internal"])
    assert (server.storage_uids, server.group_uid) == ((uids["storage/app/1/app_data"],), uids["group/apart"])
    assert (server.flavor_id, server.image_id, server.zone) == ("flavor-1", "image-1", "east")
    assert isinstance(port, NewPort)
    assert (port.addresses, port.mac_address) == (ADDRESS, "fe:00:00:00:00:09")
    assert port.link_uid == uids["vl/internal"]


def test_a_flavor_that_is_gone_from_the_vim_is_made_first() -> None:
    plan, rows = planned(UndoClass.REPLACEABLE)
    made = steps(built(plan, rows, {}))
    (flavor,) = [step for step in made.values() if step.kind is Kind.FLAVOR]
    server = made["vnfc/app/1"].new
    assert flavor.action is Action.CREATE
    assert isinstance(server, NewServer)
    assert server.flavor_uid == flavor.uid


def test_what_cannot_be_undone_says_nothing_of_it() -> None:
    plan, rows = planned(UndoClass.IRREVERSIBLE)
    assert {step.new for step in steps(built(plan, rows, {})).values()} == {None}
