"""Whatever a workflow wants to write, the record lets no state follow another that must not follow it."""

import pytest

from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import FINAL_STATES, LcmOperationState
from manoflow.domain.state_machine import may_follow
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, notified
from tests.builders import projection_of

OPEN_STATES = [state for state in LcmOperationState if state not in FINAL_STATES]


@pytest.mark.parametrize("before", OPEN_STATES)
async def test_a_state_that_must_not_follow_is_refused(
    records: Records, url: str, instance: VnfInstance, before: LcmOperationState
) -> None:
    run = await Run.begin(records, instance)
    if before is not LcmOperationState.STARTING:
        await run.enter(before)
    written, announced = await run.read(), await notified(url)
    illegal = [after for after in LcmOperationState if not may_follow(before, after)]
    assert before in illegal
    for after in illegal:
        with pytest.raises(ConflictError, match=f"{after} cannot follow {before}"):
            await records.project(projection_of(run.occurrence, run.rev + 1, state=after))
    assert (await run.read(), await notified(url)) == (written, announced)
