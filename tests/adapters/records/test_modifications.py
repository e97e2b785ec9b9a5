"""A modification is written with the state COMPLETED: the instance, what is announced, and the package in use."""

from uuid import uuid4

import pytest

from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.tables import notifications
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import LcmOperationState, LcmOperationType
from manoflow.domain.packages import OperationalState, VnfPackage
from manoflow.domain.plan import Plan
from manoflow.domain.planning import plan_to_modify
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnf_info import VnfInfoModifications
from manoflow.ports.records import Records
from tests.adapters.records.run import Run
from tests.reference import reference_package

FINAL = [LcmOperationState.COMPLETED, LcmOperationState.ROLLED_BACK, LcmOperationState.FAILED]


@pytest.fixture
async def second(records: Records) -> VnfPackage:
    first = reference_package()
    assert first.content is not None
    vnfd = first.content.vnfd.model_copy(update={"id": "vnfd-2"})
    package = first.model_copy(update={"id": uuid4(), "content": first.content.model_copy(update={"vnfd": vnfd})})
    await records.add_package(package)
    return package


async def planned(records: Records, instance: VnfInstance, **changes: object) -> tuple[Run, Plan]:
    """A modification whose plan is recorded."""
    run = await Run.begin(records, instance, LcmOperationType.MODIFY_INFO)
    plan = plan_to_modify(run.occurrence, instance, VnfInfoModifications.model_validate(changes))
    return run, await records.save_plan(plan)


async def bodies(url: str) -> list[dict[str, object]]:
    database = Database(url, DEFAULT_TENANT)
    async with database.reading() as tx:
        rows = await tx.rows(notifications)
    await database.close()
    return [row["body"] for row in rows]


@pytest.mark.parametrize("state", FINAL)
async def test_the_instance_and_what_is_announced_change_at_completed_only(
    records: Records, url: str, instance: VnfInstance, state: LcmOperationState
) -> None:
    run, _ = await planned(records, instance, vnfInstanceName=None, metadata={"site": "south"})
    await run.enter(LcmOperationState.PROCESSING)
    assert await records.instance(instance.id) == instance
    await run.enter(state)
    changed = {"vnf_instance_name": None, "metadata": {"site": "south"}} if state is FINAL[0] else {}
    assert await records.instance(instance.id) == instance.model_copy(update=changed)
    *before, last = await bodies(url)
    assert not any("changedInfo" in body for body in before)
    assert last.get("changedInfo") == ({"metadata": {"site": "south"}} if state is FINAL[0] else None)


async def test_one_and_true_are_two_values(records: Records, instance: VnfInstance) -> None:
    for value in (1, True):
        run, _ = await planned(records, instance, metadata={"a": value})
        await run.enter(LcmOperationState.COMPLETED)
        assert (await records.instance(instance.id)).metadata["a"] is value


async def test_a_recorded_modification_is_read_as_it_was_written(records: Records, instance: VnfInstance) -> None:
    _, plan = await planned(records, instance, vnfInstanceName=None)
    read = (await records.plan(plan.id)).modification
    assert read is not None
    assert read.model_fields_set == {"vnf_instance_name"}


async def test_a_package_is_in_use_from_the_plan_on_and_as_long_as_the_operation_is_open(
    records: Records, instance: VnfInstance, second: VnfPackage
) -> None:
    run, _ = await planned(records, instance, vnfPkgId=second.id)
    assert await records.package_in_use(second.id)
    await run.enter(LcmOperationState.ROLLED_BACK)
    assert not await records.package_in_use(second.id)
    assert await records.package_in_use(instance.vnf_pkg_id)


async def test_a_package_that_is_disabled_cannot_be_planned_but_what_is_planned_stays(
    records: Records, instance: VnfInstance, second: VnfPackage
) -> None:
    def disabled(package: VnfPackage) -> VnfPackage:
        return package.model_copy(update={"operational_state": OperationalState.DISABLED})

    run, plan = await planned(records, instance, vnfPkgId=second.id)
    await records.change_package(second.id, disabled)
    assert await records.save_plan(plan) == plan
    await run.enter(LcmOperationState.ROLLED_BACK)
    with pytest.raises(ConflictError, match="enable it first"):
        await planned(records, instance, vnfPkgId=second.id)
