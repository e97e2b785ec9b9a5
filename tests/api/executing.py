"""What stands in for Temporal in tests of the API: it remembers what it was asked, and does what the test tells it.

`Performance` writes into the record what a workflow would write while it performs an admitted operation.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from activities.onboarding import Onboarding
from activities.planning import Planning
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.vim.registered import RegisteredVims
from manoflow.domain.binding import bind
from manoflow.domain.cloud import FixedAddress, Power, ResourceState, VimResource
from manoflow.domain.diff import Action
from manoflow.domain.errors import ManoError
from manoflow.domain.grants import Grant, grant_id
from manoflow.domain.identity import Kind
from manoflow.domain.journal import Claim, Entry, Projection
from manoflow.domain.lcm import (
    Cancellation,
    LcmOperationState,
    LcmOperationType,
    ProblemDetails,
    Ticket,
    Verdict,
    VnfLcmOpOcc,
)
from manoflow.domain.onboarding import OnboardingFailure, OnboardingTicket
from manoflow.domain.plan import BuildRef, PlannedStep, StageRef
from manoflow.domain.planning import plan_of
from manoflow.domain.resources import recorded_topology
from manoflow.domain.targets.operate import operating
from manoflow.domain.targets.scale import scaling
from manoflow.domain.targets.scale_to_level import scaling_to_level
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Element, VnfcElement
from manoflow.domain.upkeep import OnboardingStanding, Queue, Running, Standing
from manoflow.ports.execution import Started
from manoflow.ports.records import Records
from workflows.catalogue import operations

RUN_ID = "run-1"
OPERATIONS = {one.operation: one for one in operations()}
DRAWN_FROM_THE_RECORD: Mapping[LcmOperationType, Callable[..., Target]] = {
    LcmOperationType.SCALE: scaling,
    LcmOperationType.SCALE_TO_LEVEL: scaling_to_level,
    LcmOperationType.OPERATE: operating,
}


class Executing:
    """The port `Execution`, in the hands of a test."""

    def __init__(self) -> None:
        """It starts whatever it is given, takes no verdict and is well."""
        self.tickets: list[Ticket] = []
        self.uploads: list[OnboardingTicket] = []
        self._running: set[asyncio.Future[None]] = set()
        self.onboarding: Onboarding | None = None
        """What is done with uploads."""
        self.verdicts: list[Verdict] = []
        self.starts: deque[Started | Exception] = deque()
        """What the next starts come to; after that all are RUNNING."""
        self.decisions: deque[Exception | Callable[[Verdict], Awaitable[None]]] = deque()
        """What the next verdicts come to."""
        self.cancellations: list[Cancellation] = []
        self.stops: deque[Exception | Callable[[Cancellation], Awaitable[None]]] = deque()
        """What the next cancellations come to."""
        self.trouble: Exception | None = None
        self.stands: Standing | None = None
        """How the last execution of every instance stands."""
        self.queues_: list[Queue] = [Queue(name="lcm", workers=("one",)), Queue(name="vim", workers=("one",))]

    async def start(self, ticket: Ticket, *, parked: bool = False) -> Started:  # noqa: ARG002 - the API parks nothing
        """Remember the ticket."""
        self.tickets.append(ticket)
        outcome = self.starts.popleft() if self.starts else Started.RUNNING
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def onboard(self, ticket: OnboardingTicket) -> Started:
        """Begin to do what the workflow `workflows.packages.onboard` would do, if the test does not hold it."""
        self.uploads.append(ticket)
        outcome = self.starts.popleft() if self.starts else Started.RUNNING
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is Started.RUNNING and self.onboarding is not None:
            running = asyncio.ensure_future(_onboard(self.onboarding, ticket))
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        return outcome

    async def onboarding_of(self, vnf_pkg_id: UUID) -> OnboardingStanding | None:  # noqa: ARG002 - nothing stands still
        """Nothing runs."""
        await self.check()
        return None

    async def end_onboarding(self, standing: OnboardingStanding, why: str) -> None:  # noqa: ARG002 - as above
        """There is nothing to end."""
        await self.check()

    async def idle(self) -> None:
        """Wait until nothing runs any more."""
        await asyncio.gather(*self._running)

    async def decide(self, verdict: Verdict) -> None:
        """Remember the verdict and do what the test prepared."""
        self.verdicts.append(verdict)
        outcome = self.decisions.popleft()
        if isinstance(outcome, Exception):
            raise outcome
        await outcome(verdict)

    async def cancel(self, cancellation: Cancellation) -> None:
        """Remember the cancellation and do what the test prepared."""
        self.cancellations.append(cancellation)
        outcome = self.stops.popleft()
        if isinstance(outcome, Exception):
            raise outcome
        await outcome(cancellation)

    async def standing(self, vnf_instance_id: UUID) -> Standing | None:  # noqa: ARG002 - one stands for all
        """Show what the test prepared."""
        await self.check()
        return self.stands

    async def running(self) -> Sequence[Running]:
        """Nothing runs."""
        await self.check()
        return ()

    async def queues(self, names: Collection[str] | None = None) -> Sequence[Queue]:
        """Show what the test prepared."""
        await self.check()
        return [queue for queue in self.queues_ if names is None or queue.name in names]

    async def check(self) -> None:
        """Answer as the test wants."""
        if self.trouble is not None:
            raise self.trouble


async def _onboard(onboarding: Onboarding, ticket: OnboardingTicket) -> None:
    try:
        if ticket.from_uri:
            await onboarding.fetch_package(ticket)
        await onboarding.read_package(ticket)
        await onboarding.shelve_package(ticket)
    except ManoError as error:
        failure = OnboardingFailure(ticket=ticket, kind=type(error).__name__, detail=error.message)
        await onboarding.refuse_package(failure)


class Performance:
    """One occurrence being performed."""

    def __init__(self, records: Records, occurrence: VnfLcmOpOcc) -> None:
        """Use `begin`."""
        self.records = records
        self.occurrence = occurrence
        self.build: BuildRef = BuildRef(build_id=occurrence.id, stages=())
        self.steps: list[tuple[StageRef, PlannedStep]] = []
        self.rev = occurrence.rev

    @classmethod
    async def begin(cls, records: Records, lcm_op_occ_id: UUID) -> Self:
        """Claim the occurrence, plan it, have it granted and go into PROCESSING."""
        occurrence = await records.occurrence(lcm_op_occ_id)
        await records.claim(Claim(lcm_op_occ_id=lcm_op_occ_id, first_execution_run_id=RUN_ID))
        performance = cls(records, occurrence)
        await performance._prepare()
        await performance.enter(LcmOperationState.PROCESSING)
        return performance

    async def perform(self, kinds: Iterable[Kind] = tuple(Kind)) -> None:
        """Do the steps of these kinds, stage by stage."""
        for wanted in self.build.stages:
            done = [_done(stage, planned) for stage, planned in self.steps if stage == wanted and stage.kind in kinds]
            if done:
                await self.write(done=tuple(done))

    async def complete(self) -> None:
        """Do everything that there is to do."""
        await self.perform()
        await self.enter(LcmOperationState.COMPLETED)

    async def fail(self, detail: str = "cannot make it") -> None:
        """Park."""
        error = ProblemDetails(title="Conflict", status=409, detail=detail)
        await self.enter(LcmOperationState.FAILED_TEMP, error=error)

    async def enter(self, state: LcmOperationState, **changes: Any) -> None:  # noqa: ANN401
        """Write a state."""
        await self.write(state=state, **changes)

    async def roll_back(self) -> None:
        """Undo everything that was done."""
        struck = tuple(_done(stage, planned) for stage, planned in self.steps)
        state = (await self.records.occurrence(self.occurrence.id)).operation_state
        if state is not LcmOperationState.ROLLING_BACK:
            await self.enter(LcmOperationState.ROLLING_BACK)
        await self.enter(LcmOperationState.ROLLED_BACK, struck=struck)

    async def take(self, verdict: Verdict) -> None:
        """Go where a verdict leads."""
        await self.enter(verdict.kind.leads_to, verdict_id=verdict.id)

    async def stop(self, cancellation: Cancellation) -> None:
        """Take a cancellation."""
        await self.write(verdict_id=cancellation.id, cancel_mode=cancellation.mode)

    async def write(self, **changes: Any) -> None:  # noqa: ANN401
        """Write the next revision."""
        self.rev += 1
        projection = Projection(
            lcm_op_occ_id=self.occurrence.id,
            vnf_instance_id=self.occurrence.vnf_instance_id,
            operation=self.occurrence.operation,
            first_execution_run_id=RUN_ID,
            rev=self.rev,
            at=datetime.now(UTC),
            **changes,
        )
        await self.records.project(projection)

    async def _prepare(self) -> None:
        operation = OPERATIONS[self.occurrence.operation]
        instance = await self.records.instance(self.occurrence.vnf_instance_id)
        if operation.method == "PATCH":
            nowhere = FileArtifacts(Path("unused"))
            await Planning(self.records, nowhere, RegisteredVims(self.records)).plan_modification(self._ticket())
            return
        package = await self.records.package(instance.vnf_pkg_id)
        assert package.content
        vim = next(vim.id for vim in await self.records.vims() if vim.default)
        request = operation.request.model_validate(self.occurrence.operation_params)
        recorded = await self.records.resources(instance.id)
        asked = (instance, package.content.vnfd, request, vim)
        draw = DRAWN_FROM_THE_RECORD.get(self.occurrence.operation)
        target: Any = draw(*asked, recorded_topology(tuple(recorded))) if draw else operation.check(*asked)
        plan = await self.records.save_plan(plan_of(self.occurrence, instance, recorded, target, vim))
        grant = Grant(
            id=grant_id(self.occurrence.id),
            lcm_op_occ_id=self.occurrence.id,
            vnf_instance_id=instance.id,
            vim_connection_id=vim,
            images={"app": "image-1"},
            warnings=("VDU app: one is made",),
            granted_at=datetime.now(UTC),
        )
        await self.records.save_grant(grant)
        build = bind(plan, grant, recorded, instance.short_name)
        self.build = await self.records.save_build(build)
        for stage, planned in zip(self.build.stages, build.stages, strict=True):
            self.steps += [(stage, step) for step in planned]

    def _ticket(self) -> Ticket:
        return Ticket(
            lcm_op_occ_id=self.occurrence.id,
            vnf_instance_id=self.occurrence.vnf_instance_id,
            operation=self.occurrence.operation,
            workflow=self.occurrence.workflow,
        )


def _done(stage: StageRef, planned: PlannedStep) -> Entry:
    step = planned.step
    made = _made(planned, len(step.key)) if planned.action is not Action.DELETE else None
    return Entry(key=f"{stage.name}:{step.key}", stage=stage, step_key=step.key, resource=made)


def _power(element: Element) -> Power | None:
    return element.power if isinstance(element, VnfcElement) else None


def _made(planned: PlannedStep, number: int) -> VimResource:
    step = planned.step
    port = step.kind is Kind.PORT
    return VimResource(
        uid=step.uid,
        vim_id=f"vim-{step.uid}",
        name=step.key,
        state=ResourceState.READY,
        created_at=datetime.now(UTC),
        vnf_instance_id=step.vnf_instance_id,
        addresses=(FixedAddress(ip_address=f"192.168.10.{number}", subnet_id="subnet-1"),) if port else (),
        mac_address="fe:00:00:00:00:01" if port else None,
        zone="nova" if step.kind is Kind.VNFC else None,
        power=_power(planned.element),
    )
