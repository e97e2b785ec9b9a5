"""Passing on what is decided about an operation: retry, rollback, fail, cancel (SOL003 clauses 5.4.14 to 5.4.17).

The answer of what executes operations may be ambiguous: the run that was asked closes at just that moment, or nobody
took the verdict in time. Then the record decides, where everything that was accepted is written under its id, with the
state it led to.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from api.services import Services
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import (
    CANCELLABLE,
    Cancellation,
    CancelMode,
    LcmOperationState,
    Verdict,
    VerdictKind,
    VnfLcmOpOcc,
)
from manoflow.ports.execution import AmbiguousAnswerError
from manoflow.ports.records import Records

PATIENCE = 1.0
"""Seconds in which what was accepted has to appear in the record."""
PAUSE = 0.05
QUICK = 3.0
"""What got an ambiguous answer within so many seconds met a closing run and is sent once more. What took longer was
left lying: no worker took it."""


async def decide(services: Services, occurrence: VnfLcmOpOcc, kind: VerdictKind) -> None:
    """Give the verdict; returns when the state it leads to is recorded.

    `ConflictError`: it is not taken. `UnreachableError`: nobody has taken it yet, it can be given again.
    """
    require_decidable(occurrence, kind)
    verdict = Verdict(id=uuid4(), lcm_op_occ_id=occurrence.id, vnf_instance_id=occurrence.vnf_instance_id, kind=kind)
    wish = _Wish(verdict.id, kind, lambda: services.execution.decide(verdict), lambda now: require_decidable(now, kind))
    await _pass_on(wish, services.records, occurrence)


async def cancel(services: Services, occurrence: VnfLcmOpOcc, mode: CancelMode) -> None:
    """Ask an operation to stop; returns when that is recorded as pending. Raises as `decide` does."""
    require_cancellable(occurrence, mode)
    asked = Cancellation(id=uuid4(), lcm_op_occ_id=occurrence.id, vnf_instance_id=occurrence.vnf_instance_id, mode=mode)
    wish = _Wish(
        asked.id, "cancel", lambda: services.execution.cancel(asked), lambda now: require_cancellable(now, mode)
    )
    await _pass_on(wish, services.records, occurrence)


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


def require_cancellable(occurrence: VnfLcmOpOcc, mode: CancelMode) -> None:
    """Refuse a cancellation that the recorded state does not allow, or that adds nothing to one that is pending."""
    what = f"cannot cancel LCM operation occurrence {occurrence.id}"
    if occurrence.operation_state not in CANCELLABLE:
        ways = "; retry it, roll it back or fail it" if occurrence.is_open else ""
        raise ConflictError(f"{what}: it is {occurrence.operation_state}{ways}")
    if occurrence.is_cancel_pending and occurrence.cancel_mode in {CancelMode.FORCEFUL, mode}:
        raise ConflictError(f"{what}: its cancellation ({occurrence.cancel_mode}) is under way already")


@dataclass(frozen=True)
class _Wish:
    """What somebody decided."""

    id: UUID
    name: str
    send: Callable[[], Awaitable[None]]
    require: Callable[[VnfLcmOpOcc], None]
    """Raises `ConflictError` where the recorded state speaks against it."""


async def _pass_on(wish: _Wish, records: Records, occurrence: VnfLcmOpOcc) -> None:
    clock = asyncio.get_running_loop()
    begun = clock.time()
    if await _taken(wish, records, occurrence.id):
        return
    if clock.time() - begun < QUICK and await _taken(wish, records, occurrence.id, again=True):
        return
    message = (
        f"cannot {wish.name} LCM operation occurrence {occurrence.id}: no worker has taken it; start a worker and "
        f"ask again where the occurrence is still {occurrence.operation_state}"
    )
    raise UnreachableError(message)


async def _taken(wish: _Wish, records: Records, lcm_op_occ_id: UUID, *, again: bool = False) -> bool:
    """Send it. Once it was sent before, a refusal may mean that it was taken then: the record tells."""
    try:
        await wish.send()
    except AmbiguousAnswerError:
        return await _recorded(wish, records, lcm_op_occ_id)
    except ConflictError:
        if again and await _recorded(wish, records, lcm_op_occ_id):
            return True
        raise
    return True


async def _recorded(wish: _Wish, records: Records, lcm_op_occ_id: UUID) -> bool:
    """Whether it appears in the record, waiting as long as nothing speaks against it."""
    clock = asyncio.get_running_loop()
    deadline = clock.time() + PATIENCE
    while (occurrence := await records.occurrence(lcm_op_occ_id)).verdict_id != wish.id:
        wish.require(occurrence)
        if clock.time() > deadline:
            return False
        await asyncio.sleep(PAUSE)
    return True
