"""The test stand: a real Temporal dev server, a real database, a fake cloud and a worker, in one process.

Laws and stories use it alike: `Stand.ask` admits and starts an operation as the API does, `Stand.settled` waits
until it ends or parks, `Stand.decide` passes on a verdict. Nothing is mocked; faults are struck through
`tests.striking`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import ClassVar
from uuid import UUID, uuid4

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Interceptor

from activities.onboarding import PackagePorts
from activities.step import LCM_QUEUE, QUEUES
from api.verdicts import require_cancellable, require_decidable
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import workflow_id
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.records import generate_key, open_records
from manoflow.adapters.vim.fake.ledger import inventory
from manoflow.adapters.vim.fake.seed import seed
from manoflow.adapters.vim.registered import RegisteredVims
from manoflow.domain.lcm import Cancellation, CancelMode, LcmOperationState, Ticket, Verdict, VerdictKind, VnfLcmOpOcc
from manoflow.domain.timing import StepKind, Timing, Timings
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.execution import AmbiguousAnswerError
from manoflow.ports.records import Records
from manoflow.runtime.onboarding import package_ports
from manoflow.runtime.outbound import OutboundSettings
from manoflow.runtime.package_policy import PackageSettings
from manoflow.runtime.workers import Ports, workers
from tests.canary import CANARY
from tests.reference import IMAGE, NOW, example_of, reference_instance, reference_package, shelve
from workflows.catalogue import Operation

VIM = "fake"
PATIENCE = 60.0
"""Seconds after which a wait in a test is a failure."""

HASTY = Timing(attempt=30, budget=60, first_retry=0.02, longest_retry=0.1)
PACKAGE_PORTS = package_ports(PackageSettings(), OutboundSettings())
TEST_TIMINGS = Timings.model_validate({kind.value: HASTY for kind in StepKind})


@dataclass(frozen=True)
class Stand:
    """One world, one record, one Temporal namespace."""

    vim: ClassVar[str] = VIM
    """The VIM connection that its operations use."""
    patience: ClassVar[float] = PATIENCE

    client: Client
    records: Records
    vims: RegisteredVims
    world: Path
    execution: TemporalExecution
    database_url: str
    secret_key: str

    @contextlib.asynccontextmanager
    async def working(
        self, *interceptors: Interceptor, timings: Timings = TEST_TIMINGS, packages: PackagePorts = PACKAGE_PORTS
    ) -> AsyncIterator[None]:
        """Run a worker."""
        granting = LocalGranting(self.vims, self.records)
        ports = Ports(self.records, self.vims, granting, timings, self.artifacts, packages)
        async with contextlib.AsyncExitStack() as hired:
            for worker in workers(self.client, ports, interceptors=interceptors):
                await hired.enter_async_context(worker)
            yield

    @property
    def artifacts(self) -> FileArtifacts:
        """The folder of content."""
        return FileArtifacts(self.world.parent / "artifacts")

    async def instance(self, name: str) -> VnfInstance:
        """A new instance of the reference VNF. Its id is its own: tests share a Temporal server."""
        instance = reference_instance(name).model_copy(update={"id": uuid4()})
        await self.records.add_instance(instance)
        return instance

    async def ask(self, operation: Operation, instance: VnfInstance, **changes: object) -> UUID:
        """Admit and start an operation with the example request of its model."""
        body = operation.request.model_validate({**example_of(operation.request), **changes})
        occurrence = VnfLcmOpOcc(
            id=uuid4(),
            vnf_instance_id=instance.id,
            vnfd_id=instance.vnfd_id,
            operation=operation.operation,
            workflow=operation.name,
            operation_state=LcmOperationState.STARTING,
            state_entered_time=datetime.now(UTC),
            start_time=datetime.now(UTC),
            operation_params=body.model_dump(mode="json", exclude_unset=True),
        )
        await self.records.admit(occurrence, operation.allowed_in)
        ticket = Ticket(
            lcm_op_occ_id=occurrence.id,
            vnf_instance_id=instance.id,
            operation=operation.operation,
            workflow=operation.name,
        )
        while await self.execution.start(ticket) != "RUNNING":
            await asyncio.sleep(0.05)
        return occurrence.id

    async def settled(self, lcm_op_occ_id: UUID, within: float | None = None) -> VnfLcmOpOcc:
        """The occurrence once it is final or parked."""
        deadline = monotonic() + (within or self.patience)
        while True:
            occurrence = await self.records.occurrence(lcm_op_occ_id)
            if not occurrence.is_open or occurrence.operation_state is LcmOperationState.FAILED_TEMP:
                return occurrence
            assert monotonic() < deadline, f"operation {lcm_op_occ_id} stands in {occurrence.operation_state}"
            await asyncio.sleep(0.05)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something holds."""
        deadline = monotonic() + self.patience
        while not condition():
            assert monotonic() < deadline, "what is waited for does not come"
            await asyncio.sleep(0.02)

    def request_id(self) -> UUID:
        """A new request's."""
        return uuid4()

    async def final(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:
        """The occurrence once it has ended, whoever decided."""
        deadline = monotonic() + self.patience
        while (occurrence := await self.records.occurrence(lcm_op_occ_id)).is_open:
            assert monotonic() < deadline, f"operation {lcm_op_occ_id} stands in {occurrence.operation_state}"
            await asyncio.sleep(0.05)
        return occurrence

    async def decide(self, occurrence: VnfLcmOpOcc, kind: VerdictKind) -> None:
        """Pass on a verdict; an ambiguous answer is settled from the record, as the API does."""
        verdict = Verdict(
            id=uuid4(), lcm_op_occ_id=occurrence.id, vnf_instance_id=occurrence.vnf_instance_id, kind=kind
        )
        deadline = monotonic() + self.patience
        while (now := await self.records.occurrence(occurrence.id)).verdict_id != verdict.id:
            require_decidable(now, kind)
            assert monotonic() < deadline, f"verdict {kind} on {occurrence.id} was not taken"
            with contextlib.suppress(AmbiguousAnswerError):
                await self.execution.decide(verdict)

    async def cancel(self, lcm_op_occ_id: UUID, mode: CancelMode) -> None:
        """Ask an operation to stop; raises `ConflictError` where it is too late."""
        occurrence = await self.records.occurrence(lcm_op_occ_id)
        require_cancellable(occurrence, mode)
        await self.execution.cancel(
            Cancellation(id=uuid4(), lcm_op_occ_id=occurrence.id, vnf_instance_id=occurrence.vnf_instance_id, mode=mode)
        )

    async def perform(self, operation: Operation, instance: VnfInstance, **changes: object) -> VnfLcmOpOcc:
        """Ask and wait."""
        return await self.settled(await self.ask(operation, instance, **changes))

    async def abandon(self) -> None:
        """Terminate what is still open: the next stand's worker serves the same queues and would try it for good."""
        for occurrence in await self.records.open_occurrences():
            with contextlib.suppress(RPCError):
                await self.client.get_workflow_handle(workflow_id(occurrence.vnf_instance_id)).terminate()

    async def recorded(self, instance: VnfInstance) -> set[UUID]:
        """The uids of everything that the record says the instance owns."""
        return {row.uid for row in await self.records.resources(instance.id)}

    def there(self) -> set[UUID]:
        """The uids of everything of ours that is in the world."""
        return {made.uid for made in inventory(self.world) if made.uid is not None}

    def history_id(self, instance: VnfInstance) -> str:
        """The workflow id of the instance's operations."""
        return workflow_id(instance.id)


@contextlib.asynccontextmanager
async def stand(client: Client, folder: Path, url: str) -> AsyncIterator[Stand]:
    """Build a stand: an empty cloud in a folder, in an empty record (`url`) the reference package."""
    world = folder / "world.db"
    seed(world, images=[IMAGE], flavors=())
    key = generate_key()
    records = open_records(url, key)
    connection = VimConnection(
        id=VIM,
        vim_id=VIM,
        driver="fake",
        interface_info={"world": str(world)},
        access_info={"password": SecretStr(CANARY)},
    )
    await records.add_vim(Vim(id=VIM, vim_id=VIM, driver="fake", default=True, created_at=NOW), connection)
    await records.add_package(reference_package())
    vims = RegisteredVims(records)
    execution = TemporalExecution(client, LCM_QUEUE, QUEUES)
    built = Stand(client, records, vims, world, execution, url, key)
    shelve(built.artifacts)
    try:
        yield built
    finally:
        await built.abandon()
        await vims.close()
        await records.close()
