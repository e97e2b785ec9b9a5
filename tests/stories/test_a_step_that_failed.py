"""Steps that fail for good: what they leave, a rollback that fails itself, and who may begin next."""

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import ConflictError, QuotaError, UnreachableError
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.stand import HASTY, TEST_TIMINGS, VIM, Stand
from tests.striking import Rule, Strike, Striking


def striking_at(points: dict[str, Strike]) -> Rule:
    """Strike each point once, whatever operation it belongs to."""

    def rule(_workflow: str, point: str, _attempt: int) -> Strike | None:
        struck = next((known for known in points if point.startswith(known)), None)
        return points.pop(struck) if struck else None

    return rule


async def parked(bench: Stand, instance: VnfInstance) -> VnfLcmOpOcc:
    occurrence = await bench.perform(INSTANTIATE, instance)
    assert occurrence.operation_state is LcmOperationState.FAILED_TEMP, occurrence.error
    return occurrence


async def decided(bench: Stand, occurrence: VnfLcmOpOcc, kind: VerdictKind) -> VnfLcmOpOcc:
    await bench.decide(occurrence, kind)
    return await bench.settled(occurrence.id)


async def must_terminate(bench: Stand, instance: VnfInstance) -> None:
    ended = await bench.perform(TERMINATE, instance)
    assert ended.operation_state is LcmOperationState.COMPLETED, ended.error
    assert bench.there() == set()
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED


async def test_a_broken_server_is_owned_after_fail_and_can_be_terminated(bench: Stand) -> None:
    knobs.break_down(bench.world, "servers.create", "No valid host was found")
    async with bench.working():
        instance = await bench.instance("broken")
        occurrence = await parked(bench, instance)
        assert occurrence.error is not None
        assert "No valid host was found" in occurrence.error.detail
        done = await decided(bench, occurrence, VerdictKind.FAIL)
        assert done.operation_state is LcmOperationState.FAILED
        assert await bench.recorded(instance) == bench.there()
        await must_terminate(bench, instance)


async def test_what_cannot_be_looked_at_is_recorded_as_unknown_and_removed_later(bench: Stand) -> None:
    striking = Striking(striking_at({"create_vnfc:": Strike.AFTER, "look:": Strike.BEFORE}))
    async with bench.working(striking):
        instance = await bench.instance("unknown")
        occurrence = await parked(bench, instance)
        states = {row.key: row.observed.state for row in await bench.records.resources(instance.id)}
        assert states["vnfc/app/0"] is ResourceState.UNKNOWN
        await decided(bench, occurrence, VerdictKind.FAIL)
        await must_terminate(bench, instance)


async def test_a_failure_that_left_nothing_leaves_the_instance_not_instantiated(bench: Stand) -> None:
    knobs.fail(bench.world, "images.create", QuotaError("cannot make image: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("nothing")
        await decided(bench, await parked(bench, instance), VerdictKind.FAIL)
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED
    await bench.records.delete_instance(instance.id)


@pytest.mark.parametrize("then", [VerdictKind.RETRY, VerdictKind.ROLLBACK])
async def test_a_rollback_that_fails_waits_for_another_verdict(bench: Stand, then: VerdictKind) -> None:
    points = {"create_vnfc:": Strike.AFTER, "delete_storage:": Strike.BEFORE}
    async with bench.working(Striking(striking_at(points))):
        instance = await bench.instance("stuck")
        occurrence = await decided(bench, await parked(bench, instance), VerdictKind.ROLLBACK)
        assert occurrence.operation_state is LcmOperationState.FAILED_TEMP
        assert occurrence.error is not None
        assert "delete_storage" in occurrence.error.detail
        done = await decided(bench, occurrence, then)
    expected = {
        VerdictKind.RETRY: LcmOperationState.COMPLETED,
        VerdictKind.ROLLBACK: LcmOperationState.ROLLED_BACK,
    }
    assert done.operation_state is expected[then], done.error
    assert bench.there() == await bench.recorded(instance)
    assert duplicates(bench.world) == ()


async def test_a_cloud_that_does_not_answer_parks_the_operation_with_what_it_said(bench: Stand) -> None:
    knobs.fail(bench.world, "ports.create", UnreachableError("cannot reach Neutron: 503"), times=None)
    impatient = TEST_TIMINGS.model_copy(update={"quick": HASTY.model_copy(update={"budget": 0.3})})
    async with bench.working(timings=impatient):
        occurrence = await parked(bench, await bench.instance("unreachable"))
        assert occurrence.error is not None
        assert "cannot reach Neutron: 503" in occurrence.error.detail
        knobs.clear(bench.world)
        done = await decided(bench, occurrence, VerdictKind.RETRY)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error


async def test_a_retry_makes_again_what_somebody_removed_while_it_was_parked(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("robbed")
        occurrence = await parked(bench, instance)
        driver = await bench.vims.driver(VIM)
        (storage,) = await driver.storages.of_vnf(instance.id)
        await driver.storages.delete(storage)
        assert storage.uid not in bench.there()
        done = await decided(bench, occurrence, VerdictKind.RETRY)
    assert done.operation_state is LcmOperationState.COMPLETED, done.error
    assert storage.uid in bench.there()
    assert bench.there() == await bench.recorded(instance)


async def test_a_parked_operation_holds_its_instance_and_names_the_ways_out(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("held")
        occurrence = await parked(bench, instance)
        with pytest.raises(ConflictError, match=f"{occurrence.id}.*retry.*rollback.*fail"):
            await bench.ask(TERMINATE, instance)


async def test_the_second_of_two_verdicts_is_refused(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("twice")
        occurrence = await parked(bench, instance)
        await decided(bench, occurrence, VerdictKind.ROLLBACK)
        with pytest.raises(ConflictError):
            await bench.decide(occurrence, VerdictKind.RETRY)


async def test_a_refused_grant_ends_rolled_back_with_the_reason(bench: Stand) -> None:
    async with bench.working():
        instance = await bench.instance("refused")
        links = [{"id": "m", "resourceId": "nowhere", "extCps": [{"cpdId": "app_mgmt", "cpConfig": {"a": {}}}]}]
        done = await bench.perform(INSTANTIATE, instance, extVirtualLinks=links)
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "cannot connect to external network nowhere" in done.error.detail
    assert bench.there() == set()
