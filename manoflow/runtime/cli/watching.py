"""The live view of an operation: its state, its stages with what is done of each, what it waits for, and why it stands.

`manoflow op watch`, ``--wait`` and the demo show the same.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext
from math import inf
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from manoflow.domain.errors import UnreachableError
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from manoflow.runtime.client import Api, Json, stands_still

LOOK_AGAIN = 0.2
REFRESH = 8.0
"""Frames a second of the spinner."""
ASK_AGAIN = 1.0
"""Seconds between two questions what it waits for: Temporal has to be asked for the answer."""
AWAY_SECONDS = 60.0
"""So long the API may be away (it may be starting again) before watching ends."""
BAR = 24
TURNING = Spinner("dots", style="cyan")
"""One for all looks, so that it goes on turning."""

COLOURS = {
    LcmOperationState.COMPLETED: "green",
    LcmOperationState.ROLLING_BACK: "yellow",
    LcmOperationState.ROLLED_BACK: "yellow",
    LcmOperationState.FAILED: "red",
    LcmOperationState.FAILED_TEMP: "red",
}
KINDS = {
    Kind.IMAGE: "images",
    Kind.FLAVOR: "flavors",
    Kind.PLACEMENT_GROUP: "placement groups",
    Kind.VIRTUAL_LINK: "virtual links",
    Kind.PORT: "ports",
    Kind.STORAGE: "storages",
    Kind.VNFC: "VNFCs",
}
VERDICTS = {
    VerdictKind.RETRY: "try again",
    VerdictKind.ROLLBACK: "undo everything",
    VerdictKind.FAIL: "give up, undo nothing",
}


async def follow(api: Api, lcm_op_occ_id: str, console: Console) -> Json:
    """Show an operation until it stands still; gives its progress as it stands then.

    Where no person looks on, only the end is shown.
    """
    seen: Json = {}
    with Live(console=console, refresh_per_second=REFRESH) if console.is_terminal else nullcontext() as live:
        async for seen in looks(api, lcm_op_occ_id):
            if live:
                live.update(picture(seen))
    if live is None:
        console.print(picture(seen))
    return seen


async def looks(api: Api, lcm_op_occ_id: str) -> AsyncIterator[Json]:
    """Look at an operation until it stands still; each look is its progress, and as ``waitingFor`` one line.

    An API that has answered and is then away for a while is awaited.
    """
    last_answer = last_asked = -inf
    waits = ""
    while True:
        try:
            progress = await api.progress(lcm_op_occ_id)
            if monotonic() - last_asked > ASK_AGAIN:
                waits = (await api.waiting_for(lcm_op_occ_id))["text"]
                last_asked = monotonic()
        except UnreachableError:
            if monotonic() - last_answer > AWAY_SECONDS:
                raise
        else:
            last_answer = monotonic()
            yield {**progress, "waitingFor": waits}
            if stands_still(progress):
                return
        await asyncio.sleep(LOOK_AGAIN)


def picture(progress: Json) -> RenderableType:
    """One look, drawn."""
    state = LcmOperationState(progress["operationState"])
    title = f"{progress['operation']} [{COLOURS.get(state, 'cyan')}]{state}[/]  [dim]{progress['id']}[/dim]"
    drawn: list[RenderableType] = [Text.from_markup(title)]
    if progress["stages"]:
        drawn.append(_stages(progress, running=not stands_still(progress)))
    if not stands_still(progress) and (waits := progress.get("waitingFor")):
        drawn.append(Text(f"  {waits}", "dim"))
    if detail := progress.get("error", {}).get("detail"):
        drawn.append(Text.from_markup(f"[red]{escape(detail)}[/red]"))
    if state is LcmOperationState.FAILED_TEMP:
        drawn.append(_ways_out(progress["id"]))
    return Group(*drawn)


def _stages(progress: Json, *, running: bool) -> Table:
    table = Table.grid(padding=(0, 1))
    standing = next((stage for stage in progress["stages"] if stage["done"] < stage["count"]), None)
    for stage in progress["stages"]:
        whole = stage["done"] == stage["count"]
        mark: RenderableType = Text("✓", "green") if whole else Text(" ")
        if running and stage is standing:
            mark = TURNING
        bar = ProgressBar(total=stage["count"], completed=stage["done"], width=BAR, finished_style="green")
        table.add_row(" ", mark, title_of(stage["name"]), bar, f"{stage['done']}/{stage['count']}")
    return table


def title_of(stage: str) -> str:
    """``create vl`` in a person's words."""
    verb, _, kind = stage.partition(" ")
    return f"{verb} {KINDS[Kind(kind)]}"


def _ways_out(lcm_op_occ_id: str) -> Text:
    lines = [f"  manoflow op {verdict} {lcm_op_occ_id}  [dim]{meaning}[/dim]" for verdict, meaning in VERDICTS.items()]
    return Text.from_markup("\n".join(lines))
