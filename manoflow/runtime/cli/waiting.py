"""What an operation waits for, drawn in full: for `manoflow op waiting`."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from manoflow.runtime.cli.command import listed
from manoflow.runtime.client import Json

STEPS = {
    "step": "step",
    "since": "since",
    "attempt": "attempt",
    "runs": "running",
    "next attempt": "nextAttempt",
    "last heartbeat": "lastHeartbeat",
    "worker": "worker",
    "last error": "lastError",
}


def details(waits: Json) -> RenderableType:
    """The line that says what matters most, and everything else that is known."""
    drawn: list[RenderableType] = [Text(f"{waits['operation']} {waits['operationState']}: {waits['text']}")]
    if steps := waits["steps"]:
        drawn += [Text(), listed(steps, STEPS, nothing="")]
    if queues := waits["queues"]:
        drawn += [Text(), listed([_served(queue) for queue in queues], {"queue": "name", "workers": "by"}, nothing="")]
    if reports := waits["reports"]:
        drawn += [Text(), listed(reports, {"out of order": "anomaly", "since": "since", "": "detail"}, nothing="")]
    return Group(*drawn)


def _served(queue: Json) -> Json:
    workers: Sequence[str] = queue["workers"]
    return {**queue, "by": ", ".join(workers) or "none"}
