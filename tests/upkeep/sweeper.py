"""A sweep in the hands of a test: its passes are asked for, and its clock is moved instead of waited for."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

from manoflow.adapters.execution.client import workflow_id
from manoflow.domain.lcm import LcmOperationState, Ticket, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Report
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from manoflow.upkeep.looks import SURE_AFTER
from manoflow.upkeep.sweep import GRACE, LOOK_AGAIN, Sweep
from tests.laws.preparing import INSTANTIATE
from tests.reference import example_of
from tests.stand import PATIENCE, Stand
from tests.striking import Strike

PAUSE = 0.05


@dataclass
class Clock:
    """The real time, and what the test adds."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Losing:
    """A rule that loses the answers of some steps, again and again: they take effect and never end."""

    points: tuple[str, ...] = ()

    def __call__(self, _workflow: str, point: str, _attempt: int) -> Strike | None:
        return Strike.LOST if point.startswith(self.points or "nothing") else None


@dataclass
class Sweeper:
    """Sweeps a stand's record, or another one."""

    bench: Stand
    records: Records
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.sweep = Sweep(self.records, self.bench.execution, self.clock)

    async def look(self) -> None:
        """One pass, in which every occurrence is looked at."""
        self.clock.ahead += max(GRACE, LOOK_AGAIN) + timedelta(seconds=1)
        await self.sweep.once()

    async def look_twice(self) -> None:
        """Two passes, so far apart that what both see is sure."""
        await self.sweep.once()
        self.clock.ahead += SURE_AFTER
        await self.sweep.once()

    async def anomalies(self, lcm_op_occ_id: UUID) -> set[Anomaly]:
        """What is reported of an occurrence."""
        return {report.anomaly for report in await self.reports(lcm_op_occ_id)}

    async def reports(self, lcm_op_occ_id: UUID) -> list[Report]:
        """The reports of an occurrence: executions of other tests may be reported, too."""
        return [report for report in await self.records.reports() if report.lcm_op_occ_id == lcm_op_occ_id]


async def reaches(bench: Stand, lcm_op_occ_id: UUID, state: LcmOperationState) -> VnfLcmOpOcc:
    """The occurrence once it is recorded in that state."""
    deadline = monotonic() + PATIENCE
    while (occurrence := await bench.records.occurrence(lcm_op_occ_id)).operation_state is not state:
        assert monotonic() < deadline, f"{lcm_op_occ_id} is {occurrence.operation_state}, not {state}"
        await asyncio.sleep(PAUSE)
    return occurrence


async def claimed_anew(bench: Stand, occurrence: VnfLcmOpOcc) -> VnfLcmOpOcc:
    """The occurrence once another run has claimed it."""
    deadline = monotonic() + PATIENCE
    while True:
        now = await bench.records.occurrence(occurrence.id)
        claim = str(now.first_execution_run_id)
        if claim != occurrence.first_execution_run_id and not claim.startswith("sweep/"):
            return now
        assert monotonic() < deadline, f"nobody has taken over {occurrence.id}"
        await asyncio.sleep(PAUSE)


async def at_step(bench: Stand, vnf_instance_id: UUID, step: str) -> None:
    """Wait until a step is pending whose answer was lost at least once."""
    deadline = monotonic() + PATIENCE
    while True:
        standing = await bench.execution.standing(vnf_instance_id)
        steps = standing.steps if standing else ()
        if any(pending.step.startswith(step) and pending.attempt > 1 for pending in steps):
            return
        assert monotonic() < deadline, f"{step} is not tried: {standing}"
        await asyncio.sleep(PAUSE)


async def terminate(bench: Stand, vnf_instance_id: UUID) -> None:
    """As somebody does in Temporal's UI."""
    await bench.client.get_workflow_handle(workflow_id(vnf_instance_id)).terminate("by a test")


async def admitted(bench: Stand, instance: VnfInstance) -> VnfLcmOpOcc:
    """An operation that an API admitted, and was killed before it started it."""
    occurrence = VnfLcmOpOcc(
        id=uuid4(),
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=INSTANTIATE.operation,
        workflow=INSTANTIATE.name,
        operation_state=LcmOperationState.STARTING,
        state_entered_time=datetime.now(UTC),
        start_time=datetime.now(UTC),
        operation_params=example_of(INSTANTIATE.request),
    )
    await bench.records.admit(occurrence)
    return occurrence


async def ended_without_effect(bench: Stand, ticket: Ticket) -> None:
    """Start a run and wait until it has closed."""
    await bench.execution.start(ticket)
    await bench.client.get_workflow_handle(workflow_id(ticket.vnf_instance_id)).result()
