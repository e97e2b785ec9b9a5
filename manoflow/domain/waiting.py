"""What an operation waits for, said in one line and in full. Pure: the record and Temporal were asked before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import CancelMode, LcmOperationState, LcmOperationType, VerdictKind, VnfLcmOpOcc
from manoflow.domain.upkeep import PendingStep, Queue, Report, Standing

SILENT = "Temporal does not answer"


@dataclass(frozen=True)
class Glance:
    """What Temporal showed when it was asked."""

    answered: bool = True
    standing: Standing | None = None
    queues: tuple[Queue, ...] = ()
    """Those that the operation needs, that of the workflows first."""


class WaitingFor(Model):
    """What an operation waits for."""

    id: UUID
    vnf_instance_id: UUID
    operation: LcmOperationType
    operation_state: LcmOperationState
    since: Moment
    """When it entered that state."""
    text: str
    """What matters most, in one line."""
    temporal_answers: bool
    """False: steps and queues are not known."""
    verdicts: tuple[VerdictKind, ...] = ()
    """Those that it can be given now."""
    cancel_pending: CancelMode | None = None
    stalled: str | None = None
    stalled_since: Moment | None = None
    steps: tuple[PendingStep, ...] = ()
    queues: tuple[Queue, ...] = ()
    reports: tuple[Report, ...] = ()


def waiting_for(occurrence: VnfLcmOpOcc, glance: Glance, reports: Sequence[Report], now: datetime) -> WaitingFor:
    """Put together what is known of an occurrence; `reports` are those about it."""
    standing = performing(occurrence, glance)
    return WaitingFor(
        id=occurrence.id,
        vnf_instance_id=occurrence.vnf_instance_id,
        operation=occurrence.operation,
        operation_state=occurrence.operation_state,
        since=occurrence.state_entered_time,
        text=_text(occurrence, glance, reports, now),
        temporal_answers=glance.answered,
        verdicts=_verdicts(occurrence),
        cancel_pending=occurrence.cancel_mode if occurrence.is_cancel_pending else None,
        stalled=standing.stalled if standing else None,
        stalled_since=standing.stalled_since if standing else None,
        steps=standing.steps if standing else (),
        queues=glance.queues,
        reports=tuple(reports),
    )


def performing(occurrence: VnfLcmOpOcc, glance: Glance) -> Standing | None:
    """The execution that performs the occurrence now, if one does."""
    standing = glance.standing
    if standing is None or standing.lcm_op_occ_id != occurrence.id or standing.ended is not None:
        return None
    return standing


def _verdicts(occurrence: VnfLcmOpOcc) -> tuple[VerdictKind, ...]:
    if occurrence.operation_state is not LcmOperationState.FAILED_TEMP:
        return ()
    impossible = {VerdictKind.ROLLBACK} if occurrence.point_of_no_return else set()
    return tuple(kind for kind in VerdictKind if kind not in impossible)


def _text(occurrence: VnfLcmOpOcc, glance: Glance, reports: Sequence[Report], now: datetime) -> str:
    if not occurrence.is_open:
        return f"nothing: it has ended, {occurrence.operation_state}"
    if occurrence.is_cancel_pending:
        return f"to stop ({occurrence.cancel_mode}): {_what(occurrence, glance, reports, now)}"
    return _what(occurrence, glance, reports, now)


def _what(occurrence: VnfLcmOpOcc, glance: Glance, reports: Sequence[Report], now: datetime) -> str:
    if verdicts := _verdicts(occurrence):
        return f"waits for a verdict: {_one_of(verdicts)}{_hindrance(glance)}"
    if not glance.answered:
        known = "admitted, not started" if occurrence.first_execution_run_id is None else occurrence.operation_state
        return f"{known}: {SILENT}"
    standing = performing(occurrence, glance)
    if standing is None:
        return _unperformed(occurrence, reports)
    if standing.stalled:
        return f"stands still: {standing.stalled}"
    if unserved := _unserved(glance, standing):
        return f"nobody serves queue {unserved}: start a worker"
    return _steps(standing.steps, now)


def _one_of(verdicts: Sequence[VerdictKind]) -> str:
    return f"{', '.join(verdicts[:-1])} or {verdicts[-1]}"


def _hindrance(glance: Glance) -> str:
    """Why a verdict would not be taken now."""
    if not glance.answered:
        return f"; {SILENT}"
    return f"; nobody serves queue {glance.queues[0].name}: start a worker" if _lacks_workflows(glance) else ""


def _unperformed(occurrence: VnfLcmOpOcc, reports: Sequence[Report]) -> str:
    known = "admitted, not started" if occurrence.first_execution_run_id is None else "nobody performs it"
    told = "; ".join(report.detail for report in reports)
    return f"{known}: {told or 'a worker finds it within seconds'}"


def _lacks_workflows(glance: Glance) -> bool:
    return bool(glance.queues) and not glance.queues[0].workers


def _unserved(glance: Glance, standing: Standing) -> str:
    """Names of the queues that it needs and nobody serves."""
    needed = {step.queue for step in standing.steps if not step.running}
    needed |= {glance.queues[0].name} if glance.queues else set()
    return ", ".join(queue.name for queue in glance.queues if queue.name in needed and not queue.workers)


def _steps(steps: Sequence[PendingStep], now: datetime) -> str:
    if not steps:
        return "its workflow decides what comes next"
    first = min(steps, key=lambda step: (step.last_error is None, step.since))
    more = f" (and {len(steps) - 1} more)" if len(steps) > 1 else ""
    return f"{_step(first, now)}{more}"


def _step(step: PendingStep, now: datetime) -> str:
    parts = [f"{step.step} since {_spell(step.since, now)}"]
    if step.attempt > 1:
        parts.append(f"attempt {step.attempt}")
    if step.next_attempt and step.next_attempt > now:
        parts.append(f"next one in {_spell(now, step.next_attempt)}")
    if step.last_error:
        parts.append(f"last error: {step.last_error}")
    return ", ".join(parts)


def _spell(begin: datetime, end: datetime) -> str:
    seconds = max(0, round((end - begin).total_seconds()))
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
