"""Drift is told for what it is, never written, never told while an operation works; the proposed heal mends it."""

from uuid import UUID, uuid4

import httpx

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.world import visit
from manoflow.domain.cloud import NewStorage
from manoflow.domain.identity import place_id
from manoflow.domain.lcm import LcmOperationState, LcmOperationType
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, OPERATIONS, TERMINATE, prepared
from tests.stand import VIM, Stand
from tests.stories.planning import Json, Planner, planning

HEAL = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.HEAL)
OPERATE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.OPERATE)


async def asked(planner: Planner, instance: VnfInstance) -> httpx.Response:
    return await planner.http.get(f"/manoflow/v1/vnf_instances/{instance.id}/drift")


async def drift(planner: Planner, instance: VnfInstance) -> Json:
    answer = await asked(planner, instance)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def uid(bench: Stand, instance: VnfInstance, key: str) -> UUID:
    return next(row.uid for row in await bench.records.resources(instance.id) if row.key == key)


def changed(bench: Stand, statement: str, *values: object) -> None:
    """Have somebody change the cloud behind our back."""
    with visit(bench.world) as connection:
        assert connection.execute(statement, values).rowcount == 1


async def test_there_is_none_where_nothing_happened(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("calm")
        assert (await drift(planner, instance))["drifted"] == []
        for operation in (INSTANTIATE, HEAL, OPERATE, TERMINATE):
            done = await bench.perform(operation, instance)
            assert done.operation_state is LcmOperationState.COMPLETED, done.error
            found = await drift(planner, instance)
            assert found["drifted"] == []
            assert "heal" not in found


async def test_what_is_gone_is_missing_and_the_proposed_heal_brings_it_back(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, HEAL, "gone")
        knobs.vanish(bench.world, await uid(bench, instance, "vnfc/app/0"))
        before = await bench.records.world(instance.id)
        found = await drift(planner, instance)
        (one,) = found["drifted"]
        assert (one["drift"], one["key"], one["healed"]) == ("MISSING", "vnfc/app/0", True)
        assert one["vnfcInstanceId"] == str(place_id(instance.id, "vnfc/app/0"))
        assert await bench.records.world(instance.id) == before
        assert len(await bench.records.occurrences(instance.id)) == 1
        plan = await planner.http.post(
            "/manoflow/v1/plans",
            json={"vnfInstanceId": str(instance.id), "operation": "HEAL", "request": found["heal"]},
        )
        await planner.executed(plan.json())
        assert (await drift(planner, instance))["drifted"] == []


async def test_what_was_stopped_is_altered_and_healed(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, HEAL, "stopped")
        driver = await bench.vims.driver(VIM)
        (server,) = await driver.servers.of_vnf(instance.id)
        await driver.servers.stop(server)
        (one,) = (await drift(planner, instance))["drifted"]
        power = {"attribute": "power", "recorded": "started", "observed": "stopped"}
        assert (one["drift"], one["differences"], one["healed"]) == ("ALTERED", [power], True)


async def test_what_was_changed_and_works_is_altered_and_no_heal_is_proposed(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, HEAL, "renamed")
        port, server = await uid(bench, instance, "port/app/0/app_mgmt"), await uid(bench, instance, "vnfc/app/0")
        changed(bench, "UPDATE ports SET mac_address = ? WHERE uid = ?", "02:00:00:00:00:07", str(port))
        changed(bench, "UPDATE servers SET name = ? WHERE uid = ?", "mine", str(server))
        found = await drift(planner, instance)
        told = {
            one["key"]: {each["attribute"]: each["observed"] for each in one["differences"]} for one in found["drifted"]
        }
        assert told == {"port/app/0/app_mgmt": {"macAddress": "02:00:00:00:00:07"}, "vnfc/app/0": {"name": "mine"}}
        assert {one["healed"] for one in found["drifted"]} == {False}
        assert "heal" not in found


async def test_what_bears_the_tag_and_is_not_recorded_is_unexpected(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance, other = await prepared(bench, HEAL, "tagged"), await bench.instance("other")
        driver = await bench.vims.driver(VIM)
        strange = {
            owner.id: await driver.storages.create(
                NewStorage(uid=uuid4(), vnf_instance_id=owner.id, lcm_op_occ_id=uuid4(), name="strange", size_gib=1)
            )
            for owner in (instance, other)
        }
        found = await drift(planner, instance)
        (one,) = found["drifted"]
        assert (one["drift"], one["uid"], one["healed"]) == ("UNEXPECTED", str(strange[instance.id].uid), False)
        assert "heal" not in found


async def test_it_is_not_told_while_an_operation_works(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("busy")
        knobs.break_down(bench.world, "servers.create", "No valid host was found")
        parked = await bench.perform(INSTANTIATE, instance)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        answer = await asked(planner, instance)
        assert (answer.status_code, str(parked.id) in answer.json()["detail"]) == (409, True)
        refused = await planner.asked(TERMINATE, instance)
        assert (refused.status_code, str(parked.id) in refused.json()["detail"]) == (409, True)
