"""When a step is tried again: judged by the worker, after an attempt that really ended."""

import pytest

from activities.attending import Attending
from manoflow.domain.errors import ManoError, PermanentError, UnreachableError
from manoflow.domain.timing import StepKind, Timing, Timings

POINT = ("run", "create_port:port/app/0/cp")
TEMPORARY, PERMANENT = UnreachableError("cannot reach it"), PermanentError("cannot do it")


def final(kind: StepKind, error: ManoError, budget: float | None) -> bool:
    timing = Timing(attempt=1, budget=budget)
    attending = Attending({"act": kind}, Timings(record=timing, quick=timing, decision=timing))
    attending.begin(POINT)
    return attending.is_final(POINT, "act", error)


@pytest.mark.parametrize("kind", [StepKind.QUICK, StepKind.DECISION])
def test_a_permanent_error_is_not_tried_again(kind: StepKind) -> None:
    assert final(kind, PERMANENT, budget=600)


def test_a_temporary_error_is_tried_again_within_the_budget() -> None:
    assert not final(StepKind.QUICK, TEMPORARY, budget=600)


def test_a_temporary_error_is_final_once_the_budget_is_spent() -> None:
    assert final(StepKind.QUICK, TEMPORARY, budget=0)


def test_without_a_budget_a_temporary_error_is_tried_for_ever() -> None:
    assert not final(StepKind.QUICK, TEMPORARY, budget=None)


@pytest.mark.parametrize("error", [TEMPORARY, PERMANENT])
def test_the_record_is_written_however_long_it_takes(error: ManoError) -> None:
    assert not final(StepKind.RECORD, error, budget=0)


def test_a_budget_begins_anew_in_another_worker() -> None:
    attending = Attending({"act": StepKind.QUICK}, Timings(quick=Timing(attempt=1, budget=600)))
    attending.begin(POINT)
    attending.end(POINT)
    attending.begin(POINT)
    assert not attending.is_final(POINT, "act", TEMPORARY)
