"""Plan before apply: what an operation would do, to be read by somebody who then lets it begin, or does not.

Our own resource. A request is checked as the operation itself checks it (`api.admitting`), its list of steps is gone
through without doing anything (`workflows.rehearsal`), and what comes of it is kept. It is executed once, as the
operation that it is, and only while the world is the one that it was made for.
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, JsonValue, ValidationError

from api.admitting import checked, occurrence_of, open_occurrence
from api.callers import Called
from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import JSON, id_in_path
from api.services import Injected, Services
from manoflow.domain.base import Model, Moment
from manoflow.domain.callers import Caller
from manoflow.domain.disruption import Disruption, disruption
from manoflow.domain.errors import ConflictError, InvalidInputError, NotFoundError, NotSupportedError
from manoflow.domain.lcm import LcmOperationType, VnfLcmOpOcc
from manoflow.domain.proposals import (
    LIFETIME,
    GrantForecast,
    Proposal,
    ProposedStage,
    plan_differences,
    proposed_stage,
)
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.world import differences
from workflows.catalogue import Operation, operations
from workflows.rehearsal import rehearse

router = APIRouter(
    prefix=f"{OWN_PREFIX}/plans",
    tags=["Manoflow: plans"],
    dependencies=list(JSON),
    responses=documented(400, 404, 409, 413, 415, 422, 503),
)

INDIVIDUAL = "/{planId}"

_OPERATIONS = {operation.operation: operation for operation in operations()}


class PlanRequest(Model):
    """An operation that somebody wants to see before it begins."""

    vnf_instance_id: UUID
    operation: LcmOperationType
    request: dict[str, JsonValue] = Field(default_factory=dict)
    """What would be the body of the operation's own request."""


class PlanView(Model):
    """What an operation would do."""

    id: UUID
    created_at: Moment
    expires_at: Moment
    """Until then it can be executed."""
    vnf_instance_id: UUID
    operation: LcmOperationType
    request: JsonValue
    stages: tuple[ProposedStage, ...]
    point_of_no_return: str | None
    """The stage from whose beginning on nothing can be rolled back."""
    modification: dict[str, JsonValue]
    grant: GrantForecast | None
    disruption: Disruption
    warnings: tuple[str, ...]
    fingerprint: str
    """Of the world that it was made for."""
    lcm_op_occ_id: UUID | None
    """The occurrence that executes it."""


async def existing_proposal(plan_id: Annotated[str, Path(alias="planId")], services: Injected) -> Proposal:
    """The plan that a path names."""
    return await services.records.proposal(id_in_path(plan_id, "plan"))


Existing = Annotated[Proposal, Depends(existing_proposal)]


@router.post("", status_code=201, response_model_exclude_none=True, summary="Plan an operation")
async def plan(asked: PlanRequest, services: Injected, caller: Called, response: Response) -> PlanView:
    """Say what an operation would do, and keep that. Nothing else is changed, reserved or admitted."""
    proposal = await _proposed(asked, services, caller)
    await services.records.save_proposal(proposal)
    response.headers["Location"] = services.links.plan(proposal.id)
    return _view(proposal, None)


@router.get(INDIVIDUAL, response_model_exclude_none=True, summary="Read a plan")
async def read(proposal: Existing, services: Injected) -> PlanView:
    """A plan as it was made."""
    return _view(proposal, await _execution(proposal, services))


@router.post(f"{INDIVIDUAL}/execute", status_code=202, response_class=Response, summary="Execute a plan")
async def execute(proposal: Existing, services: Injected, caller: Called) -> Response:
    """Begin the operation that was planned.

    409 where it was executed or has expired, and where the world is another one by now: then with the differences.
    """
    occurrence = await _admitted(proposal, services, caller)
    await services.starter.begin(occurrence)
    return Response(status_code=202, headers={"Location": services.links.occurrence(occurrence.id)})


async def _proposed(asked: PlanRequest, services: Services, caller: Caller) -> Proposal:
    operation = _operation(asked.operation)
    instance = await services.records.instance(asked.vnf_instance_id)
    what = f"cannot plan {operation.operation} of VNF instance {instance.id}"
    await _require_free(instance, services, what)
    request = _request(operation, asked.request)
    now = datetime.now(UTC)
    if await checked(operation, request, instance, services, now):
        message = (
            f"{what}: its request brings along the credentials of a VIM, which are not kept with a plan; "
            "register the VIM with POST /manoflow/v1/vims and name it"
        )
        raise InvalidInputError(message)
    occurrence = occurrence_of(operation, request, instance, caller, now)
    before = await services.records.world(instance.id)
    proposal = await _rehearsed(operation, occurrence, services)
    await _require_free(instance, services, what)
    if changed := differences(before, proposal.world):
        message = f"{what}: it changed while it was planned ({'; '.join(changed)}); ask again"
        raise ConflictError(message)
    return proposal


