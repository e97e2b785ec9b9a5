"""The worker process: polls its queues, and takes part in the upkeep of the record, until it is asked to stop."""

import asyncio
import logging
import signal

import structlog
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.step import LCM_QUEUE, QUEUES
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import connect
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.granting.local import LocalGranting
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Records
from manoflow.runtime.logs import log_to_stderr
from manoflow.runtime.namespace import prepare_namespace
from manoflow.runtime.onboarding import package_ports
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings
from manoflow.runtime.workers import Ports, workers
from manoflow.upkeep.content import ContentSweep
from manoflow.upkeep.lease import Upkeep
from manoflow.upkeep.packages import PackageSweep
from manoflow.upkeep.proposals import ProposalSweep
from manoflow.upkeep.sweep import Sweep
from manoflow.upkeep.sweeps import Sweeps

TRY_AGAIN = 1.0
"""Seconds between two tries to reach Temporal at the start; later on the SDK keeps trying by itself."""

log = structlog.stdlib.get_logger(__name__)


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; what is running then gets `settings.worker.grace_seconds` to end."""
    log_to_stderr("worker", settings.log_level)
    _quieten_temporal()
    client = await _connected(settings)
    stopped = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, stopped.set)
    async with recorded(settings) as (records, vims), asyncio.TaskGroup() as running:
        ports = Ports(
            records=records,
            vims=vims,
            granting=LocalGranting(vims, records),
            timings=settings.timings,
            artifacts=FileArtifacts(settings.home / "artifacts"),
            packages=package_ports(settings.packages, settings.outbound),
        )
        hired = workers(client, ports, settings.worker)
        for worker in hired:
            running.create_task(worker.run())
        upkeep = running.create_task(_upkeep(client, records, ports.artifacts).run())
        log.info("working", namespace=settings.namespace, temporal=settings.temporal_address)
        await stopped.wait()
        upkeep.cancel()
        await asyncio.gather(*(worker.shutdown() for worker in hired))


def _upkeep(client: Client, records: Records, artifacts: Artifacts) -> Upkeep:
    execution = TemporalExecution(client, LCM_QUEUE, QUEUES)
    sweeps = (
        Sweep(records, execution),
        PackageSweep(records, execution, artifacts),
        ContentSweep(records, artifacts),
        ProposalSweep(records),
    )
    return Upkeep(records, Sweeps(*sweeps), holder=client.identity)


def _quieten_temporal() -> None:
    """The SDK writes a traceback for every failed step; `activities.attending` has told those in a line already."""
    activity.logger.activity_info_on_message = workflow.logger.workflow_info_on_message = False
    logging.getLogger("temporalio.activity").addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ApplicationError))


async def _connected(settings: Settings) -> Client:
    while True:
        try:
            client = await connect(settings.temporal_address, settings.namespace, lazy=False)
            await prepare_namespace(client)
        except (RPCError, RuntimeError) as error:  # RuntimeError: nobody listens there yet
            log.warning("cannot use Temporal yet", error=str(error))
            await asyncio.sleep(TRY_AGAIN)
        else:
            return client
