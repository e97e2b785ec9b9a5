"""Cells about the API: it is killed while it passes on a request, and a caller never hears of it.

Between commit and start the operation must go on by itself. A verdict that was passed on takes effect; one that was
not leaves the operation in FAILED_TEMP, where it can be given again.
"""

import asyncio
from collections.abc import Sequence

import httpx

from api.links import VNF_LCM_PREFIX
from manoflow.domain.lcm import LcmOperationState
from tests.matrix.case import Case, Course
from tests.matrix.points import Place
from tests.matrix.stack import Stack
from tests.reference import example_of

HEADERS = {"Version": "2.0.0"}
ANSWERS_WITHIN = 30.0
START = "start"


async def struck_apis(stack: Stack, course: Course, cases: Sequence[Case]) -> None:
    """Kill the API that all these requests stand in; callers turn to the other one, and see what becomes of them."""
    first, second = await stack.serve()
    await asyncio.gather(*(_parked(case, course) for case in cases if not _starts(case)))
    sound = [case for case in cases if not case.findings]
    for case in sound:
        case.stop_at(START if _starts(case) else "decide", case.cell.place)
    asked = [asyncio.create_task(_is_answered(first, case)) for case in sound]
    await asyncio.gather(*(_stands(case) for case in sound))
    await stack.apis[first].kill()
    for case in cases:
        case.release()
    assert not any(await asyncio.gather(*asked)), "an API that was killed has answered"
    await asyncio.gather(*(_followed(second, case) for case in sound if not case.findings))


def _starts(case: Case) -> bool:
    return case.cell.boundary.activity_id == START


async def _parked(case: Case, course: Course) -> None:
    """Bring the operation into FAILED_TEMP: its last step takes effect and fails for good."""
    last = [boundary for boundary in course.boundaries if Place.WITHIN in boundary.places][-1]
    with case.noting():
        case.stop_at(last.activity_id, Place.FAILS)
        await case.ask()
        parked = await case.settled()
        assert parked.operation_state is LcmOperationState.FAILED_TEMP, f"it did not park: {parked.operation_state}"
        case.verdict = case.cell.verdict


async def _stands(case: Case) -> None:
    with case.noting():
        await case.held(-1)


async def _is_answered(api: str, case: Case) -> bool:
    try:
        await _sent(api, case)
    except httpx.TransportError:
        return False
    return True


async def _sent(api: str, case: Case) -> httpx.Response:
    async with httpx.AsyncClient(base_url=api, trust_env=False, timeout=ANSWERS_WITHIN, headers=HEADERS) as http:
        if not _starts(case):
            return await http.post(f"{VNF_LCM_PREFIX}/vnf_lcm_op_occs/{case.lcm_op_occ_id}/{case.cell.verdict}")
        operation = case.cell.operation
        task = f"{VNF_LCM_PREFIX}/vnf_instances/{case.instance.id}/{operation.path}".rstrip("/")
        return await http.request(operation.method, task, json=example_of(operation.request))


async def _followed(api: str, case: Case) -> None:
    """The operation ends by itself; only a verdict that was never passed on is given again."""
    with case.noting():
        if _starts(case):
            asked_for = await case.stack.stand.records.occurrences(case.instance.id)
            (case.lcm_op_occ_id,) = [one.id for one in asked_for if one.operation is case.cell.operation.operation]
        elif case.cell.place is Place.BEFORE:
            parked = await case.settled()
            assert parked.operation_state is LcmOperationState.FAILED_TEMP, f"nobody decided: {parked.operation_state}"
            answer = await _sent(api, case)
            assert answer.is_success, answer.text
        await case.settled()
