"""A worker process that stops at a named point and says so: ``python -m tests.holding_worker create_vnfc:``.

It is the product's worker with one more interceptor: the first activity whose id begins with the point takes effect,
and then the process prints ``held`` and the activity's id, and goes on with nothing. The test kills it there.
"""

import asyncio
import sys
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.execution.client import connect
from manoflow.adapters.granting.local import LocalGranting
from manoflow.runtime.logs import log_to_stderr
from manoflow.runtime.onboarding import package_ports
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings
from manoflow.runtime.workers import Ports, workers


class Holding(Interceptor):
    """Worker interceptor."""

    def __init__(self, point: str) -> None:
        self.point = point

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - SDK
        return _Held(next, self.point)


class _Held(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, point: str) -> None:
        super().__init__(following)
        self._point = point

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401 - the SDK's signature
        result = await self.next.execute_activity(input)
        point = activity.info().activity_id
        if point.startswith(self._point):
            sys.stdout.write(f"held {point}\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        return result


async def main(point: str) -> None:
    settings = Settings.load()
    log_to_stderr("worker", settings.log_level)
    client = await connect(settings.temporal_address, settings.namespace, lazy=False)
    async with recorded(settings) as (records, vims):
        artifacts = FileArtifacts(settings.home / "artifacts")
        packages = package_ports(settings.packages, settings.outbound)
        ports = Ports(records, vims, LocalGranting(vims, records), settings.timings, artifacts, packages)
        async with asyncio.TaskGroup() as running:
            for worker in workers(client, ports, settings.worker, interceptors=[Holding(point)]):
                running.create_task(worker.run())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
