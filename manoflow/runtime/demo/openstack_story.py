"""The story on a real OpenStack: instantiated, its worker killed while servers are being built, terminated.

What the cloud has is counted before, in between and after, by plain HTTP.
"""

import asyncio
from time import monotonic

import httpx

from manoflow.domain.errors import PermanentError
from manoflow.domain.lcm import LcmOperationState
from manoflow.runtime.cli.vim import connection_of_cloud
from manoflow.runtime.client import VIMS, Json
from manoflow.runtime.demo.fake_story import EXAMPLE, count, example_request
from manoflow.runtime.demo.openstack_inventory import LISTS, Inventory, OpenStack
from manoflow.runtime.demo.scene import Scene, closing_table

SERVERS_WITHIN = 120.0
LOOK_AGAIN = 0.1
HTTP_SECONDS = 30.0


async def tell_on_openstack(scene: Scene, cloud: str) -> None:
    """Tell all of it. Raises `PermanentError` where something does not go as told."""
    connection = connection_of_cloud(None, cloud)
    async with httpx.AsyncClient(timeout=HTTP_SECONDS) as http:
        openstack = await OpenStack.login(http, connection)
        before = await openstack.inventory()
        vnfd = await _prepare(scene, cloud, connection)
        strangers = await _orphans(scene, cloud)
        vnf, rows = await _kill_the_worker(scene, vnfd, await _request(openstack, cloud), openstack)
        height = await openstack.inventory()
        scene.chapter("It is terminated")
        operation = await scene.api.begin(vnf, "terminate", {"terminationType": "FORCEFUL"})
        await scene.ends(operation, LcmOperationState.COMPLETED)
        after = await openstack.inventory()
    orphans = await _orphans(scene, cloud) - strangers
    rows += [_compared(kind, before, height, after) for kind in LISTS]
    rows.append(("orphans: resources nobody owns", count(len(orphans))))
    scene.console.print()
    scene.console.print(closing_table(rows))
    if orphans or any(after[kind] - before[kind] for kind in LISTS):
        raise PermanentError(f"cannot call cloud {cloud} clean: it has more than before, see the table")


async def _prepare(scene: Scene, cloud: str, connection: Json) -> str:
    scene.chapter(f"OpenStack {cloud} is registered, a VNF package onboarded")
    await scene.api.post(VIMS, {"id": cloud, "driver": "openstack", **connection})
    found = (await scene.api.post(f"{VIMS}/{cloud}/check")).json()
    scene.say(str(found["result"]))
    package = await scene.onboard(EXAMPLE)
    scene.say(f"{package['vnfProductName']} {package['vnfdVersion']}: VNFD {package['vnfdId']}")
    return str(package["vnfdId"])


async def _orphans(scene: Scene, cloud: str) -> frozenset[str]:
    return frozenset(orphan["vimId"] for orphan in await scene.api.get(f"{VIMS}/{cloud}/orphans"))


async def _request(openstack: OpenStack, cloud: str) -> Json:
    """The example's request, for this VIM; networks by their own ids."""
    request = example_request()
    links = [{**link, "resourceId": await openstack.network(link["resourceId"])} for link in request["extVirtualLinks"]]
    return {**request, "extVirtualLinks": links, "vimConnectionInfo": {cloud: {"vimId": cloud}}}


async def _kill_the_worker(
    scene: Scene, vnfd: str, request: Json, openstack: OpenStack
) -> tuple[str, list[tuple[str, str]]]:
    scene.chapter("It is instantiated (SOL003), and its worker is killed while servers are being built")
    there = await openstack.ids("servers")
    vnf = await scene.create(vnfd, "demo")
    operation = await scene.api.begin(vnf, "instantiate", request)
    async with scene.showing(operation, LcmOperationState.COMPLETED):
        made = await _first_servers(openstack, there)
        scene.say(f"Nova has begun to build {len(made)} of the servers")
        killing = await scene.kill_worker()
    back = await scene.comeback(vnf, killing)
    return vnf, [
        (f"worker {killing.pid} killed by SIGKILL half-way", "COMPLETED by itself"),
        ("went on after", f"{back.seconds:.1f} s"),
        ("steps tried more than once", f"{back.repeated} (at most {back.attempts} times)"),
    ]


async def _first_servers(openstack: OpenStack, there: frozenset[str]) -> frozenset[str]:
    deadline = monotonic() + SERVERS_WITHIN
    while not (made := await openstack.ids("servers") - there):
        if monotonic() > deadline:
            raise PermanentError(f"cannot go on with the demo: no server appears within {SERVERS_WITHIN:.0f} s")
        await asyncio.sleep(LOOK_AGAIN)
    return made


def _compared(kind: str, before: Inventory, height: Inventory, after: Inventory) -> tuple[str, str]:
    numbers = " → ".join(str(len(one[kind])) for one in (before, height, after))
    verdict = "[green]as before[/green]" if after[kind] == before[kind] else "[red]not as before[/red]"
    return f"{kind} before → instantiated → terminated", f"{numbers}  {verdict}"
