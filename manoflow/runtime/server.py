"""The API process: `api.app` on its adapters, under uvicorn; on loopback only, where no authentication is set."""

import uvicorn

from activities.step import LCM_QUEUE, QUEUES
from api.app import create_app
from api.services import Services
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import connect
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.adapters.granting.local import LocalGranting
from manoflow.adapters.outbound.downloads import Downloads
from manoflow.adapters.vim.registered import driver_names
from manoflow.runtime.callers import verifying
from manoflow.runtime.logs import log_to_stderr
from manoflow.runtime.reading import policy_of
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings

DRAIN_SECONDS = 3
"""What requests in flight get to end when the process is asked to stop."""


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Starts without Temporal and without workers: reads need the record alone."""
    log_to_stderr("api", settings.log_level)
    client = await connect(settings.temporal_address, settings.namespace)
    async with recorded(settings) as (records, vims), verifying(settings.auth) as callers:
        services = Services(
            records=records,
            execution=TemporalExecution(client, LCM_QUEUE, QUEUES),
            artifacts=FileArtifacts(settings.home / "artifacts"),
            vims=vims,
            granting=LocalGranting(vims, records),
            drivers=frozenset(driver_names()),
            public_url=settings.public_url,
            outbound=settings.outbound.policy,
            downloads=Downloads(settings.outbound.policy, settings.outbound.ca_file),
            package_policy=policy_of(settings.packages),
            callers=callers,
        )
        config = uvicorn.Config(
            create_app(services),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_SECONDS,
        )
        await uvicorn.Server(config).serve()
