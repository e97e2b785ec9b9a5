"""Occurrences, plans, builds and what a run reports of them, as small as the models allow.

The package and its instances are those of `tests.reference`. Nothing here asks a planner: a build is what a test says.
"""

from collections.abc import Sequence
from uuid import UUID, uuid4

from manoflow.domain.cloud import NewVirtualLink, ResourceState, VimResource
from manoflow.domain.diff import Action, Change, Verb
from manoflow.domain.grants import Grant, GrantRef, grant_id
from manoflow.domain.identity import Kind, key_of, uid_of
from manoflow.domain.journal import Entry, Projection
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.packages import VnfPackage
from manoflow.domain.plan import Build, Plan, PlannedStep, StageRef, Step, UndoClass, build_id, plan_id
from manoflow.domain.resources import Resource
from manoflow.domain.topology import VirtualLinkElement
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.ports.records import Records
from tests.reference import NOW

VIM = "fake"
INSTANTIATED = InstantiatedState(flavour_id="simple", vim_connection_id=VIM)


def occurrence_of(
    instance: VnfInstance, operation: LcmOperationType = LcmOperationType.INSTANTIATE, **changes: object
) -> VnfLcmOpOcc:
    """An operation that somebody asks for now."""
    occurrence = VnfLcmOpOcc(
        id=uuid4(),
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=operation,
        workflow="InstantiateVnf",
        operation_state=LcmOperationState.STARTING,
        state_entered_time=NOW,
        start_time=NOW,
        operation_params={"flavourId": "simple"},
    )
    return occurrence.model_copy(update=changes)


def virtual_link(name: str) -> VirtualLinkElement:
    """An internal virtual link: the element with the fewest fields."""
    return VirtualLinkElement(key=key_of(Kind.VIRTUAL_LINK, name), vl_desc_id=name, cidr="10.0.0.0/24")


def plan_of(occurrence: VnfLcmOpOcc, outcome: InstantiatedState | None = INSTANTIATED, *names: str) -> Plan:
    """A plan that makes a virtual link of each name."""
    links = [virtual_link(name) for name in names]
    return Plan(
        id=plan_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        vnfd_id=occurrence.vnfd_id,
        operation=occurrence.operation,
        vim_connection_id=VIM,
        changes=tuple(Change(verb=Verb.CREATE, key=link.key, after=link) for link in links),
        outcome=outcome,
    )


def grant_of(occurrence: VnfLcmOpOcc) -> Grant:
    """A grant that gives what was asked for."""
    return Grant(
        id=grant_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        vim_connection_id=VIM,
        images={"app": "image-1"},
        granted_at=NOW,
    )


def reference_to(grant: Grant) -> GrantRef:
    """How a workflow refers to a grant."""
    return GrantRef(
        grant_id=grant.id,
        plan_id=plan_id(grant.lcm_op_occ_id),
        lcm_op_occ_id=grant.lcm_op_occ_id,
        vnf_instance_id=grant.vnf_instance_id,
    )


def creation(occurrence: VnfLcmOpOcc, name: str) -> PlannedStep:
    """The step that makes a virtual link."""
    element = virtual_link(name)
    uid = uid_of(occurrence.id, element.key)
    new = NewVirtualLink(
        uid=uid, vnf_instance_id=occurrence.vnf_instance_id, lcm_op_occ_id=occurrence.id, name=name, cidr="10.0.0.0/24"
    )
    step = Step(
        key=element.key,
        uid=uid,
        kind=Kind.VIRTUAL_LINK,
        vim_connection_id=VIM,
        vnf_instance_id=occurrence.vnf_instance_id,
        new=new,
    )
    return PlannedStep(action=Action.CREATE, step=step, element=element, undo_class=UndoClass.REVERSIBLE)


def deletion(resource: Resource) -> PlannedStep:
    """The step that deletes a recorded resource."""
    step = Step(
        key=resource.key,
        uid=resource.uid,
        kind=resource.kind,
        vim_connection_id=resource.vim_connection_id,
        vnf_instance_id=resource.vnf_instance_id,
        vim_id=resource.vim_id,
    )
    return PlannedStep(action=Action.DELETE, step=step, element=resource.element, undo_class=UndoClass.IRREVERSIBLE)


async def save_package(records: Records, package: VnfPackage) -> None:
    """Write a package as it is to be, whatever it was."""
    await records.change_package(package.id, lambda _: package)


def build_of(occurrence: VnfLcmOpOcc, *stages: Sequence[PlannedStep]) -> Build:
    """A build of these stages."""
    return Build(
        id=build_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        stages=tuple(tuple(stage) for stage in stages),
    )


def made(step: Step) -> VimResource:
    """What a VIM shows of a resource that was just made."""
    return VimResource(
        uid=step.uid,
        vim_id=f"vim-{step.uid}",
        name=step.key,
        state=ResourceState.READY,
        created_at=NOW,
        vnf_instance_id=step.vnf_instance_id,
    )


def entry_of(stage: StageRef, step: Step, resource: VimResource | None = None) -> Entry:
    """The journal's entry for a step."""
    return Entry(key=f"{stage.name}:{step.key}", stage=stage, step_key=step.key, resource=resource)


def projection_of(occurrence: VnfLcmOpOcc, rev: int, run_id: str = "run-1", **changes: object) -> Projection:
    """A revision of an occurrence."""
    projection = Projection(
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        first_execution_run_id=run_id,
        rev=rev,
        at=NOW,
    )
    return projection.model_copy(update=changes)


def uids_of(resources: Sequence[Resource]) -> set[UUID]:
    """The incarnations among recorded resources."""
    return {resource.uid for resource in resources}
