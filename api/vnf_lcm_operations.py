"""The operations on a VNF instance, one for each of the catalogue (SOL003 clauses 5.4.3.3.4 and 5.4.4 to 5.4.11b).

Every one is the same: validate the request, let the operation check that it can be planned (`api.admitting`), admit the
occurrence, have it started, answer 202. What differs stands in the operation's own file under `workflows.vnf`.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Response

from api.admitting import checked, occurrence_of
from api.brought_vims import register
from api.callers import Called
from api.links import VNF_LCM_PREFIX
from api.problems import documented
from api.requests import JSON, MERGE_PATCH, require_merge_patch
from api.services import Injected, Services
from api.versions import VNF_LCM
from api.vnf_instances import ExistingInstance
from manoflow.domain.base import Model
from manoflow.domain.callers import Caller
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
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
    now = datetime.now(UTC)
    new = await checked(operation, asked, instance, services, now)
    await register(services.records, new)
    occurrence = occurrence_of(operation, asked, instance, caller, now)
    await services.records.admit(occurrence, operation.allowed_in)
    return occurrence
