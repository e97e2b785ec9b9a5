"""An API process that stands still where the runner says: ``python -m tests.matrix.api POINTS``.

It is the product's `manoflow api`; it stops around the call that starts an operation and the one that passes on a
verdict, at the points that are named as the methods of `manoflow.ports.execution.Execution` are.
"""

import asyncio
import sys
from pathlib import Path
from unittest.mock import patch

from manoflow.adapters.execution.client import workflow_id
from manoflow.adapters.execution.temporal import TemporalExecution
from manoflow.domain.lcm import Ticket, Verdict
from manoflow.ports.execution import Started
from manoflow.runtime import server
from manoflow.runtime.settings import Settings
from tests.matrix.points import Place, Point, taken

LOOK_AGAIN = 0.02


class HoldingExecution(TemporalExecution):
    """Stops before or after a call."""

    points: Path

    async def start(self, ticket: Ticket, **how: bool) -> Started:
        found = taken(self.points, workflow_id(ticket.vnf_instance_id), "start")
        await _stand(found, Place.BEFORE)
        started = await super().start(ticket, **how)
        await _stand(found, Place.AFTER)
        return started

    async def decide(self, verdict: Verdict) -> None:
        found = taken(self.points, workflow_id(verdict.vnf_instance_id), "decide")
        await _stand(found, Place.BEFORE)
        await super().decide(verdict)
        await _stand(found, Place.AFTER)


async def _stand(found: tuple[Point, Place] | None, here: Place) -> None:
    if found is None or found[1] is not here:
        return
    point, _ = found
    point.hold()
    while not point.is_released:
        await asyncio.sleep(LOOK_AGAIN)


def main(points: Path) -> None:
    """Serve as `manoflow api` does."""
    HoldingExecution.points = points
    with patch.object(server, "TemporalExecution", HoldingExecution):
        asyncio.run(server.serve(Settings.load()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
