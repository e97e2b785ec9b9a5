"""What an operation waits for, in one line: what matters most is said, whatever else is known."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from manoflow.domain.lcm import CancelMode, LcmOperationState, LcmOperationType, VerdictKind, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Ended, PendingStep, Queue, Report, Standing
from manoflow.domain.waiting import Glance, waiting_for

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SERVED = (Queue(name="lcm", workers=("one",)), Queue(name="vim", workers=("one",)))
NO_CLOUD = (SERVED[0], Queue(name="vim", workers=()))
NOBODY = tuple(Queue(name=queue.name, workers=()) for queue in SERVED)


def occurrence(state: LcmOperationState = LcmOperationState.PROCESSING, **changes: object) -> VnfLcmOpOcc:
    fields: dict[str, object] = {
        "id": uuid4(),
        "vnf_instance_id": uuid4(),
        "vnfd_id": "vnfd",
        "operation": LcmOperationType.INSTANTIATE,
        "workflow": "InstantiateVnf",
        "operation_state": state,
        "state_entered_time": NOW,
        "start_time": NOW,
        "first_execution_run_id": "run-1",
    }
    return VnfLcmOpOcc.model_validate({**fields, **changes})


def step(name: str = "create_vnfc:vnfc/app/0", seconds: float = 12, **changes: object) -> PendingStep:
    fields: dict[str, object] = {
        "step": name,
        "since": NOW - timedelta(seconds=seconds),
        "attempt": 1,
        "running": True,
        "queue": "vim",
    }
    return PendingStep.model_validate({**fields, **changes})


def shown(of: VnfLcmOpOcc, *steps: PendingStep, queues: tuple[Queue, ...] = SERVED, **changes: object) -> Glance:
    fields: dict[str, object] = {
        "vnf_instance_id": of.vnf_instance_id,
        "lcm_op_occ_id": of.id,
        "first_execution_run_id": "run-1",
        "workflow": "InstantiateVnf",
        "steps": steps,
    }
    return Glance(standing=Standing.model_validate({**fields, **changes}), queues=queues)


def text(of: VnfLcmOpOcc, glance: Glance, *reports: Report) -> str:
    return waiting_for(of, glance, reports, NOW).text


def test_a_step_is_named_with_its_age() -> None:
    here = occurrence()
    assert text(here, shown(here, step())) == "create_vnfc:vnfc/app/0 since 12 s"


@pytest.mark.parametrize(
    ("seconds", "spelt"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 d")]
)
def test_ages_are_spelt_for_people(seconds: float, spelt: str) -> None:
    here = occurrence()
    assert text(here, shown(here, step(seconds=seconds))).endswith(f"since {spelt}")


def test_of_several_steps_the_one_in_trouble_is_told() -> None:
    here = occurrence()
    trouble = step(
        "create_port:port/app/0",
        seconds=3,
        attempt=3,
        running=False,
        next_attempt=NOW + timedelta(seconds=5),
        last_error="cannot reach Neutron: 503",
    )
    told = "create_port:port/app/0 since 3 s, attempt 3, next one in 5 s, last error: cannot reach Neutron: 503"
    assert text(here, shown(here, step(), trouble)) == f"{told} (and 1 more)"


def test_a_step_that_no_worker_takes_is_told_by_its_queue() -> None:
    here = occurrence()
    assert text(here, shown(here, step(running=False), queues=NO_CLOUD)) == "nobody serves queue vim: start a worker"
    assert text(here, shown(here, queues=NOBODY)) == "nobody serves queue lcm: start a worker"


def test_a_queue_that_is_not_needed_now_is_not_told() -> None:
    here = occurrence()
    claim = step("claim:INSTANTIATE", queue="lcm", seconds=1)
    assert text(here, shown(here, claim, queues=NO_CLOUD)) == "claim:INSTANTIATE since 1 s"


def test_a_workflow_that_cannot_go_on_is_told_before_its_steps() -> None:
    here = occurrence()
    assert text(here, shown(here, step(), stalled="KeyError: 'a bug'")) == "stands still: KeyError: 'a bug'"


def test_a_parked_operation_names_its_verdicts() -> None:
    here = occurrence(LcmOperationState.FAILED_TEMP)
    assert text(here, shown(here)) == "waits for a verdict: retry, rollback or fail"
    assert text(here, shown(here, queues=NOBODY)).endswith("; nobody serves queue lcm: start a worker")
    assert text(here, Glance(answered=False)).endswith("; Temporal does not answer")


def test_what_cannot_be_undone_is_no_verdict() -> None:
    here = occurrence(LcmOperationState.FAILED_TEMP, point_of_no_return="delete vnfc")
    waits = waiting_for(here, shown(here), (), NOW)
    assert waits.text == "waits for a verdict: retry or fail"
    assert waits.verdicts == (VerdictKind.RETRY, VerdictKind.FAIL)


def test_an_admitted_operation_that_does_not_run_says_why() -> None:
    here = occurrence(LcmOperationState.STARTING, first_execution_run_id=None)
    blocked = Report(
        anomaly=Anomaly.BLOCKED,
        vnf_instance_id=here.vnf_instance_id,
        lcm_op_occ_id=here.id,
        detail="cannot start: Temporal still runs another",
        since=NOW,
    )
    assert text(here, Glance(answered=False)) == "admitted, not started: Temporal does not answer"
    assert text(here, Glance(queues=SERVED)) == "admitted, not started: a worker finds it within seconds"
    assert text(here, Glance(queues=SERVED), blocked) == f"admitted, not started: {blocked.detail}"


def test_an_operation_that_lost_its_workflow_says_so() -> None:
    here = occurrence()
    assert text(here, shown(here, ended=Ended.TERMINATED)).startswith("nobody performs it: ")


def test_a_cancellation_that_is_pending_is_told_first() -> None:
    here = occurrence(is_cancel_pending=True, cancel_mode=CancelMode.GRACEFUL)
    assert text(here, shown(here, step())) == "to stop (GRACEFUL): create_vnfc:vnfc/app/0 since 12 s"


def test_what_has_ended_waits_for_nothing() -> None:
    assert text(occurrence(LcmOperationState.COMPLETED), Glance()) == "nothing: it has ended, COMPLETED"


def test_between_two_steps_the_workflow_decides() -> None:
    here = occurrence()
    assert text(here, shown(here)) == "its workflow decides what comes next"
