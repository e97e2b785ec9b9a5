"""The workers: workflows of the catalogue and every activity, given the ports they talk to.

Two queues (architecture, section 10): `lcm` for workflows and the record, `vim` for cloud calls. One process serves
both.
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
from activities.networks import Networks
from activities.observing import Observing
from activities.planning import Planning
from activities.records import Records
from activities.step import LCM_QUEUE, VIM_QUEUE, kind_of_step, queue_of
from activities.storage import Storage
from activities.watching import Watch
from manoflow.domain.timing import Timings
from manoflow.ports.granting import Granting as GrantingPort
from manoflow.ports.records import Records as RecordsPort
from manoflow.ports.vim import Vims
from manoflow.runtime.settings import BY_DEFAULT, WorkerSettings
from workflows.catalogue import operations
from workflows.parked import Parked
from workflows.sandbox import RUNNER


@dataclass(frozen=True)
class Ports:
    """What activities talk to."""

    records: RecordsPort
    vims: Vims
    granting: GrantingPort
    timings: Timings


def workers(
    client: Client,
    ports: Ports,
    settings: WorkerSettings = BY_DEFAULT,
    *,
    interceptors: Sequence[Interceptor] = (),
) -> tuple[Worker, Worker]:
    """The worker of each queue; `interceptors` are put around our own (tests strike through them)."""
    performed = _activities(ports)
    kinds = {method.__name__: kind_of_step(method) for method in performed}
    around = [*interceptors, Attending(kinds, ports.timings)]
    throttle = timedelta(seconds=settings.heartbeat_throttle_seconds)
    grace = timedelta(seconds=settings.grace_seconds)
    lcm = Worker(
        client,
        task_queue=LCM_QUEUE,
        workflows=[Parked, *(operation.workflow for operation in operations())],
        activities=_on(LCM_QUEUE, performed),
        workflow_runner=RUNNER,
        interceptors=around,
        max_concurrent_activities=settings.parallel_decisions,
        max_concurrent_workflow_tasks=settings.parallel_workflows,
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=settings.sticky_seconds),
        max_heartbeat_throttle_interval=throttle,
        default_heartbeat_throttle_interval=throttle,
        graceful_shutdown_timeout=grace,
    )
    vim = Worker(
        client,
        task_queue=VIM_QUEUE,
        activities=_on(VIM_QUEUE, performed),
        max_concurrent_activities=settings.parallel_calls,
        interceptors=around,
        max_heartbeat_throttle_interval=throttle,
        default_heartbeat_throttle_interval=throttle,
        graceful_shutdown_timeout=grace,
    )
    return lcm, vim


def _activities(ports: Ports) -> list[Callable[..., Any]]:
    watch = Watch()
    performers = (
        Records(ports.records, ports.timings),
        Planning(ports.records),
        Granting(ports.granting, ports.records),
        Compute(ports.vims, watch),
        Networks(ports.vims, watch),
        Storage(ports.vims, watch),
        Observing(ports.vims),
    )
    return [getattr(performer, name) for performer in performers for name in dir(performer) if not name.startswith("_")]


def _on(queue: str, performed: Sequence[Callable[..., Any]]) -> list[Callable[..., Any]]:
    return [method for method in performed if queue_of(kind_of_step(method)) == queue]
