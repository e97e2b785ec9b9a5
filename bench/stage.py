"""Where the engine and the bare workflow run side by side: one Temporal dev server, one process with both workers.

The server is that of the embedded stack, with its settings. The record is a real one. The cloud takes no time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.worker import Worker

from activities.step import LCM_QUEUE, QUEUES
from bench.bare import LCM, VIM, Bare, Shape, nothing
from bench.memory_vim import MemoryVims
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import connect, workflow_id
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.records import generate_key, migrate, open_records
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.packages import VnfPackage
from manoflow.domain.timing import Timings
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Records
from manoflow.runtime.home import make_home
from manoflow.runtime.namespace import namespace_answers, prepare_namespace
from manoflow.runtime.onboarding import package_ports
from manoflow.runtime.outbound import OutboundSettings
from manoflow.runtime.package_policy import PackageSettings
from manoflow.runtime.settings import BY_DEFAULT, Settings
from manoflow.runtime.stack.kept import Kept
from manoflow.runtime.stack.ports import free_ports
from manoflow.runtime.stack.temporal import temporal
from manoflow.runtime.workers import Ports, workers
from manoflow.upkeep.starter import Starter
from tests.reference import example_of
from workflows.catalogue import Operation
from workflows.sandbox import RUNNER

MEMORY = "memory"
CLOSING = 0.01
"""Seconds between two tries to start while the operation before is closing."""


@dataclass(frozen=True)
class Stage:
    """Both kinds of work, ready to be asked for."""

    client: Client
    records: Records
    starter: Starter

    async def instance(self, package: VnfPackage) -> VnfInstance:
        """A new instance of a package."""
        assert package.content is not None
        vnfd = package.content.vnfd
        instance = VnfInstance(
            id=uuid4(),
            vnfd_id=vnfd.id,
            vnf_pkg_id=package.id,
            vnf_provider=vnfd.provider,
            vnf_product_name=vnfd.product_name,
            vnf_software_version=vnfd.software_version,
            vnfd_version=vnfd.descriptor_version,
            created_at=datetime.now(UTC),
        )
        await self.records.add_instance(instance)
        return instance

    async def perform(self, operation: Operation, instance: VnfInstance) -> None:
        """Admit and start an operation as the API does, and wait until its workflow has ended."""
        body = operation.request.model_validate(example_of(operation.request))
        now = datetime.now(UTC)
        occurrence = VnfLcmOpOcc(
            id=uuid4(),
            vnf_instance_id=instance.id,
            vnfd_id=instance.vnfd_id,
            operation=operation.operation,
            workflow=operation.name,
            operation_state=LcmOperationState.STARTING,
            state_entered_time=now,
            start_time=now,
            operation_params=body.model_dump(mode="json", exclude_unset=True),
        )
        await self.records.admit(occurrence, operation.allowed_in)
        while not await self.starter.attempt(occurrence):
            await asyncio.sleep(CLOSING)
        ended = await self.client.get_workflow_handle(workflow_id(instance.id)).result()
        assert ended == LcmOperationState.COMPLETED, (ended, await self.records.occurrence(occurrence.id))

    async def perform_bare(self, shape: Shape) -> None:
        """Do as many activities, and wait until the workflow has ended."""
        ended = await self.client.execute_workflow(Bare.run, shape, id=f"bare/{uuid4()}", task_queue=LCM)
        assert ended == LcmOperationState.COMPLETED, ended

    async def history(self, vnf_instance_id: UUID) -> list[HistoryEvent]:
        """What Temporal remembers of an instance's last operation."""
        return list((await self.client.get_workflow_handle(workflow_id(vnf_instance_id)).fetch_history()).events)


@contextlib.asynccontextmanager
async def stage(folder: Path, database_url: str = "") -> AsyncIterator[Stage]:
    """Build it in an empty folder, with its record there if no other database is named."""
    port, temporal_port, ui_port = free_ports(3)
    settings = Settings(
        home=folder / "home", port=port, temporal_port=temporal_port, ui_port=ui_port, database_url=database_url
    )
    make_home(settings)
    await migrate(settings.database_url)
    server = Kept(temporal(settings), settings, print)
    await server.start()
    records = open_records(settings.database_url, generate_key())
    try:
        await namespace_answers(settings)
        client = await connect(settings.temporal_address, settings.namespace, lazy=False)
        await prepare_namespace(client)
        now = datetime.now(UTC)
        vim = Vim(id=MEMORY, vim_id=MEMORY, driver=MEMORY, default=True, created_at=now)
        await records.add_vim(vim, VimConnection(id=MEMORY, vim_id=MEMORY, driver=MEMORY))
        async with _working(client, records, FileArtifacts(settings.home / "artifacts")):
            execution = TemporalExecution(client, LCM_QUEUE, QUEUES)
            yield Stage(client, records, Starter(execution))
    finally:
        await records.close()
        await server.stop()


@contextlib.asynccontextmanager
async def _working(client: Client, records: Records, artifacts: Artifacts) -> AsyncIterator[None]:
    """Our workers, and those of the bare workflow with as many places."""
    vims = MemoryVims()
    packages = package_ports(PackageSettings(), OutboundSettings())
    ours = workers(client, Ports(records, vims, LocalGranting(vims, records), Timings(), artifacts, packages))
    bare_lcm = Worker(
        client,
        task_queue=LCM,
        workflows=[Bare],
        activities=[nothing],
        workflow_runner=RUNNER,
        max_concurrent_activities=BY_DEFAULT.parallel_decisions,
    )
    bare_vim = Worker(client, task_queue=VIM, activities=[nothing], max_concurrent_activities=BY_DEFAULT.parallel_calls)
    async with contextlib.AsyncExitStack() as hired:
        for worker in (*ours, bare_lcm, bare_vim):
            await hired.enter_async_context(worker)
        yield
