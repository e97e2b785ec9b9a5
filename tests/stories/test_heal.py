"""Healing: what is named, or is found not to be well, gets another incarnation; everything else stays."""

from uuid import UUID

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.driver import FakeDriver
from manoflow.domain.capacity import Measure
from manoflow.domain.cloud import VimResource
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, OPERATIONS
from tests.stand import VIM, Stand

HEAL = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.HEAL)


async def pair(bench: Stand, name: str) -> VnfInstance:
    """An instance of two VNFCs."""
    instance = await bench.instance(name)
    done = await bench.perform(INSTANTIATE, instance, instantiationLevelId="pair")
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    return instance


async def healed(bench: Stand, instance: VnfInstance, **changes: object) -> VnfLcmOpOcc:
    done = await bench.perform(HEAL, instance, **{"additionalParams": {}, **changes})
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert await bench.recorded(instance) <= bench.there()
    return done


async def places(bench: Stand, instance: VnfInstance) -> dict[str, Resource]:
    return {row.key: row for row in await bench.records.resources(instance.id)}


def replaced(before: dict[str, Resource], after: dict[str, Resource]) -> set[str]:
    assert before.keys() == after.keys()
    return {key for key in before if before[key].uid != after[key].uid}


async def vanish(bench: Stand, row: Resource) -> None:
    """Have somebody remove it behind our back."""
    driver = await bench.vims.driver(VIM)
    assert isinstance(driver, FakeDriver)
    deletes = {Kind.VNFC: driver.servers.delete, Kind.PORT: driver.ports.delete, Kind.STORAGE: driver.storages.delete}
    await deletes[row.kind](row.observed)


async def test_a_vnf_that_is_well_is_left_alone(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "well")
        before = await places(bench, instance)
        done = await healed(bench, instance)
        assert replaced(before, await places(bench, instance)) == set()
        assert await bench.records.affected(done.id) == []


async def test_a_server_deleted_behind_our_back_comes_back_in_its_place(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "gone")
        before = await places(bench, instance)
        await vanish(bench, before["vnfc/app/1"])
        done = await healed(bench, instance)
        after = await places(bench, instance)
    assert replaced(before, after) == {"vnfc/app/1", "storage/app/1/app_data"}
    changed = {(row.change, row.key) for row in await bench.records.affected(done.id) if row.kind is Kind.VNFC}
    assert changed == {("REMOVED", "vnfc/app/1"), ("ADDED", "vnfc/app/1")}


async def test_storages_stay_where_that_is_asked(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "kept")
        before = await places(bench, instance)
        await vanish(bench, before["vnfc/app/0"])
        await healed(bench, instance, additionalParams={"keepStorages": True})
        assert replaced(before, await places(bench, instance)) == {"vnfc/app/0"}


async def test_a_named_vnfc_is_replaced_though_it_is_well_and_no_other_is(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "named")
        before = await places(bench, instance)
        await vanish(bench, before["vnfc/app/0"])
        named = [str(place_id(instance.id, "vnfc/app/1"))]
        await bench.perform(HEAL, instance, additionalParams={}, vnfcInstanceId=named)
        assert replaced(before, await places(bench, instance)) == {"vnfc/app/1", "storage/app/1/app_data"}


async def test_a_vnfc_that_there_is_not_is_refused_before_anything_is_touched(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "unknown")
        before = await places(bench, instance)
        unknown = UUID(int=7)
        done = await bench.perform(HEAL, instance, additionalParams={}, vnfcInstanceId=[str(unknown)])
        assert done.operation_state is LcmOperationState.ROLLED_BACK
        assert done.error is not None
        assert f"cannot heal VNFC {unknown}" in done.error.detail
        assert replaced(before, await places(bench, instance)) == set()


async def test_a_port_that_vanished_comes_back_with_its_address_and_takes_its_vnfc_along(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "port")
        before = await places(bench, instance)
        port = before["port/app/0/app_mgmt"]
        await bench_without_port(bench, port)
        await healed(bench, instance)
        after = await places(bench, instance)
    assert replaced(before, after) == {"port/app/0/app_mgmt", "vnfc/app/0", "storage/app/0/app_data"}
    assert _identity(after[port.key].observed) == _identity(port.observed)


async def bench_without_port(bench: Stand, port: Resource) -> None:
    """Its server goes first, as a cloud would not let go of a port in use."""
    server = (await places(bench, await bench.records.instance(port.vnf_instance_id)))["vnfc/app/0"]
    await vanish(bench, server)
    await vanish(bench, port)


def _identity(port: VimResource) -> tuple[object, ...]:
    return (port.mac_address, {address.ip_address for address in port.addresses})


async def test_every_vnfc_is_replaced_where_that_is_asked(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "all")
        before = await places(bench, instance)
        await healed(bench, instance, additionalParams={"all": True, "keepStorages": True})
        assert replaced(before, await places(bench, instance)) == {"vnfc/app/0", "vnfc/app/1"}


async def test_an_image_that_vanished_is_put_there_again_under_its_uid(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "image")
        before = await places(bench, instance)
        (image,) = [row for row in before.values() if row.kind is Kind.IMAGE]
        driver = await bench.vims.driver(VIM)
        await driver.images.delete(image.observed)
        await healed(bench, instance)
        after = await places(bench, instance)
        assert replaced(before, after) == set()
        assert after[image.key].vim_id != image.vim_id
        assert [one.vim_id for one in await driver.images.find(image.uid)] == [after[image.key].vim_id]


async def test_a_replacement_that_fails_is_parked_and_cannot_be_undone(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "stuck")
        before = await places(bench, instance)
        await vanish(bench, before["vnfc/app/0"])
        knobs.break_down(bench.world, "servers.create", "No valid host was found")
        parked = await bench.perform(HEAL, instance, additionalParams={})
        assert parked.operation_state is LcmOperationState.FAILED_TEMP, parked.error
        assert parked.point_of_no_return is not None


async def test_healing_takes_no_room_that_it_does_not_need(bench: Stand) -> None:
    """At full quota a replacement fits in the place of what it replaces."""
    async with bench.working():
        instance = await pair(bench, "full")
        before = await places(bench, instance)
        knobs.limit(bench.world, Measure.SERVERS, 2)
        await healed(bench, instance, additionalParams={"all": True})
        assert "vnfc/app/0" in replaced(before, await places(bench, instance))


@pytest.mark.parametrize(
    "params", [{"all": "yes"}, {"keepStorages": 1}, {"all": True, "named": True}], ids=["all", "keepStorages", "both"]
)
async def test_what_makes_no_sense_is_refused(bench: Stand, params: dict[str, object]) -> None:
    async with bench.working():
        instance = await pair(bench, "nonsense")
        named = [str(place_id(instance.id, "vnfc/app/0"))] if params.pop("named", False) else []
        done = await bench.perform(HEAL, instance, additionalParams=params, vnfcInstanceId=named)
        assert done.operation_state is LcmOperationState.ROLLED_BACK
        assert done.error is not None
        assert done.error.detail.startswith("cannot")
