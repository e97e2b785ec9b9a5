"""Manoflow on an OpenStack: its own stack (Temporal's dev server, worker, API), driven through its API."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openstack.connection import Connection

from descriptors.packing import pack
from manoflow.runtime.auth import AuthSettings
from manoflow.runtime.cli.vim import connection_of_cloud
from manoflow.runtime.client import INSTANCES, VIMS, Api, stands_still
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.embedded import embedded_stack
from manoflow.runtime.stack.ports import free_ports

EXAMPLES = Path(__file__).parents[1] / "examples"
LOOK_AGAIN = 0.1
"""Seconds between two looks at an occurrence."""


@dataclass(frozen=True)
class Ours:
    """A running Manoflow with the cloud registered."""

    api: Api
    sdk: Connection
    cloud: str
    home: Path

    async def onboard(self, example: str) -> str:
        """The VNFD's id."""
        package = await self.api.onboard(pack(EXAMPLES / example, self.home / f"{example}.csar"))
        return str(package["vnfdId"])

    async def create(self, vnfd_id: str) -> str:
        """A VNF instance's id."""
        request = {"vnfdId": vnfd_id, "vnfInstanceName": "bench"}
        return str((await self.api.post(INSTANCES, request)).json()["id"])

    async def instantiate(self, vnf_instance_id: str, example: str) -> None:
        """By the example's own request; returns when the API shows COMPLETED."""
        await self._done(await self.api.begin(vnf_instance_id, "instantiate", self.request(example)))

    async def terminate(self, vnf_instance_id: str) -> None:
        """Returns when the API shows COMPLETED."""
        await self._done(await self.api.begin(vnf_instance_id, "terminate", {"terminationType": "FORCEFUL"}))

    def request(self, example: str) -> dict[str, Any]:
        """The example's own, with the cloud's networks by their ids."""
        request: dict[str, Any] = json.loads((EXAMPLES / example / "instantiate.json").read_text())
        find = self.sdk.network.find_network
        links = [
            {**link, "resourceId": find(link["resourceId"], ignore_missing=False).id}
            for link in request["extVirtualLinks"]
        ]
        return {**request, "extVirtualLinks": links, "vimConnectionInfo": {self.cloud: {"vimId": self.cloud}}}

    async def _done(self, lcm_op_occ_id: str) -> None:
        while True:
            occurrence = await self.api.occurrence(lcm_op_occ_id)
            if stands_still(occurrence):
                break
            await asyncio.sleep(LOOK_AGAIN)
        if occurrence["operationState"] != "COMPLETED":
            raise RuntimeError(f"cannot measure: {occurrence['operation']} {lcm_op_occ_id}: {occurrence['error']}")


@asynccontextmanager
async def ours(home: Path, sdk: Connection, cloud: str) -> AsyncIterator[Ours]:
    """Start it in a folder, as `manoflow up` does; stop it."""
    port, temporal_port, ui_port = free_ports(3)
    settings = Settings(
        home=home, auth=AuthSettings(), port=port, temporal_port=temporal_port, ui_port=ui_port, log_level="info"
    )
    async with embedded_stack(settings, lambda _line: None), Api(settings.address) as api:
        await api.post(VIMS, {"id": cloud, "driver": "openstack", **connection_of_cloud(None, cloud)})
        await api.post(f"{VIMS}/{cloud}/check")
        yield Ours(api, sdk, cloud, home)