async def _rehearsed(operation: Operation, occurrence: VnfLcmOpOcc, services: Services) -> Proposal:
    rehearsed = await rehearse(operation, occurrence, services.records, services.vims, services.granting)
    recorded = await services.records.resources(occurrence.vnf_instance_id)
    places = {row.key: row for row in recorded}
    stages = tuple(
        proposed_stage(stage.name, stage.steps, places, can_be_undone=stage.can_be_undone) for stage in rehearsed.stages
    )
    drawn = rehearsed.plan
    return Proposal(
        id=uuid4(),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        request=occurrence.operation_params,
        created_at=occurrence.start_time,
        expires_at=occurrence.start_time + LIFETIME,
        principal=occurrence.principal,
        stages=stages,
        modification=drawn.modification.shown if drawn.modification else {},
        grant=rehearsed.grant,
        disruption=disruption(occurrence.vnf_instance_id, [stage.steps for stage in rehearsed.stages], recorded),
        warnings=drawn.warnings,
        world=await services.records.world(occurrence.vnf_instance_id),
        plan=drawn,
    )


async def _admitted(proposal: Proposal, services: Services, caller: Caller) -> VnfLcmOpOcc:
    what = f"cannot execute plan {proposal.id}"
    now = datetime.now(UTC)
    if executed := await _execution(proposal, services):
        message = f"{what}: it was executed by operation {executed}; plan anew"
        raise ConflictError(message)
    if now > proposal.expires_at:
        message = f"{what}: it has expired; plan anew"
        raise ConflictError(message)
    operation = _operation(proposal.operation)
    instance = await services.records.instance(proposal.vnf_instance_id)
    await _require_free(instance, services, what)
    _require_same(what, differences(proposal.world, await services.records.world(instance.id)))
    request = operation.request.model_validate(proposal.request)
    await checked(operation, request, instance, services, now)
    asked = occurrence_of(operation, request, instance, caller, now)
    occurrence = asked.model_copy(update={"id": proposal.lcm_op_occ_id})
    # What was not recorded may have changed as well: what a look at the VIM finds, which VIMs there are.
    again = await rehearse(operation, occurrence, services.records, services.vims)
    _require_same(what, plan_differences(proposal.plan, again.plan))
    await services.records.admit(occurrence, operation.allowed_in, proposal.world)
    return occurrence


def _require_same(what: str, changed: tuple[str, ...]) -> None:
    if changed:
        message = f"{what}: since it was made the world has changed: {'; '.join(changed)}; plan anew"
        raise ConflictError(message)


async def _require_free(instance: VnfInstance, services: Services, what: str) -> None:
    if blocking := await open_occurrence(instance, services):
        message = f"{what}: {blocking.hold}"
        raise ConflictError(message)


async def _execution(proposal: Proposal, services: Services) -> UUID | None:
    try:
        return (await services.records.occurrence(proposal.lcm_op_occ_id)).id
    except NotFoundError:
        return None


def _operation(wanted: LcmOperationType) -> Operation:
    if wanted not in _OPERATIONS:
        known = ", ".join(sorted(_OPERATIONS))
        message = f"cannot plan {wanted}: this release does not have that operation (it has: {known})"
        raise NotSupportedError(message)
    return _OPERATIONS[wanted]


def _request(operation: Operation, request: dict[str, JsonValue]) -> Any:  # noqa: ANN401 - the operation's own model
    try:
        return operation.request.model_validate(request)
    except ValidationError as error:
        complaints = [{**one, "loc": ("body", "request", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(complaints) from error


def _view(proposal: Proposal, executed: UUID | None) -> PlanView:
    shown = {name: getattr(proposal, name) for name in PlanView.model_fields if name in Proposal.model_fields}
    return PlanView.model_validate(
        {
            **shown,
            "point_of_no_return": proposal.point_of_no_return,
            "fingerprint": proposal.world.fingerprint,
            "lcm_op_occ_id": executed,
        }
    )
