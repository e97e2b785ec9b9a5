"""The starter as the API uses it: what is admitted gets started, or is left to the sweep."""

from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.ports.execution import Started
from tests.api.consumer import Vnf, instantiation

UNREACHABLE = UnreachableError("cannot reach Temporal")
BLOCKED = ConflictError("cannot start: another execution is there")


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


async def test_an_operation_that_another_run_blocks_is_accepted_and_left_to_the_sweep(vnf: Vnf) -> None:
    vnf.execution.starts.append(BLOCKED)
    assert (await vnf.ask("instantiate", instantiation())).status_code == 202
    assert len(vnf.execution.tickets) == 1
