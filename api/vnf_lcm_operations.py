"""The operations on a VNF instance, one for each of the catalogue (SOL003 clauses 5.4.3.3.4 and 5.4.4 to 5.4.11b).

Every one is the same: validate the request, let the operation check that it can be planned, admit the occurrence, have
it started, answer 202. What differs stands in the operation's own file under `workflows.vnf`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body, Depends, Response

from activities.surroundings import surroundings
from api.brought_vims import brought, register
from api.callers import Called
from api.links import VNF_LCM_PREFIX
from api.problems import documented
from api.requests import JSON, MERGE_PATCH, require_merge_patch
from api.services import Injected, Services
from api.versions import VNF_LCM
from api.vnf_instances import ExistingInstance
from manoflow.domain.base import Model
from manoflow.domain.callers import Caller
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.targets.modify import Surroundings
from manoflow.domain.targets.placing import chosen_vim
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from workflows.catalogue import Operation, operations


def router() -> APIRouter:
    """``POST /vnf_instances/{vnfInstanceId}/{operation}`` for every operation, or PATCH of the instance itself."""
    tasks = APIRouter(
        prefix=f"{VNF_LCM_PREFIX}/vnf_instances/{{vnfInstanceId}}",
        tags=["VNF lifecycle operations"],
        dependencies=[Depends(VNF_LCM.require_version), *JSON],
        responses=documented(400, 404, 406, 409, 413, 415, 422, 503),
    )
    for operation in operations():
        tasks.add_api_route(
            f"/{operation.path}" if operation.path else "",
            _task(operation),
            methods=[operation.method],
            dependencies=[Depends(require_merge_patch)] if operation.method == "PATCH" else None,
            status_code=202,
            response_class=Response,
            summary=operation.summary,
        )
    return tasks


def _task(operation: Operation) -> Callable[..., Awaitable[Response]]:
    async def task(asked: Model, instance: ExistingInstance, services: Injected, caller: Called) -> Response:
        occurrence = await _admitted(operation, asked, instance, services, caller)
        await services.starter.begin(occurrence)
        return Response(status_code=202, headers={"Location": services.links.occurrence(occurrence.id)})

    # The type of the body is known only now.
    media_type = MERGE_PATCH if operation.method == "PATCH" else "application/json"
    task.__annotations__["asked"] = Annotated[operation.request, Body(media_type=media_type)]
    return task


async def _admitted(
    operation: Operation, asked: Model, instance: VnfInstance, services: Services, caller: Caller
) -> VnfLcmOpOcc:
    """Check and admit. Nothing is written before everything that can be checked has been."""
    await _require_state(operation, instance, services)
    now = datetime.now(UTC)
    new = brought(instance, asked, services.drivers, now)
    around = await _around(instance, asked, [vim for vim, _ in new], services)
    await _check(operation, asked, instance, around, services)
    await register(services.records, new)
    occurrence = _occurrence(operation, asked, instance, now, caller)
    await services.records.admit(occurrence, operation.allowed_in)
    return occurrence


async def _require_state(operation: Operation, instance: VnfInstance, services: Services) -> None:
    """Refuse early. Where an open operation is the reason, that is what is told; admission decides in the end."""
    if operation.allowed_in in {None, instance.instantiation_state}:
        return
    occurrences = await services.records.occurrences(instance.id)
    blocking = next((occurrence for occurrence in occurrences if occurrence.is_open), None)
    state = f"it is {instance.instantiation_state}, {operation.path} needs it {operation.allowed_in}"
    message = f"cannot {operation.path} VNF instance {instance.id}: {blocking.hold if blocking else state}"
    raise ConflictError(message)


async def _around(
    instance: VnfInstance, asked: Model, brought: Sequence[Vim], services: Services
) -> str | Surroundings:
    """What else it is checked against: the VIM to use, or where none is used, what there is."""
    if isinstance(asked, VnfInfoModificationRequest):
        return await surroundings(services.records, instance, asked, brought)
    return _chosen_vim(instance, asked, [*await services.records.vims(), *brought])


def _chosen_vim(instance: VnfInstance, asked: Model, vims: Sequence[Vim]) -> str:
    if isinstance(asked, InstantiateVnfRequest):
        return chosen_vim(instance, asked, vims)
    if instance.state is None:
        message = f"cannot change VNF instance {instance.id}: nothing of it is recorded"
        raise ConflictError(message)
    return instance.state.vim_connection_id


async def _check(
    operation: Operation, asked: Model, instance: VnfInstance, around: str | Surroundings, services: Services
) -> None:
    package = await services.records.package(instance.vnf_pkg_id)
    if package.content is None:
        what = f"cannot begin {operation.operation} of VNF instance {instance.id}"
        message = f"{what}: its VNF package {package.id} has no content"
        raise ConflictError(message)
    operation.check(instance, package.content.vnfd, asked, around)


def _occurrence(
    operation: Operation, asked: Model, instance: VnfInstance, now: datetime, caller: Caller
) -> VnfLcmOpOcc:
    return VnfLcmOpOcc(
        id=uuid4(),
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=operation.operation,
        workflow=operation.name,
        operation_state=LcmOperationState.STARTING,
        state_entered_time=now,
        start_time=now,
        operation_params=asked.model_dump(mode="json", exclude_unset=True),
        principal=caller.principal,
    )
