"""The workers: workflows of the catalogue and every activity, given the ports they talk to.

Three queues: `lcm` for workflows and the record, `vim` for cloud calls, `packages` for taking content in. One process
serves all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Interceptor, Worker

from activities.attending import Attending
from activities.compute import Compute
from activities.granting import Granting
from activities.images import Images, ImageSource
from activities.networks import Networks
from activities.observing import Observing
from activities.onboarding import Onboarding, PackagePorts
from activities.planning import Planning
from activities.records import Records
from activities.step import LCM_QUEUE, PACKAGE_QUEUE, VIM_QUEUE, kind_of_step, queue_of
from activities.storage import Storage
from activities.watching import Watch
from descriptors.image_content import read_image
from manoflow.domain.timing import Timings
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.granting import Granting as GrantingPort
from manoflow.ports.records import Records as RecordsPort
from manoflow.ports.vim import Vims
from manoflow.runtime.settings import BY_DEFAULT, WorkerSettings
from workflows.catalogue import operations
from workflows.packages.onboard import OnboardVnfPackage
from workflows.parked import Parked
from workflows.sandbox import RUNNER


@dataclass(frozen=True)
class Ports:
    """What activities talk to."""

    records: RecordsPort
    vims: Vims
    granting: GrantingPort
    timings: Timings
    artifacts: Artifacts
    packages: PackagePorts


def workers(
    client: Client,
    ports: Ports,
    settings: WorkerSettings = BY_DEFAULT,
    *,
    interceptors: Sequence[Interceptor] = (),
) -> tuple[Worker, Worker, Worker]:
    """The worker of each queue; `interceptors` are put around our own (tests strike through them)."""
    performed = _activities(ports)
    kinds = {method.__name__: kind_of_step(method) for method in performed}
    throttle = timedelta(seconds=settings.heartbeat_throttle_seconds)
    alike: dict[str, Any] = {
        "interceptors": [*interceptors, Attending(kinds, ports.timings)],
        "max_heartbeat_throttle_interval": throttle,
        "default_heartbeat_throttle_interval": throttle,
        "graceful_shutdown_timeout": timedelta(seconds=settings.grace_seconds),
    }
    lcm = Worker(
        client,
        task_queue=LCM_QUEUE,
        workflows=[Parked, OnboardVnfPackage, *(operation.workflow for operation in operations())],
        activities=_on(LCM_QUEUE, performed),
        workflow_runner=RUNNER,
        max_concurrent_activities=settings.parallel_decisions,
        max_concurrent_workflow_tasks=settings.parallel_workflows,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_seconds),
        **alike,
    )
    parallel = {VIM_QUEUE: settings.parallel_calls, PACKAGE_QUEUE: settings.parallel_packages}
    vim, packages = (
        Worker(client, task_queue=queue, activities=_on(queue, performed), max_concurrent_activities=limit, **alike)
        for queue, limit in parallel.items()
    )
    return lcm, vim, packages


def _activities(ports: Ports) -> list[Callable[..., Any]]:
    watch = Watch()
    performers = (
        Records(ports.records, ports.timings),
        Planning(ports.records, ports.artifacts, ports.vims),
        Granting(ports.granting, ports.records),
        Compute(ports.vims, watch, ports.artifacts),
        Networks(ports.vims, watch),
        Storage(ports.vims, watch),
        Images(ports.vims, watch, ImageSource(ports.artifacts, read_image, ports.records)),
        Observing(ports.vims),
        Onboarding(ports.records, ports.artifacts, ports.packages, ports.timings),
    )
    return [getattr(performer, name) for performer in performers for name in dir(performer) if not name.startswith("_")]


def _on(queue: str, performed: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    return [method for method in performed if queue_of(kind_of_step(method)) == queue]
