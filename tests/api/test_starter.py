"""The starter: what is admitted gets started, whatever happens in between."""

import httpx
import pytest

from api.starter import Starter
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.ports.execution import Started
from manoflow.ports.records import Records
from tests.api.consumer import OCCURRENCES, Vnf, instantiation
from tests.api.executing import Executing
from tests.builders import occurrence_of
from tests.reference import reference_instance

UNREACHABLE = UnreachableError("cannot reach Temporal")
BLOCKED = ConflictError("cannot start: another execution is there")


async def forgotten(records: Records, name: str) -> VnfLcmOpOcc:
    """An operation that an API admitted a while ago, and was killed before it started it."""
    instance = reference_instance(name)
    await records.add_instance(instance)
    occurrence = occurrence_of(instance)
    await records.admit(occurrence)
    return occurrence


async def test_an_operation_waits_for_the_run_before_it_to_close(vnf: Vnf) -> None:
    vnf.execution.starts += [Started.CLOSING, UNREACHABLE, Started.CLOSING]
    assert (await vnf.ask("instantiate", instantiation())).status_code == 202
    assert len({ticket.lcm_op_occ_id for ticket in vnf.execution.tickets}) == 1
    assert len(vnf.execution.tickets) == 4


async def test_an_operation_is_accepted_while_temporal_is_down(vnf: Vnf) -> None:
    vnf.execution.starts += [UNREACHABLE] * 100
    answer = await vnf.ask("instantiate", instantiation())
    assert answer.status_code == 202
    assert (await vnf.client.get(answer.headers["Location"])).json()["operationState"] == "STARTING"


async def test_an_operation_that_another_run_blocks_is_accepted_and_left_to_the_next_look(vnf: Vnf) -> None:
    vnf.execution.starts.append(BLOCKED)
    assert (await vnf.ask("instantiate", instantiation())).status_code == 202
    assert len(vnf.execution.tickets) == 1


async def test_a_forgotten_operation_is_found_and_started(records: Records, execution: Executing) -> None:
    occurrence = await forgotten(records, "one")
    await Starter(records, execution).sweep()
    assert [ticket.lcm_op_occ_id for ticket in execution.tickets] == [occurrence.id]


async def test_one_that_cannot_be_started_does_not_stop_the_others(records: Records, execution: Executing) -> None:
    waiting = [await forgotten(records, name) for name in ("one", "two")]
    execution.starts.append(BLOCKED)
    await Starter(records, execution).sweep()
    assert [ticket.lcm_op_occ_id for ticket in execution.tickets] == [occurrence.id for occurrence in waiting]


async def test_the_search_goes_on_later_where_temporal_does_not_answer(records: Records, execution: Executing) -> None:
    occurrence = await forgotten(records, "one")
    execution.starts.append(UNREACHABLE)
    starter = Starter(records, execution)
    await starter.sweep()
    await starter.sweep()
    assert [ticket.lcm_op_occ_id for ticket in execution.tickets] == [occurrence.id] * 2


@pytest.fixture
async def left_behind(records: Records) -> VnfLcmOpOcc:
    return await forgotten(records, "one")


async def test_the_api_looks_for_forgotten_operations_when_it_begins(
    left_behind: VnfLcmOpOcc, client: httpx.AsyncClient, execution: Executing
) -> None:
    while not execution.tickets:
        await client.get(OCCURRENCES)
    assert execution.tickets[0].lcm_op_occ_id == left_behind.id
