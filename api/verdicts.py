"""Passing a verdict on: retry, rollback or fail an operation in FAILED_TEMP (SOL003 clauses 5.4.14 to 5.4.16).

The answer of what executes operations may be ambiguous: the run that was asked closes at just that moment, or nobody
took the verdict in time. Then the record decides, where every accepted verdict is written with the state it led to.
"""

import asyncio
from uuid import uuid4

from api.services import Services
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import LcmOperationState, Verdict, VerdictKind, VnfLcmOpOcc
from manoflow.ports.execution import AmbiguousAnswerError
from manoflow.ports.records import Records

PATIENCE = 1.0
"""Seconds in which a verdict that was accepted has to appear in the record."""
PAUSE = 0.05
QUICK = 3.0
"""A verdict whose ambiguous answer came within so many seconds met a closing run and is sent once more. One that took
longer was left lying: no worker took it."""


async def decide(services: Services, occurrence: VnfLcmOpOcc, kind: VerdictKind) -> None:
    """Give the verdict; returns when the state it leads to is recorded.

    `ConflictError`: it is not taken. `UnreachableError`: nobody has taken it yet, it can be given again.
    """
    require_decidable(occurrence, kind)
    verdict = Verdict(id=uuid4(), lcm_op_occ_id=occurrence.id, vnf_instance_id=occurrence.vnf_instance_id, kind=kind)
    clock = asyncio.get_running_loop()
    begun = clock.time()
    if await _taken(services, verdict):
        return
    if clock.time() - begun < QUICK and await _taken(services, verdict, again=True):
        return
    message = (
        f"cannot {kind} LCM operation occurrence {occurrence.id}: no worker has taken the verdict; start a worker and "
        "give it again where the occurrence is still FAILED_TEMP"
    )
    raise UnreachableError(message)


def require_decidable(occurrence: VnfLcmOpOcc, kind: VerdictKind) -> None:
    """Refuse a verdict that the recorded state does not allow."""
    if occurrence.operation_state is not LcmOperationState.FAILED_TEMP:
        message = (
            f"cannot {kind} LCM operation occurrence {occurrence.id}: it is {occurrence.operation_state}, only "
            "FAILED_TEMP waits for a verdict"
        )
        raise ConflictError(message)
    if kind is VerdictKind.ROLLBACK and occurrence.point_of_no_return is not None:
        message = (
            f"cannot roll back LCM operation occurrence {occurrence.id}: {occurrence.point_of_no_return} cannot be "
            "undone; retry it, or fail it"
        )
        raise ConflictError(message)


async def _taken(services: Services, verdict: Verdict, *, again: bool = False) -> bool:
    """Send it. Once it was sent before, a refusal may mean that it was taken then: the record tells."""
    try:
        await services.execution.decide(verdict)
    except AmbiguousAnswerError:
        return await _recorded(services.records, verdict)
    except ConflictError:
        if again and await _recorded(services.records, verdict):
            return True
        raise
    return True


async def _recorded(records: Records, verdict: Verdict) -> bool:
    """Whether the verdict appears in the record, waiting as long as nothing speaks against it.

    `ConflictError` where another verdict does.
    """
    clock = asyncio.get_running_loop()
    deadline = clock.time() + PATIENCE
    while (occurrence := await records.occurrence(verdict.lcm_op_occ_id)).verdict_id != verdict.id:
        require_decidable(occurrence, verdict.kind)
        if clock.time() > deadline:
            return False
        await asyncio.sleep(PAUSE)
    return True
