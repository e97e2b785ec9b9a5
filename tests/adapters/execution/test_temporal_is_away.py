"""What the port `Execution` says while nobody listens at Temporal's address: it can be tried later."""

from uuid import uuid4

import pytest

from manoflow.adapters.execution.client import connect
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.domain.errors import UnreachableError
from manoflow.domain.lcm import LcmOperationType, Ticket, Verdict, VerdictKind
from manoflow.runtime.stack.ports import free_ports


@pytest.fixture
async def away() -> TemporalExecution:
    (port,) = free_ports(1)
    return TemporalExecution(await connect(f"127.0.0.1:{port}", "manoflow"), "lcm", ("vim",))


async def test_an_operation_cannot_be_started_yet(away: TemporalExecution) -> None:
    ticket = Ticket(
        lcm_op_occ_id=uuid4(),
        vnf_instance_id=uuid4(),
        operation=LcmOperationType.INSTANTIATE,
        workflow="InstantiateVnf",
    )
    with pytest.raises(UnreachableError, match="Temporal does not answer"):
        await away.start(ticket)


async def test_a_verdict_cannot_be_passed_on_yet(away: TemporalExecution) -> None:
    verdict = Verdict(id=uuid4(), lcm_op_occ_id=uuid4(), vnf_instance_id=uuid4(), kind=VerdictKind.RETRY)
    with pytest.raises(UnreachableError, match="Temporal does not answer"):
        await away.decide(verdict)


async def test_it_is_not_ready(away: TemporalExecution) -> None:
    with pytest.raises(UnreachableError, match="Temporal does not answer"):
        await away.check()
