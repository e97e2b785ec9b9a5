"""What the record says of an open occurrence, held against the last execution that Temporal shows. Pure.

A finding says what is due: nothing, a start, a take-over; and what is to be reported. Whoever compares has read the
record again after Temporal answered (`manoflow.upkeep.sweep`), so an execution that has just ended is not mistaken.
"""

from dataclasses import dataclass
from enum import Enum

from manoflow.domain import errors
from manoflow.domain.errors import ManoError, TemporaryError
from manoflow.domain.lcm import FINAL_STATES, LcmOperationState, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Ended, PendingStep, Standing

REFUSALS = 5
"""A step that is tried for good (a write of the record, a bug) is shown as stalled after so many attempts."""

RESTORED = "was an older copy of the database restored? It is left alone: restore a newer copy"


class Due(Enum):
    """What has to be done about an occurrence."""

    NOTHING = "nothing"
    START = "start it"
    TAKE_OVER = "replace its claim, and have it wait for a verdict"


@dataclass(frozen=True)
class Finding:
    """What came of a comparison."""

    due: Due = Due.NOTHING
    anomaly: Anomaly | None = None
    detail: str = ""
    """What is out of order and what to do about it; the same words as long as it is the same."""
    sure: bool = True
    """False: it may pass by itself, and counts once it was seen again some seconds later."""


FINE = Finding()
START = Finding(Due.START)


def compare(occurrence: VnfLcmOpOcc, standing: Standing | None, other: VnfLcmOpOcc | None) -> Finding:
    """Judge an open occurrence.

    `other`: what the record knows of the occurrence that the execution performs, where that is another one.
    """
    claimed = occurrence.first_execution_run_id is not None
    if standing is None:
        return _vanished("Temporal knows no execution of it") if claimed else START
    if standing.lcm_op_occ_id != occurrence.id:
        return _another(standing, other, claimed=claimed)
    if standing.ended is None:
        return _stalled(standing)
    return _closed(occurrence, standing, standing.ended)


def _closed(occurrence: VnfLcmOpOcc, standing: Standing, ended: Ended) -> Finding:
    """Its last execution has ended, and the record holds it open.

    A run that was not granted its claim completes, too, but shows no final state. One that never claimed the occurrence
    was still STARTING.
    """
    claim = occurrence.first_execution_run_id
    performed = claim in {None, standing.first_execution_run_id} or standing.state in FINAL_STATES
    if ended is Ended.COMPLETED and performed:
        held = occurrence.operation_state
        return _behind(f"Temporal ended it as {standing.state}, the record holds it in {held}")
    if claim is not None:
        return _vanished(f"its workflow was ended in Temporal ({ended})")
    if standing.state not in {None, LcmOperationState.STARTING}:
        return _behind(f"Temporal had it in {standing.state} (then {ended}), the record holds it as never begun")
    return START


def _another(standing: Standing, other: VnfLcmOpOcc | None, *, claimed: bool) -> Finding:
    """The last execution for its VNF instance performs another occurrence."""
    if standing.ended is None:
        known = f"which the record holds as {other.operation_state}" if other else "which the record does not know"
        why = f"Temporal still runs operation {standing.lcm_op_occ_id}, {known}"
        tail = "terminate that workflow, then this one is started"
        return Finding(anomaly=Anomaly.BLOCKED, detail=f"cannot start: {why}; {tail}", sure=False)
    if not claimed:
        return START
    if other is None:
        return _behind(
            f"Temporal performed operation {standing.lcm_op_occ_id} after it, which the record does not know"
        )
    return _vanished("Temporal knows no execution of it any more")


def _stalled(standing: Standing) -> Finding:
    if standing.stalled:
        detail = f"its workflow cannot go on: {standing.stalled}; a release that mends it carries it on"
        return Finding(anomaly=Anomaly.STALLED, detail=detail)
    stuck = next((step for step in standing.steps if _is_stuck(step)), None)
    if stuck is None:
        return FINE
    detail = f"step {stuck.step} fails again and again and is tried for good: {stuck.last_error}"
    return Finding(anomaly=Anomaly.STALLED, detail=detail)


def _is_stuck(step: PendingStep) -> bool:
    """What keeps failing though neither patience nor its budget ends it: a refused write of the record, or a bug."""
    if step.attempt < REFUSALS or not step.last_error_type:
        return False
    kind = getattr(errors, step.last_error_type, ManoError)
    return not issubclass(kind, TemporaryError)


def _vanished(why: str) -> Finding:
    return Finding(Due.TAKE_OVER, Anomaly.VANISHED, why, sure=False)


def _behind(what: str) -> Finding:
    return Finding(anomaly=Anomaly.RECORD_BEHIND, detail=f"{what}: {RESTORED}")
