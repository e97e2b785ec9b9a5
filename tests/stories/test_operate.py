"""Starting and stopping a VNF, or some of its VNFCs: what happens to them, what is recorded, and the way back."""

from collections.abc import Iterable
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import journal
from manoflow.domain.cloud import Power
from manoflow.domain.errors import QuotaError
from manoflow.domain.identity import place_id
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VerdictKind, VnfLcmOpOcc
from manoflow.domain.topology import VnfcElement
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, OPERATIONS, TERMINATE
from tests.stand import HASTY, TEST_TIMINGS, VIM, Stand
from tests.stories.test_a_step_that_failed import striking_at
from tests.striking import Strike, Striking

OPERATE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.OPERATE)
FIRST, SECOND = "vnfc/app/0", "vnfc/app/1"
RUNS, DOES_NOT = {FIRST: Power.STARTED, SECOND: Power.STARTED}, {FIRST: Power.STOPPED, SECOND: Power.STOPPED}
IMPATIENT = TEST_TIMINGS.model_copy(update={"creation": HASTY.model_copy(update={"attempt": 0.4, "budget": 0.5})})


async def pair(bench: Stand, name: str) -> VnfInstance:
    """A VNF of two VNFCs."""
    instance = await bench.instance(name)
    done = await bench.perform(INSTANTIATE, instance, instantiationLevelId="pair")
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    return instance


async def operated(bench: Stand, instance: VnfInstance, state: str, vnfcs: Iterable[str] = ()) -> VnfLcmOpOcc:
    ids = [place_id(instance.id, vnfc) for vnfc in vnfcs]
    asked = {"changeStateTo": state, "stopType": "GRACEFUL" if state == "STOPPED" else None, "vnfcInstanceId": ids}
    return await bench.perform(OPERATE, instance, **asked)


def must_complete(occurrence: VnfLcmOpOcc) -> None:
    assert occurrence.operation_state is LcmOperationState.COMPLETED, occurrence.error


async def world_of(bench: Stand, instance: VnfInstance) -> dict[str, Power | None]:
    """The power that servers have, by the places that the record has them in."""
    driver = await bench.vims.driver(VIM)
    power = {server.uid: server.power for server in await driver.servers.of_vnf(instance.id)}
    return {row.key: power[row.uid] for row in await bench.records.resources(instance.id) if row.uid in power}


async def wanted(bench: Stand, instance: VnfInstance) -> dict[str, Power]:
    """The power that the record says VNFCs are to have."""
    rows = await bench.records.resources(instance.id)
    return {row.key: row.element.power for row in rows if isinstance(row.element, VnfcElement)}


async def seen(bench: Stand, instance: VnfInstance) -> dict[str, Power | None]:
    """The power that the record says they were last seen with."""
    rows = await bench.records.resources(instance.id)
    return {row.key: row.observed.power for row in rows if isinstance(row.element, VnfcElement)}


async def must_be(bench: Stand, instance: VnfInstance, power: dict[str, Power]) -> None:
    assert await world_of(bench, instance) == await seen(bench, instance) == await wanted(bench, instance) == power


async def uid_of_vnfc(bench: Stand, instance: VnfInstance, key: str) -> UUID:
    return next(row.uid for row in await bench.records.resources(instance.id) if row.key == key)


async def test_a_vnf_is_stopped_and_started_again(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "whole")
        before = bench.there()
        must_complete(stopped := await operated(bench, instance, "STOPPED"))
        await must_be(bench, instance, DOES_NOT)
        must_complete(await operated(bench, instance, "STOPPED"))
        assert len(journal(bench.world, "servers.stop")) == 2
        must_complete(await operated(bench, instance, "STARTED"))
        await must_be(bench, instance, RUNS)
        affected = await bench.records.affected(stopped.id)
        must_complete(await bench.perform(TERMINATE, instance))
    assert [(one.change, one.key) for one in affected] == [("MODIFIED", FIRST), ("MODIFIED", SECOND)]
    assert len(before) > len(bench.there()) == 0


async def test_a_vnfc_that_is_named_is_stopped_and_no_other(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "one")
        must_complete(await operated(bench, instance, "STOPPED", [SECOND]))
        await must_be(bench, instance, {FIRST: Power.STARTED, SECOND: Power.STOPPED})
        must_complete(await operated(bench, instance, "STARTED"))
        await must_be(bench, instance, RUNS)


