"""How far an operation has come: our own resource, for the command line's live view. Read from the record only."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter

from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import PLAIN
from api.services import Injected
from api.vnf_lcm_op_occs import INDIVIDUAL, ExistingOccurrence
from manoflow.domain.base import Model, Moment
from manoflow.domain.journal import StageProgress
from manoflow.domain.lcm import ProblemDetails

router = APIRouter(
    prefix=f"{OWN_PREFIX}/vnf_lcm_op_occs",
    tags=["Manoflow: progress"],
    dependencies=list(PLAIN),
    responses=documented(400, 404),
)


class OccurrenceProgress(Model):
    """An occurrence's state and how many of its steps are done, stage by stage."""

    id: UUID
    vnf_instance_id: UUID
    operation: str
    operation_state: str
    state_entered_time: Moment
    start_time: Moment
    error: ProblemDetails | None = None
    stages: Sequence[StageProgress]
    last_steps: Sequence[str]


@router.get(f"{INDIVIDUAL}/progress", response_model_exclude_none=True, summary="How far an operation has come")
async def read(occurrence: ExistingOccurrence, services: Injected) -> OccurrenceProgress:
    """Counts per stage, and the steps recorded last."""
    progress = await services.records.progress(occurrence.id)
    return OccurrenceProgress(
        id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        operation_state=occurrence.operation_state,
        state_entered_time=occurrence.state_entered_time,
        start_time=occurrence.start_time,
        error=occurrence.error,
        stages=progress.stages,
        last_steps=progress.last_steps,
    )
