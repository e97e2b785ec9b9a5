"""The resources VNF LCM operation occurrences, Individual one, and its tasks (SOL003 clauses 5.4.12 to 5.4.17)."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from api.links import VNF_LCM_PREFIX
from api.problems import documented
from api.requests import JSON, id_in_path
from api.services import Injected, Services
from api.verdicts import cancel, decide
from api.versions import VNF_LCM
from api.views.vnf_lcm_op_occ import Effects, VnfLcmOpOccView, detail_of, summary_of
from manoflow.domain.errors import NotFoundError
from manoflow.domain.lcm import CancelModeRequest, VerdictKind, VnfLcmOpOcc
from manoflow.domain.plan import Plan
from manoflow.domain.resources import Resource
from manoflow.ports.records import Records

router = APIRouter(
    prefix=f"{VNF_LCM_PREFIX}/vnf_lcm_op_occs",
    tags=["VNF LCM operation occurrences"],
    dependencies=[Depends(VNF_LCM.require_version), *JSON],
    responses=documented(400, 404, 406, 409, 503),
)


INDIVIDUAL = "/{vnfLcmOpOccId}"


async def existing_occurrence(
    lcm_op_occ_id: Annotated[str, Path(alias="vnfLcmOpOccId")], services: Injected
) -> VnfLcmOpOcc:
    """The occurrence that a path names."""
    return await services.records.occurrence(id_in_path(lcm_op_occ_id, "VNF LCM operation occurrence"))


ExistingOccurrence = Annotated[VnfLcmOpOcc, Depends(existing_occurrence)]


@router.get("", response_model_exclude_none=True, summary="List the operation occurrences")
async def read_all(services: Injected) -> Sequence[VnfLcmOpOccView]:
    """All occurrences, without their complex attributes."""
    return [summary_of(occurrence, services.links) for occurrence in await services.records.occurrences()]


@router.get(INDIVIDUAL, response_model_exclude_none=True, summary="Read an operation occurrence")
async def read(occurrence: ExistingOccurrence, services: Injected) -> VnfLcmOpOccView:
    """One occurrence with everything that it has changed so far."""
    return await _shown(occurrence, services)


@router.post(f"{INDIVIDUAL}/retry", status_code=202, response_class=Response, summary="Retry a failed operation")
async def retry(occurrence: ExistingOccurrence, services: Injected) -> Response:
    """Go on with the same plan: what is missing is made, what is there is kept."""
    return await _accepted(occurrence, services, VerdictKind.RETRY)


@router.post(f"{INDIVIDUAL}/rollback", status_code=202, response_class=Response, summary="Roll back an operation")
async def rollback(occurrence: ExistingOccurrence, services: Injected) -> Response:
    """Undo what was done, newest first."""
    return await _accepted(occurrence, services, VerdictKind.ROLLBACK)


@router.post(f"{INDIVIDUAL}/fail", response_model_exclude_none=True, summary="Give up a failed operation")
async def fail(occurrence: ExistingOccurrence, services: Injected) -> VnfLcmOpOccView:
    """Mark it as FAILED for good; what it made stays, recorded."""
    await decide(services, occurrence, VerdictKind.FAIL)
    return await _shown(await services.records.occurrence(occurrence.id), services)


@router.post(f"{INDIVIDUAL}/cancel", status_code=202, response_class=Response, summary="Cancel an operation")
async def stop(asked: CancelModeRequest, occurrence: ExistingOccurrence, services: Injected) -> Response:
    """Begin no new step. GRACEFUL waits for those that run, FORCEFUL stops them; it then waits for a verdict.

    One that has touched nothing yet is rolled back and ends.
    """
    await cancel(services, occurrence, asked.cancel_mode)
    return _at(occurrence, services)


async def _accepted(occurrence: VnfLcmOpOcc, services: Services, kind: VerdictKind) -> Response:
    await decide(services, occurrence, kind)
    return _at(occurrence, services)


def _at(occurrence: VnfLcmOpOcc, services: Services) -> Response:
    return Response(status_code=202, headers={"Location": services.links.occurrence(occurrence.id)})


async def _shown(occurrence: VnfLcmOpOcc, services: Services) -> VnfLcmOpOccView:
    records = services.records
    plan = await records.plan(occurrence.plan_id) if occurrence.plan_id else None
    effects = Effects(
        affected=await records.affected(occurrence.id),
        recorded=await _inventory(records, occurrence.vnf_instance_id),
        vims=await records.vims(),
        warnings=await _warnings(records, occurrence, plan),
        modification=plan.modification if plan else None,
    )
    return detail_of(occurrence, services.links, effects)


async def _inventory(records: Records, vnf_instance_id: UUID) -> Sequence[Resource]:
    """What the instance owns now; an occurrence is kept longer than its instance."""
    try:
        return await records.resources(vnf_instance_id)
    except NotFoundError:
        return ()


async def _warnings(records: Records, occurrence: VnfLcmOpOcc, plan: Plan | None) -> Sequence[str]:
    """What planning and granting had to say."""
    planned = plan.warnings if plan else ()
    granted = (await records.grant(occurrence.grant_id)).warnings if occurrence.grant_id else ()
    return (*planned, *granted)
