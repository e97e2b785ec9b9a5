"""How much memory the embedded stack has taken after many operations: `manoflow up` with all its processes."""

import asyncio
import json
from pathlib import Path

from pydantic import BaseModel

from manoflow.runtime.client import INSTANCES, Api, stands_still
from tests.packages import EXAMPLES, example_package
from tests.runtime.running import Up, new_settings, running

AT_ONCE = 10
LOOK_AGAIN = 0.1
MIB = 1024
"""Of the KiB that the kernel tells."""


class Footprint(BaseModel):
    """MiB of resident memory by process; pages that processes share count in each."""

    operations: int
    before: dict[str, float]
    after: dict[str, float]

    @property
    def total(self) -> float:
        """Of all processes, after the operations."""
        return sum(self.after.values())


async def footprint(folder: Path, operations: int) -> Footprint:
    """Instantiate and terminate until so many operations have ended."""
    quick = {"fake_server_seconds": 0.0, "fake_port_seconds": 0.0}
    settings = new_settings(folder / "home").model_copy(update=quick)
    with running(settings) as up:
        async with Api(settings.address) as api:
            package = await api.onboard(example_package("single-vdu", folder))
            before = _resident(up)
            lanes = [_live(api, package["vnfdId"], operations // AT_ONCE) for _ in range(AT_ONCE)]
            done = sum(await asyncio.gather(*lanes))
        return Footprint(operations=done, before=before, after=_resident(up))


async def _live(api: Api, vnfd_id: str, operations: int) -> int:
    request = json.loads((EXAMPLES / "single-vdu" / "instantiate.json").read_text())
    life = (("instantiate", request), ("terminate", {"terminationType": "FORCEFUL"}))
    vnf = (await api.post(INSTANCES, {"vnfdId": vnfd_id})).json()["id"]
    for number in range(operations):
        operation, body = life[number % 2]
        occurrence = await api.begin(vnf, operation, body)
        while not stands_still(seen := await api.occurrence(occurrence)):
            await asyncio.sleep(LOOK_AGAIN)
        assert seen["operationState"] == "COMPLETED", seen
    return operations


def _resident(up: Up) -> dict[str, float]:
    pids = {"supervisor": up.process.pid, **up.pids()}
    return {name: _kibibytes(pid) / MIB for name, pid in pids.items()}


def _kibibytes(pid: int) -> int:
    """The kernel's VmRSS."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])
