"""No credential of a VIM leaves the sealed part of the record: whoever may read anything else cannot learn it.

A canary is the password of every VIM here. A whole stack performs every operation of the catalogue on them, also with
errors in which a cloud repeats the password. Then everything that was answered, logged or stored is read.
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from temporalio.client import Client, WorkflowHistory

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.errors import QuotaError, UnreachableError
from manoflow.domain.lcm import VerdictKind
from manoflow.runtime.client import (
    INSTANCES,
    OCCURRENCES,
    PACKAGES,
    REPORTS,
    RESERVATIONS,
    VIMS,
    Api,
    RefusedError,
    stands_still,
)
from tests.canary import CANARY, Parrot, parrot, sings
from tests.laws.test_every_history_replays import FILES, history
from tests.packages import EXAMPLES, example_package
from tests.runtime.running import READY_WITHIN, Up, new_settings, running
from tests.runtime.waiting import LOOK_AGAIN
from workflows.catalogue import operations

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]

Json = dict[str, Any]

ACCESS = {"username": "nfv", "project": "nfv", "password": CANARY}
INSTANTIATE = json.loads((EXAMPLES / "single-vdu" / "instantiate.json").read_text())
TERMINATE = {"terminationType": "FORCEFUL"}
GATEWAY = json.loads((EXAMPLES / "three-vdus" / "instantiate.json").read_text())
DAILY: tuple[tuple[str, Json], ...] = (
    ("scale", {"type": "SCALE_OUT", "aspectId": "throughput"}),
    ("scale_to_level", {"instantiationLevelId": "small"}),
    ("heal", {"additionalParams": {"all": True}}),
    ("operate", {"changeStateTo": "STOPPED"}),
)
"""What is done to a VNF that can scale."""


class Consumer:
    """Somebody who uses the API, and keeps every answer."""

    def __init__(self, api: Api, up: Up, vnfd_id: str) -> None:
        self.api = api
        self.world = up.settings.fake_world
        self.vnfd_id = vnfd_id
        self.answers: list[bytes] = []
        api._http.event_hooks["response"].append(self._keep)

    async def _keep(self, answer: httpx.Response) -> None:
        self.answers.append(str(answer.headers).encode() + await answer.aread())

    async def vnf(self, vnfd_id: str | None = None) -> str:
        """A new VNF instance."""
        created: Json = (await self.api.post(INSTANCES, {"vnfdId": vnfd_id or self.vnfd_id})).json()
        return str(created["id"])

    async def perform(self, vnf: str, operation: str, request: Json) -> Json:
        """Ask for an operation, and wait until it ends or parks."""
        return await self.settled(await self.api.begin(vnf, operation, request))

    async def settled(self, occurrence: str) -> Json:
        """An occurrence once nothing more happens to it by itself."""
        async with asyncio.timeout(READY_WITHIN):
            while not stands_still(seen := await self.api.occurrence(occurrence)):
                await asyncio.sleep(LOOK_AGAIN)
        return seen

    async def decide(self, occurrence: Json, verdict: VerdictKind) -> str:
        """Give a verdict; the state that it leads to."""
        await self.api.decide(occurrence["id"], verdict)
        return str((await self.settled(occurrence["id"]))["operationState"])

    async def refused(self, path: str, request: Json) -> None:
        """Ask for what is not to be granted."""
        with pytest.raises(RefusedError):
            await self.api.post(path, request)

    def connection(self, name: str, **access: object) -> Json:
        """A request that brings along a connection to the fake cloud."""
        interface = {"world": str(self.world)}
        info = {"vimId": name, "vimType": "fake", "interfaceInfo": interface, "accessInfo": {**ACCESS, **access}}
        return {"vimConnectionInfo": {name: info}}


@pytest.mark.large
async def test_a_credential_is_nowhere_but_in_the_sealed_part_of_the_record(tmp_path: Path) -> None:
    settings = new_settings(tmp_path / "home").model_copy(update={"log_level": "debug"})
    with parrot() as keystone, running(settings) as up:
        async with Api(settings.address) as api:
            package = await api.onboard(example_package("single-vdu", tmp_path))
            consumer = Consumer(api, up, package["vnfdId"])
            gateway = await api.onboard(example_package("three-vdus", tmp_path))
            await every_operation_completes(consumer, gateway["vnfdId"])
            await steps_fail(consumer)
            executions = await while_a_step_is_under_way(consumer, up)
            await a_cloud_repeats_the_password(consumer, keystone)
            await requests_are_refused(consumer)
            await everything_is_read(consumer)
        executions += await recorded_executions(up)
    assert sum(sings(heard) for heard in keystone.heard) >= 2, "the cloud was not shown the password"
    assert not any(sings(answer) for answer in consumer.answers)
    assert not any(sings(execution) for execution in executions)
    kept = {file.relative_to(settings.home).as_posix(): file.read_bytes() for file in files(settings.home)}
    assert {"manoflow.db", "temporal.db", "log/api.log", "log/worker.log", "log/temporal.log"} <= kept.keys()
    assert b"cannot make" in kept["temporal.db"], "histories cannot be read in Temporal's file"
    assert [name for name, content in kept.items() if sings(content)] == []


async def every_operation_completes(consumer: Consumer, gateway: str) -> None:
    """On a VIM that is registered; a modification brings along another."""
    interface = {"world": str(consumer.world)}
    vim = {"id": "registered", "driver": "fake", "interfaceInfo": interface, "accessInfo": ACCESS}
    await consumer.api.post(VIMS, vim)
    for path in ("check", "orphans"):
        await (consumer.api.post if path == "check" else consumer.api.get)(f"{VIMS}/registered/{path}")
    vnf = await consumer.vnf()
    there = {"vimConnectionInfo": {"registered": {"vimId": "registered", "vimType": "fake"}}}
    done = [
        await consumer.perform(vnf, "instantiate", {**INSTANTIATE, **there}),
        await consumer.settled(await consumer.api.modify(vnf, consumer.connection("another", token=CANARY))),
        await consumer.perform(vnf, "terminate", TERMINATE),
    ]
    scaled = await consumer.vnf(gateway)
    done.append(await consumer.perform(scaled, "instantiate", {**GATEWAY, **there}))
    done += [await consumer.perform(scaled, operation, request) for operation, request in DAILY]
    assert {occurrence["operationState"] for occurrence in done} == {"COMPLETED"}
    assert {occurrence["operation"] for occurrence in done} == {one.operation for one in operations()}


async def steps_fail(consumer: Consumer) -> None:
    """On a connection that the request brings along; with every verdict."""
    vnf = await consumer.vnf()
    request = {**INSTANTIATE, **consumer.connection("mine")}
    knobs.fail(consumer.world, "servers.create", QuotaError("cannot make it: quota"), times=2)
    parked = await consumer.perform(vnf, "instantiate", request)
    assert await consumer.decide(parked, VerdictKind.ROLLBACK) == "ROLLED_BACK"
    parked = await consumer.perform(vnf, "instantiate", request)
    assert await consumer.decide(parked, VerdictKind.RETRY) == "COMPLETED"
    knobs.fail(consumer.world, "servers.delete", QuotaError("cannot remove it: quota"))
    parked = await consumer.perform(vnf, "terminate", TERMINATE)
    assert await consumer.decide(parked, VerdictKind.FAIL) == "FAILED"


async def while_a_step_is_under_way(consumer: Consumer, up: Up) -> list[bytes]:
    """What Temporal says of executions with a step that beats, and of one that waits for its next attempt."""
    vnf = await consumer.vnf()
    knobs.fail(consumer.world, "virtual_links.create", UnreachableError("cannot reach it"), times=1)
    point = knobs.hold(consumer.world, "servers.create", "before")
    occurrence = await consumer.api.begin(vnf, "instantiate", {**INSTANTIATE, **consumer.connection("mine")})
    await knobs.await_held(consumer.world, point, within=READY_WITHIN)
    await consumer.api.waiting_for(occurrence)
    described = await described_executions(up)
    assert any(b"create_vnfc" in one for one in described), "nothing was under way"
    knobs.release(consumer.world, point)
    await consumer.settled(occurrence)
    return described


async def a_cloud_repeats_the_password(consumer: Consumer, keystone: Parrot) -> None:
    """In the error that every call ends with."""
    cloud = {"vimType": "openstack", "interfaceInfo": {"endpoint": keystone.url}, "accessInfo": ACCESS}
    await consumer.api.post(VIMS, {"id": "parrot", **cloud})
    await consumer.refused(f"{VIMS}/parrot/check", {})
    vnf = await consumer.vnf()
    brought = {"vimConnectionInfo": {"cloud": {"vimId": "cloud", **cloud}}}
    ended = await consumer.perform(vnf, "instantiate", {**INSTANTIATE, **brought})
    assert (ended["operationState"], "bad: " in ended["error"]["detail"]) == ("ROLLED_BACK", True)


async def requests_are_refused(consumer: Consumer) -> None:
    """Whose credentials are not where they belong, or not as they should be."""
    vnf = await consumer.vnf()
    told = {"vimType": "openstack", "interfaceInfo": {"endpoint": f"http://nfv:{CANARY}@127.0.0.1:9/v3"}}
    for cloud in (
        {**told, "accessInfo": ACCESS},
        {"vimType": "openstack", "accessInfo": {"password": [CANARY]}},
        {"vimType": "openstack", "accessInfo": CANARY},
        {"vimType": "unheard of", "accessInfo": ACCESS},
    ):
        await consumer.refused(VIMS, {"id": "refused", **cloud})
        request = {**INSTANTIATE, "vimConnectionInfo": {"cloud": cloud}}
        await consumer.refused(f"{INSTANCES}/{vnf}/instantiate", request)
    only_told = {"vimConnectionInfo": {"registered": {"vimId": "registered", **told}}}
    await consumer.refused(f"{INSTANCES}/{vnf}/instantiate", {**INSTANTIATE, **only_told})


async def everything_is_read(consumer: Consumer) -> None:
    """Every list, and every resource of one."""
    for path in (INSTANCES, OCCURRENCES, VIMS, PACKAGES, RESERVATIONS, REPORTS):
        listed = await consumer.api.get(path)
        for one in listed:
            if "id" in one and path not in {RESERVATIONS, REPORTS}:
                await consumer.api.get(f"{path}/{one['id']}")
    for occurrence in await consumer.api.get(OCCURRENCES):
        await consumer.api.progress(occurrence["id"])


async def recorded_executions(up: Up) -> list[bytes]:
    """Every history, as it is and with its payloads as they were before they were encoded."""
    client = await temporal(up)
    histories = [
        await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        async for one in client.list_workflows()
    ]
    assert len(histories) > len(operations())
    return [*(read(history) for history in histories), *await described_executions(up)]


async def described_executions(up: Up) -> list[bytes]:
    """Memo, search attributes, pending activities with their heartbeats and failures."""
    client = await temporal(up)
    return [
        (await client.get_workflow_handle(one.id, run_id=one.run_id).describe()).raw_description.SerializeToString()
        async for one in client.list_workflows()
    ]


async def temporal(up: Up) -> Client:
    return await Client.connect(up.settings.temporal_address, namespace=up.settings.namespace)


def read(history: WorkflowHistory) -> bytes:
    """Every byte of a history; a payload's data stands in it as it is."""
    return b"".join(event.SerializeToString() for event in history.events)


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_committed_history_has_no_credential(file: Path) -> None:
    """The stand on which they are recorded reaches its cloud with the canary."""
    assert not sings(read(history(file)))