async def test_a_server_that_ended_by_itself_is_started_though_it_is_recorded_as_running(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "ended")
        driver = await bench.vims.driver(VIM)
        for server in await driver.servers.of_vnf(instance.id):
            await driver.servers.stop(server)
        must_complete(await operated(bench, instance, "STARTED"))
        await must_be(bench, instance, RUNS)


async def test_a_vnfc_that_there_is_not_ends_it_before_anything_is_touched(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "stranger")
        done = await operated(bench, instance, "STOPPED", ["vnfc/app/7"])
        await must_be(bench, instance, RUNS)
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert f"cannot operate VNFC {place_id(instance.id, 'vnfc/app/7')}" in done.error.detail


@pytest.mark.parametrize("first", [Power.STARTED, Power.STOPPED])
@pytest.mark.parametrize("verdict", [VerdictKind.RETRY, VerdictKind.ROLLBACK])
async def test_half_way_there_is_a_way_on_and_a_way_back_to_what_was_before(
    bench: Stand, verdict: VerdictKind, first: Power
) -> None:
    """Before, one runs or does not; the other is refused."""
    async with bench.working():
        instance = await pair(bench, "half")
        if first is Power.STOPPED:
            must_complete(await operated(bench, instance, "STOPPED", [FIRST]))
        before = {**RUNS, FIRST: first}
        refused = await uid_of_vnfc(bench, instance, SECOND)
        knobs.fail(bench.world, "servers.stop", QuotaError("cannot stop it: policy"), matching=str(refused))
        parked = await operated(bench, instance, "STOPPED")
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        await must_be(bench, instance, {FIRST: Power.STOPPED, SECOND: Power.STARTED})
        await bench.decide(parked, verdict)
        done = await bench.settled(parked.id)
        assert not (await bench.records.occurrence(parked.id)).is_open, done.error
        await must_be(bench, instance, DOES_NOT if verdict is VerdictKind.RETRY else before)
        left = {one.key for one in await bench.records.affected(parked.id)}
    assert left == ({FIRST, SECOND} if verdict is VerdictKind.RETRY else set())


async def test_what_took_effect_and_failed_is_undone_as_well(bench: Stand) -> None:
    striking = Striking(striking_at({f"change_vnfc:{FIRST}": Strike.AFTER, f"restore_vnfc:{FIRST}": Strike.LOST}))
    async with bench.working(striking):
        instance = await pair(bench, "undone")
        parked = await operated(bench, instance, "STOPPED")
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert await world_of(bench, instance) == DOES_NOT
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(parked.id)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        await must_be(bench, instance, RUNS)


async def test_a_server_that_vanished_parks_it_says_what_to_do_and_does_not_hinder_a_rollback(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "vanished")
        knobs.vanish(bench.world, await uid_of_vnfc(bench, instance, SECOND))
        parked = await operated(bench, instance, "STOPPED")
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.error is not None
        assert f"cannot have {SECOND}" in parked.error.detail
        assert "heal it" in parked.error.detail
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(parked.id)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        assert await world_of(bench, instance) == {FIRST: Power.STARTED}
        assert await wanted(bench, instance) == RUNS


async def test_one_that_was_stopped_and_vanished_before_the_rollback_is_to_run_again(bench: Stand) -> None:
    async with bench.working():
        instance = await pair(bench, "lost")
        first = await uid_of_vnfc(bench, instance, SECOND)
        knobs.fail(bench.world, "servers.stop", QuotaError("cannot stop it: policy"), matching=str(first))
        parked = await operated(bench, instance, "STOPPED")
        knobs.vanish(bench.world, await uid_of_vnfc(bench, instance, FIRST))
        await bench.decide(parked, VerdictKind.ROLLBACK)
        done = await bench.settled(parked.id)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        assert await world_of(bench, instance) == {SECOND: Power.STARTED}
        assert await wanted(bench, instance) == RUNS


async def test_one_that_stalls_parks_it_and_a_retry_finds_it_ended(bench: Stand) -> None:
    async with bench.working(timings=IMPATIENT):
        instance = await pair(bench, "stalls")
        stalled = knobs.stall(bench.world, "servers.stop")
        parked = await operated(bench, instance, "STOPPED")
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.error is not None
        assert "is still BUILDING" in parked.error.detail
        knobs.release(bench.world, stalled)
        await bench.decide(parked, VerdictKind.RETRY)
        must_complete(await bench.settled(parked.id))
        await must_be(bench, instance, DOES_NOT)
    assert len(journal(bench.world, "servers.stop")) == 2
