"""What a story is told with: the stack, its API, the console; and how a worker is killed in it.

The stories are `fake_story` and `openstack_story`; `play` puts up the scene and takes it down again.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.rule import Rule
from rich.table import Table

from descriptors.packing import pack
from manoflow.adapters.execution.client import connect, workflow_id
from manoflow.domain.errors import NotFoundError, PermanentError
from manoflow.domain.lcm import LcmOperationState
from manoflow.runtime.cli.watching import follow
from manoflow.runtime.client import INSTANCES, Api, Json
from manoflow.runtime.stack.embedded import Stack

EXAMPLES = Path(__file__).parents[3] / "examples"
RESTART_SECONDS = 30.0
LOOK_AGAIN = 0.05
WIDTH = 80
"""Columns of a rule between two parts of the story."""


class Killing(NamedTuple):
    """A worker's end."""

    pid: int
    at: datetime


class Comeback(NamedTuple):
    """How an operation went on after its worker was killed, by Temporal's history."""

    seconds: float
    """From the kill to the next step."""
    repeated: int
    """Steps that were tried more than once."""
    attempts: int
    """The most that one step was tried."""


@dataclass(frozen=True)
class Scene:
    """A running stack and somebody who looks at it."""

    stack: Stack
    api: Api
    console: Console

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.console.print()
        self.console.print(Rule(f"[bold]{title}[/bold]", align="left", style="cyan"), width=WIDTH)

    def say(self, text: str) -> None:
        """Tell what happens; it appears above the live view, where there is one."""
        self.console.print(text)

    async def onboard(self, example: str) -> Json:
        """Onboard one of the examples."""
        folder = EXAMPLES / example
        if not folder.is_dir():
            raise NotFoundError(f"cannot find {folder}: the demo needs the examples of the source tree")
        return await self.api.onboard(pack(folder, self.stack.settings.home / f"{example}.csar"))

    async def create(self, vnfd_id: str, name: str) -> str:
        """Create a VNF instance's identifier."""
        request = {"vnfdId": vnfd_id, "vnfInstanceName": name}
        return str((await self.api.post(INSTANCES, request)).json()["id"])

    async def ends(self, lcm_op_occ_id: str, state: LcmOperationState) -> Json:
        """Show an operation until it stands still. Raises `PermanentError` where that is not as the story goes."""
        return _as_told(await follow(self.api, lcm_op_occ_id, self.console), state)

    @asynccontextmanager
    async def showing(self, lcm_op_occ_id: str, state: LcmOperationState) -> AsyncIterator[None]:
        """Show an operation beside what else happens, then until it stands still."""
        shown = asyncio.create_task(follow(self.api, lcm_op_occ_id, self.console))
        try:
            yield
            _as_told(await shown, state)
        finally:
            shown.cancel()
            await asyncio.wait({shown})

    async def kill_worker(self) -> Killing:
        """SIGKILL, at once; returns when the supervisor has started another one."""
        pid_file = self.stack.settings.run / "worker.pid"
        pid = int(pid_file.read_text())
        self.say(f"[bold red]kill -9 {pid}[/bold red]  the worker is gone")
        killing = Killing(pid, datetime.now(UTC))
        os.kill(pid, signal.SIGKILL)
        deadline = monotonic() + RESTART_SECONDS
        while int(pid_file.read_text()) == pid:
            if monotonic() > deadline:
                raise PermanentError(f"cannot go on with the demo: worker {pid} is not started again")
            await asyncio.sleep(LOOK_AGAIN)
        return killing

    async def comeback(self, vnf_instance_id: str, killing: Killing) -> Comeback:
        """Read in Temporal's history how the instance's last operation went on."""
        settings = self.stack.settings
        client = await connect(settings.temporal_address, settings.namespace)
        began, attempts = [], []
        async for event in client.get_workflow_handle(workflow_id(UUID(vnf_instance_id))).fetch_history_events():
            if event.HasField("activity_task_started_event_attributes"):
                began.append(event.event_time.ToDatetime(UTC))
                attempts.append(event.activity_task_started_event_attributes.attempt)
        next_step = min(at for at in began if at > killing.at)
        repeated = [count for count in attempts if count > 1]
        return Comeback((next_step - killing.at).total_seconds(), len(repeated), max(attempts))


def closing_table(rows: list[tuple[str, str]]) -> Table:
    """What was done to the operations, and what came of it."""
    table = Table(title="What happened", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("what was done")
    table.add_column("what came of it", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _as_told(progress: Json, state: LcmOperationState) -> Json:
    if progress["operationState"] != state:
        reason = progress.get("error", {}).get("detail", "no reason is recorded")
        raise PermanentError(
            f"cannot go on with the demo: {progress['operation']} {progress['id']} is "
            f"{progress['operationState']}, not {state}: {reason}"
        )
    return progress
