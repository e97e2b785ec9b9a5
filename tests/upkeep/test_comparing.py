"""Every way in which the record and Temporal may tell an operation differently, and what is due then."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Ended, PendingStep, Standing
from manoflow.upkeep.comparing import FINE, REFUSALS, START, Due, Finding, compare

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
INSTANCE = UUID(int=1)
CLAIM = "run-1"
STATE = LcmOperationState


def recorded(claim: str | None = CLAIM, state: LcmOperationState = STATE.PROCESSING) -> VnfLcmOpOcc:
    return VnfLcmOpOcc(
        id=UUID(int=2),
        vnf_instance_id=INSTANCE,
        vnfd_id="vnfd",
        operation=LcmOperationType.INSTANTIATE,
        workflow="InstantiateVnf",
        operation_state=state,
        state_entered_time=NOW,
        start_time=NOW,
        first_execution_run_id=claim,
    )


def execution(**changes: object) -> Standing:
    fields: dict[str, object] = {
        "vnf_instance_id": INSTANCE,
        "lcm_op_occ_id": UUID(int=2),
        "first_execution_run_id": CLAIM,
        "workflow": "InstantiateVnf",
        "state": STATE.STARTING,
    }
    return Standing.model_validate({**fields, **changes})


def tried(error: str | None, attempt: int = REFUSALS) -> Standing:
    step = PendingStep(
        step="project:3", since=NOW, attempt=attempt, running=False, last_error="cannot write", last_error_type=error
    )
    return execution(steps=(step,))


def due(finding: Finding) -> Due | Anomaly:
    return finding.anomaly or finding.due


GONE = sorted(set(Ended) - {Ended.COMPLETED})


@pytest.mark.parametrize("claim", [None, CLAIM, "sweep/1"])
def test_what_runs_is_fine_whoever_has_the_claim_yet(claim: str | None) -> None:
    assert compare(recorded(claim), execution(), None) == FINE


@pytest.mark.parametrize("ended", GONE)
def test_a_run_that_ended_before_it_claimed_is_started_again(ended: Ended) -> None:
    assert compare(recorded(None), execution(ended=ended), None) == START


def test_what_temporal_never_heard_of_is_started() -> None:
    assert compare(recorded(None), None, None) == START


@pytest.mark.parametrize("ended", Ended)
def test_a_run_of_another_operation_that_has_ended_is_not_in_the_way(ended: Ended) -> None:
    before = execution(lcm_op_occ_id=UUID(int=3), ended=ended, state=STATE.COMPLETED)
    assert compare(recorded(None), before, None) == START


@pytest.mark.parametrize("ended", GONE)
@pytest.mark.parametrize("claim", [CLAIM, "sweep/1", "run-0"])
def test_a_run_that_ended_otherwise_has_left_its_operation(ended: Ended, claim: str) -> None:
    finding = compare(recorded(claim), execution(ended=ended, state=STATE.PROCESSING), None)
    assert (finding.due, finding.anomaly, finding.sure) == (Due.TAKE_OVER, Anomaly.VANISHED, False)


def test_a_claimed_operation_that_temporal_does_not_know_is_lost() -> None:
    assert due(compare(recorded(), None, None)) is Anomaly.VANISHED


def test_a_run_that_was_refused_its_claim_has_not_performed_anything() -> None:
    late = execution(first_execution_run_id="run-late", ended=Ended.COMPLETED)
    assert due(compare(recorded("sweep/1"), late, None)) is Anomaly.VANISHED


@pytest.mark.parametrize("claim", [None, CLAIM])
def test_a_run_that_performed_it_to_the_end_shows_an_older_record(claim: str | None) -> None:
    ended = execution(ended=Ended.COMPLETED, state=STATE.COMPLETED)
    finding = compare(recorded(claim), ended, None)
    assert (finding.due, finding.anomaly) == (Due.NOTHING, Anomaly.RECORD_BEHIND)


def test_a_run_that_took_over_and_ended_shows_an_older_record() -> None:
    heir = execution(first_execution_run_id="run-2", ended=Ended.COMPLETED, state=STATE.ROLLED_BACK)
    assert due(compare(recorded(), heir, None)) is Anomaly.RECORD_BEHIND


def test_a_run_that_went_beyond_an_unclaimed_record_shows_an_older_one() -> None:
    beyond = execution(ended=Ended.TERMINATED, state=STATE.PROCESSING)
    finding = compare(recorded(None, STATE.STARTING), beyond, None)
    assert (finding.due, finding.anomaly) == (Due.NOTHING, Anomaly.RECORD_BEHIND)


def test_a_later_operation_that_the_record_does_not_know_shows_an_older_one() -> None:
    later = execution(lcm_op_occ_id=UUID(int=3), first_execution_run_id="run-9", ended=Ended.COMPLETED)
    assert due(compare(recorded(), later, None)) is Anomaly.RECORD_BEHIND
    known = recorded(state=STATE.COMPLETED).model_copy(update={"id": UUID(int=3)})
    assert due(compare(recorded(), later, known)) is Anomaly.VANISHED


@pytest.mark.parametrize("claim", [None, CLAIM])
def test_another_operation_that_runs_blocks(claim: str | None) -> None:
    finding = compare(recorded(claim), execution(lcm_op_occ_id=uuid4()), None)
    assert (finding.due, finding.anomaly, finding.sure) == (Due.NOTHING, Anomaly.BLOCKED, False)


def test_code_that_cannot_go_on_is_stalled() -> None:
    finding = compare(recorded(), execution(stalled="KeyError: 'x'"), None)
    assert finding.anomaly is Anomaly.STALLED
    assert "KeyError: 'x'" in finding.detail


@pytest.mark.parametrize("error", ["ConflictError", "NotFoundError", "ZeroDivisionError"])
def test_a_step_that_no_patience_mends_is_stalled(error: str) -> None:
    assert compare(recorded(), tried(error, REFUSALS - 1), None) == FINE
    finding = compare(recorded(), tried(error), None)
    assert finding.anomaly is Anomaly.STALLED
    assert finding == compare(recorded(), tried(error, REFUSALS + 9), None), "the same words for the same trouble"


@pytest.mark.parametrize("error", ["UnreachableError", "BusyError", None])
def test_a_step_that_waits_for_better_times_is_fine(error: str | None) -> None:
    assert compare(recorded(), tried(error), None) == FINE
