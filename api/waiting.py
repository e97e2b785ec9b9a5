"""What an operation waits for: our own resource, for people who look why nothing seems to happen.

Asks Temporal, and answers without it, too: then with what the record knows.
"""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime

from fastapi import APIRouter

from activities.step import LCM_QUEUE, VIM_QUEUE
from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import PLAIN
from api.services import Injected
from api.vnf_lcm_op_occs import INDIVIDUAL, ExistingOccurrence
from manoflow.domain.errors import TemporaryError
from manoflow.domain.lcm import LcmOperationType, VnfLcmOpOcc
from manoflow.domain.upkeep import Standing
from manoflow.domain.waiting import Glance, WaitingFor, waiting_for
from manoflow.ports.execution import Execution

PATIENCE = 2.0
"""Seconds that Temporal has to answer: whoever asks wants to know what is the matter, and soon."""

router = APIRouter(
    prefix=f"{OWN_PREFIX}/vnf_lcm_op_occs",
    tags=["Manoflow: progress"],
    dependencies=list(PLAIN),
    responses=documented(400, 404),
)


@router.get(f"{INDIVIDUAL}/waiting_for", response_model_exclude_none=True, summary="What an operation waits for")
async def read(occurrence: ExistingOccurrence, services: Injected) -> WaitingFor:
    """Its pending steps, whether workers live, what was reported of it, and one line that says what matters most."""
    glance = await _glance(services.execution, occurrence) if occurrence.is_open else Glance()
    reports = [report for report in await services.records.reports() if report.lcm_op_occ_id == occurrence.id]
    return waiting_for(occurrence, glance, reports, datetime.now(UTC))


async def _glance(execution: Execution, occurrence: VnfLcmOpOcc) -> Glance:
    try:
        async with asyncio.timeout(PATIENCE):
            standing = await execution.standing(occurrence.vnf_instance_id)
            queues = await execution.queues(_needed(occurrence, standing))
    except (TemporaryError, TimeoutError):
        return Glance(answered=False)
    return Glance(standing=standing, queues=tuple(queues))


def _needed(occurrence: VnfLcmOpOcc, standing: Standing | None) -> Collection[str]:
    """The queues without which it does not come to its end: the workflows' own first, and those of its steps.

    Whether a VIM is touched follows from the operation, as `workflows.catalogue.Operation.method` has it.
    """
    steps = standing.steps if standing else ()
    vims = () if occurrence.operation is LcmOperationType.MODIFY_INFO else (VIM_QUEUE,)
    return dict.fromkeys((LCM_QUEUE, *vims, *(step.queue for step in steps if step.queue)))
