"""Taking over an occurrence that no run performs any more.

Its claim is replaced first, in one transaction with the reason, so that neither the lost run nor a late start of it can
write any more; then a run is started that may take over that very claim. Where nothing was touched yet it rolls back
and ends; else it looks at what the lost run left, shows FAILED_TEMP and waits for a person.
"""

from uuid import uuid4

from manoflow.domain.lcm import LcmOperationState, ProblemDetails, Ticket, VnfLcmOpOcc
from manoflow.ports.execution import Execution
from manoflow.ports.records import Records
from manoflow.upkeep.starter import ticket_of

TITLE = "The operation lost its workflow"


async def take_over(records: Records, execution: Execution, occurrence: VnfLcmOpOcc, detail: str) -> str | None:
    """Do it; gives the reason that is recorded, or None where the occurrence has moved on meanwhile.

    Raises `UnreachableError` where it is taken over but not started yet: it is found again without a run, and taken
    over anew.
    """
    why = f"cannot go on: {detail} while the operation was {occurrence.operation_state}"
    told = _told_before(occurrence, why)
    claim = f"sweep/{uuid4()}"
    problem = ProblemDetails(status=500, title=TITLE, detail="; ".join(told))
    if not await records.take_over(occurrence, claim, problem):
        return None
    untouched = occurrence.operation_state is LcmOperationState.STARTING
    await execution.start(_ticket(occurrence, claim, told, ending=untouched), parked=not untouched)
    return why


def _ticket(occurrence: VnfLcmOpOcc, claim: str, failures: tuple[str, ...], *, ending: bool) -> Ticket:
    """What the record knows of where the operation stands."""
    return ticket_of(occurrence).model_copy(
        update={
            "rolling_back": occurrence.operation_state is LcmOperationState.ROLLING_BACK,
            "verdict_id": occurrence.verdict_id,
            "point_of_no_return": occurrence.point_of_no_return,
            "ending": ending,
            "takeover": claim,
            "failures": failures,
        }
    )


def _told_before(occurrence: VnfLcmOpOcc, why: str) -> tuple[str, ...]:
    """Why it stood before stays readable, and nothing is said twice."""
    before = occurrence.error.detail if occurrence.error else ""
    if why in before:
        return (before,)
    return (before, why) if before else (why,)
