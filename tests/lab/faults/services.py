"""Cells about the cloud: one of its services is taken away while an operation stands at a point, and comes back.

The operation ends by itself, or parks with a reason that names what happened. Then it is given verdicts until it ends:
retry, or rollback where there is a way back. What a killed bus lost is nobody's work any more (the laboratory's
NOTES.md); the reason must name it, and what an administrator is told to do is done here.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import product

from manoflow.domain.lcm import LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.timing import Timing, Timings
from manoflow.domain.vnf import VnfInstance
from tests.lab import laboratory
from tests.lab.faults.counting import miscounted
from tests.lab.faults.stack import LabStack
from tests.laws.preparing import INSTANTIATE, TERMINATE, prepared
from tests.matrix.case import TROUBLE, Course
from tests.matrix.cells import named
from tests.matrix.judging import Expected, scene, wrong
from tests.matrix.points import Place, Point
from workflows.catalogue import Operation

QUICK = {"first_retry": 0.3, "longest_retry": 2.0}
HASTY = Timings(
    decision=Timing(attempt=60, budget=180, **QUICK),
    quick=Timing(attempt=20, budget=25, **QUICK),
    creation=Timing(attempt=30, budget=30, **QUICK),
    removal=Timing(attempt=30, budget=30, **QUICK),
    look=Timing(attempt=10, budget=15, **QUICK),
)
"""Seconds after which a step gives up on a service: nobody waits for half an hour here."""

HANGS_FOR = 8.0
"""Seconds after which a call to a service that is paused is given up."""
BRIEFLY = 6.0
"""Seconds that a service is away when it comes back while steps still try."""
RECOVERS_WITHIN = 180.0
"""Seconds within which every worker has reported again."""
VERDICTS = 6
"""More than an operation may need."""
STUCK_VOLUME = re.compile(r"openstack volume set --state error ([0-9a-f-]{36})")


class How(StrEnum):
    """How a service is taken away: with what `svc` can do."""

    STOP = "stop"
    """Asked to end, and started again soon."""
    KILL = "kill9"
    """Killed, and started again only when the operation has parked or ended."""
    PAUSE = "pause"
    """Stopped, so that its port is open and nobody answers, and woken soon."""


@dataclass(frozen=True)
class Service:
    """One that an operation depends on."""

    name: str
    makes: str
    """The step that is struck while it makes, ..."""
    removes: str
    """... and the one that is struck while it removes."""
    shows_as: str
    """A pattern of what a reason says when it is away."""


AWAY = r"cannot (make|delete|look for|list|finish) .*({}).*(connect|timed out|within|HTTP 5|has not answered)"
ON_ITS_WAY = r"within .* s: .* is still (BUILDING|DELETING).*its status in {} is"
HUNG = r"while it is '(creating|deleting|detaching|reserved|in-use)'"
SERVERS, VOLUMES, PORTS = AWAY.format("server|vnfc"), AWAY.format("volume|storage"), AWAY.format("port")
SERVICES = (
    Service("nova", "create_vnfc", "delete_vnfc", SERVERS),
    Service("neutron", "create_port", "delete_port", PORTS),
    Service("nova-conductor", "create_vnfc", "delete_vnfc", ON_ITS_WAY.format("Nova")),
    Service("cinder", "create_storage", "delete_storage", VOLUMES),
    Service("cinder-volume", "create_storage", "delete_storage", ON_ITS_WAY.format("Cinder")),
    Service("rabbit", "create_storage", "delete_storage", f"{VOLUMES}|{ON_ITS_WAY.format('Cinder')}"),
    Service("rabbit", "create_vnfc", "delete_vnfc", f"{SERVERS}|{ON_ITS_WAY.format('Nova')}"),
)


@dataclass(frozen=True)
class ServiceCell:
    """One operation, and one service that is taken from it."""

    operation: Operation
    service: Service
    how: How
    verdict: VerdictKind

    @property
    def step(self) -> str:
        """The kind of step at which it is struck."""
        return self.service.makes if self.operation is INSTANTIATE else self.service.removes

    @property
    def id(self) -> str:
        return f"{named(self.operation)}/service/{self.service.name}/{self.how}/{self.step}"


@dataclass
class Ordeal:
    """A cell while it is tried."""

    cell: ServiceCell
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def service_cells() -> Iterator[ServiceCell]:
    """All of them; verdicts by turns, where there is a choice."""
    for operation, (number, service), how in product((INSTANTIATE, TERMINATE), enumerate(SERVICES), How):
        if (service.name, how) == ("rabbit", How.STOP):
            continue  # it is always killed
        turned = operation is INSTANTIATE and number % 2 == 0
        yield ServiceCell(operation, service, how, VerdictKind.ROLLBACK if turned else VerdictKind.RETRY)


async def struck_service(stack: LabStack, courses: Mapping[str, Course], cell: ServiceCell, name: str) -> Ordeal:
    """Try one cell. The service runs again afterwards, whatever happens."""
    await stack.manned()
    ordeal, course = Ordeal(cell), courses[cell.operation.name]
    try:
        instance = await prepared(stack.stand, cell.operation, name)
        before = await scene(stack.stand, instance)
        ended = await _through_it(stack, ordeal, course, instance)
        expected = Expected(
            state=ended.operation_state if not ended.is_open else LcmOperationState.COMPLETED,
            before=before,
            completed=course.completed,
            twins_may_have_been=False,
        )
        ordeal.findings += await wrong(stack.stand, ended, expected)
        ordeal.findings += await miscounted(stack.stand.records, instance)
    except TROUBLE as error:
        ordeal.findings.append(f"{type(error).__name__}: {error}")
    return ordeal


async def _through_it(stack: LabStack, ordeal: Ordeal, course: Course, instance: VnfInstance) -> VnfLcmOpOcc:
    """Ask for the operation, take the service away in its midst, give it back, and decide until it has ended."""
    bench, cell = stack.stand, ordeal.cell
    activity_id = next(one.activity_id for one in course.boundaries if one.activity_id.startswith(f"{cell.step}:"))
    point = Point(stack.points, bench.history_id(instance), activity_id, 0)
    point.set(Place.WITHIN)
    lcm_op_occ_id = await bench.ask(cell.operation, instance)
    await bench.until(lambda: point.held is not None)
    await asyncio.to_thread(laboratory.svc, cell.how, cell.service.name)
    try:
        point.release()
        if cell.how is How.KILL:
            await bench.settled(lcm_op_occ_id)
        else:
            await asyncio.sleep(BRIEFLY)
    finally:
        back = "cont" if cell.how is How.PAUSE else "start"
        await asyncio.to_thread(laboratory.svc, back, cell.service.name)
        await _recovered()
    return await _decided(stack, ordeal, await bench.settled(lcm_op_occ_id))


async def _recovered() -> None:
    """Wait as an administrator would before he has anything tried again: a worker that lost the bus passes for dead."""
    since = datetime.now(UTC)
    async with asyncio.timeout(RECOVERS_WITHIN):
        while not await asyncio.to_thread(laboratory.is_well, since):
            await asyncio.sleep(1)


async def _decided(stack: LabStack, ordeal: Ordeal, occurrence: VnfLcmOpOcc) -> VnfLcmOpOcc:
    """Give verdicts until it has ended. A rollback follows a retry that helped nothing."""
    verdict = ordeal.cell.verdict
    for number in range(VERDICTS):
        if not occurrence.is_open:
            break
        reason = str(occurrence.error.detail if occurrence.error else None)
        ordeal.notes.append(f"parked: {reason}")
        pattern = f"{ordeal.cell.service.shows_as}|{HUNG}"
        assert re.search(pattern, reason, re.DOTALL | re.IGNORECASE), f"it parked and does not say why: {reason}"
        _do_what_it_says(ordeal, reason)
        if number and occurrence.point_of_no_return is None:
            verdict = VerdictKind.ROLLBACK
        await stack.stand.decide(occurrence, verdict)
        ordeal.notes.append(verdict)
        occurrence = await stack.stand.settled(occurrence.id)
    ordeal.notes.append(occurrence.operation_state)
    return occurrence


def _do_what_it_says(ordeal: Ordeal, reason: str) -> None:
    """Be the administrator whom a reason asks to reset a volume."""
    for volume_id in STUCK_VOLUME.findall(reason):
        laboratory.sdk("oslab").block_storage.reset_volume_status(volume_id, status="error")
        ordeal.notes.append(f"an administrator reset volume {volume_id}")
