"""What is it waiting for: the API on a real record, a real Temporal server and a cloud that is stuck."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from api.services import Services
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import connect
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.vim.fake import knobs
from manoflow.domain.errors import QuotaError, UnreachableError
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VerdictKind
from manoflow.domain.upkeep import Anomaly
from manoflow.ports.execution import Execution
from manoflow.runtime.stack.ports import free_ports
from tests.builders import occurrence_of
from tests.laws.preparing import INSTANTIATE
from tests.stand import Stand
from tests.striking import Striking
from tests.upkeep.sweeper import Losing, Sweeper, admitted, at_step, terminate

OCCURRENCES = "/manoflow/v1/vnf_lcm_op_occs"

Json = dict[str, Any]
TRIES = 3


@dataclass(frozen=True)
class Asking:
    """Somebody who wants to know."""

    http: httpx.AsyncClient

    async def about(self, lcm_op_occ_id: UUID) -> Json:
        """Asks again where a busy machine made Temporal answer too late."""
        waits: Json = {}
        for _ in range(TRIES):
            answer = await self.http.get(f"{OCCURRENCES}/{lcm_op_occ_id}/waiting_for")
            assert answer.status_code == 200, answer.text
            waits = answer.json()
            if "Temporal does not answer" not in waits["text"]:
                break
        return waits

    async def reports(self, lcm_op_occ_id: UUID) -> list[Json]:
        answer = await self.http.get("/manoflow/v1/reports")
        assert answer.status_code == 200, answer.text
        return [report for report in answer.json() if report["lcmOpOccId"] == str(lcm_op_occ_id)]


async def _asking(bench: Stand, execution: Execution, folder: Path) -> AsyncIterator[Asking]:
    services = Services(
        records=bench.records,
        execution=execution,
        artifacts=FileArtifacts(folder / "artifacts"),
        vims=bench.vims,
        granting=LocalGranting(bench.vims, bench.records),
        drivers=frozenset({"fake"}),
        public_url="http://mano.example",
    )
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://mano.example") as http:
        yield Asking(http)


@pytest.fixture
async def asking(bench: Stand, tmp_path: Path) -> AsyncIterator[Asking]:
    """With Temporal there."""
    async for one in _asking(bench, bench.execution, tmp_path):
        yield one


@pytest.fixture
async def asking_alone(bench: Stand, tmp_path: Path) -> AsyncIterator[Asking]:
    """With nobody at Temporal's address."""
    (port,) = free_ports(1)
    away = TemporalExecution(await connect(f"127.0.0.1:{port}", "manoflow"), "lcm", ("lcm", "vim"))
    async for one in _asking(bench, away, tmp_path):
        yield one


async def test_a_step_that_is_held_is_shown_running(bench: Stand, asking: Asking) -> None:
    hold = knobs.hold(bench.world, "servers.create", "before")
    async with bench.working():
        instance = await bench.instance("held")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await knobs.await_held(bench.world, hold)
        waits = await asking.about(occurrence)
        knobs.release(bench.world, hold)
        await bench.settled(occurrence)
    (step,) = waits["steps"]
    assert (step["step"], step["attempt"], step["running"], step["queue"]) == ("create_vnfc:vnfc/app/0", 1, True, "vim")
    assert step["worker"]
    assert waits["text"].startswith("create_vnfc:vnfc/app/0 since ")
    assert waits["operationState"] == "PROCESSING"
    assert {queue["name"]: bool(queue["workers"]) for queue in waits["queues"]} == {"lcm": True, "vim": True}
    assert waits["verdicts"] == []
    assert (await asking.about(occurrence))["text"] == "nothing: it has ended, COMPLETED"


async def test_an_operation_names_the_queues_that_it_needs(bench: Stand, asking: Asking) -> None:
    instance = await bench.instance("modified")
    modifying = {"operation": LcmOperationType.MODIFY_INFO, "workflow": "ModifyVnfInfo", "operation_params": {}}
    occurrence = occurrence_of(instance).model_copy(update=modifying)
    await bench.records.admit(occurrence)
    assert [queue["name"] for queue in (await asking.about(occurrence.id))["queues"]] == ["lcm"]
    admitted_one = await admitted(bench, await bench.instance("made"))
    assert [queue["name"] for queue in (await asking.about(admitted_one.id))["queues"]] == ["lcm", "vim"]


async def test_a_step_that_fails_is_shown_with_its_error_and_keeps_its_age(bench: Stand, asking: Asking) -> None:
    knobs.fail(bench.world, "ports.create", UnreachableError("cannot reach Neutron: 503"), times=None)
    async with bench.working():
        instance = await bench.instance("failing")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await at_step(bench, instance.id, "create_port:")
        first = await asking.about(occurrence)
        await at_step(bench, instance.id, "create_port:")
        again = await asking.about(occurrence)
        knobs.clear(bench.world)
        await bench.settled(occurrence)
    since = {step["step"]: step["since"] for step in first["steps"]}
    assert since
    assert since == {step["step"]: step["since"] for step in again["steps"]}
    failed = [step for step in again["steps"] if "lastError" in step]
    assert failed[0]["lastError"] == "cannot reach Neutron: 503"
    assert failed[0]["lastErrorType"] == "UnreachableError"
    assert "last error: cannot reach Neutron: 503" in again["text"]


async def test_a_parked_operation_waits_for_a_verdict(bench: Stand, asking: Asking) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        parked = await bench.perform(INSTANTIATE, await bench.instance("parked"))
        waits = await asking.about(parked.id)
        await bench.decide(parked, VerdictKind.ROLLBACK)
        await bench.settled(parked.id)
    assert waits["text"] == "waits for a verdict: retry, rollback or fail"
    assert waits["verdicts"] == ["retry", "rollback", "fail"]


async def test_what_is_out_of_order_is_told_with_the_operation(bench: Stand, asking: Asking, sweeper: Sweeper) -> None:
    losing = Losing(("create_vnfc:",))
    async with bench.working(Striking(losing)):
        instance = await bench.instance("lost")
        occurrence = await bench.ask(INSTANTIATE, instance)
        await at_step(bench, instance.id, "create_vnfc:")
        await terminate(bench, instance.id)
        losing.points = ()
        assert (await asking.about(occurrence))["text"].startswith("nobody performs it")
        await sweeper.look_twice()
        await bench.settled(occurrence)
        waits = await asking.about(occurrence)
        (report,) = await asking.reports(occurrence)
    assert waits["reports"] == [report]
    assert report["anomaly"] == Anomaly.VANISHED
    assert "TERMINATED" in report["detail"]


async def test_without_temporal_it_says_what_the_record_knows(bench: Stand, asking_alone: Asking) -> None:
    occurrence = await admitted(bench, await bench.instance("alone"))
    waits = await asking_alone.about(occurrence.id)
    assert waits["text"] == "admitted, not started: Temporal does not answer"
    assert waits["temporalAnswers"] is False
    assert waits["operationState"] == LcmOperationState.STARTING


async def test_an_unknown_operation_is_not_found(asking: Asking) -> None:
    answer = await asking.http.get(f"{OCCURRENCES}/{UUID(int=0)}/waiting_for")
    assert answer.status_code == 404
