"""Modifying what is said about a VNF: all of it when the operation completes, and nothing before or otherwise."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import InstantiationState, LcmOperationState, LcmOperationType, VnfLcmOpOcc
from manoflow.domain.packages import OperationalState, VnfPackage
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, OPERATIONS, TERMINATE
from tests.reference import reference_package
from tests.stand import Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

MODIFY = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.MODIFY_INFO)
PLANNED = "plan_modification:MODIFY_INFO"
ENDING = "project:3"
"""The revision that says COMPLETED: the first was admission, the second PROCESSING."""


@contextlib.asynccontextmanager
async def held_at(bench: Stand, instance: VnfInstance, point: str, **patch: object) -> AsyncIterator[VnfLcmOpOcc]:
    """A modification that stands still at a point, and completes afterwards."""
    strike = Strike.HELD_AFTER if point == PLANNED else Strike.HELD_BEFORE
    striking = Striking(lambda _workflow, at, _attempt: strike if at == point else None)
    async with bench.working(striking):
        lcm_op_occ_id = await bench.ask(MODIFY, instance, **patch)
        hold = striking.holds[bench.history_id(instance), point]
        await asyncio.wait_for(hold.reached.wait(), timeout=60)
        yield await bench.records.occurrence(lcm_op_occ_id)
        hold.released.set()
        must_have_completed(await bench.settled(lcm_op_occ_id))


def must_have_completed(occurrence: VnfLcmOpOcc) -> None:
    assert occurrence.operation_state is LcmOperationState.COMPLETED, occurrence.error


async def second_package(bench: Stand) -> VnfPackage:
    """The same VNFD under another id, enabled."""
    first = reference_package()
    assert first.content is not None
    vnfd = first.content.vnfd.model_copy(update={"id": str(uuid4()), "software_version": "2.0"})
    content = first.content.model_copy(update={"vnfd": vnfd, "digest": "1" * 64})
    package = first.model_copy(update={"id": uuid4(), "content": content})
    await bench.records.add_package(package)
    return package


def disabled(package: VnfPackage) -> VnfPackage:
    return package.model_copy(update={"operational_state": OperationalState.DISABLED})


@pytest.mark.parametrize("point", [PLANNED, ENDING])
async def test_nothing_is_changed_before_completed(bench: Stand, point: str) -> None:
    before = await bench.instance("calm")
    async with held_at(bench, before, point, vnfInstanceName="renamed", metadata={"site": "south"}) as occurrence:
        assert occurrence.is_open
        assert await bench.records.instance(before.id) == before
    after = await bench.records.instance(before.id)
    assert (after.vnf_instance_name, after.metadata) == ("renamed", {"site": "south"})
    assert after.vnf_instance_description == "Serves the south"


@pytest.mark.parametrize("other", [MODIFY, INSTANTIATE], ids=lambda one: one.name)
async def test_another_operation_is_refused_meanwhile(bench: Stand, other: Operation) -> None:
    instance = await bench.instance("held")
    async with held_at(bench, instance, PLANNED) as occurrence:
        with pytest.raises(ConflictError, match=f"{occurrence.id} .MODIFY_INFO. holds it in state STARTING"):
            await bench.ask(other, instance)


async def test_a_modification_is_refused_while_something_else_holds_the_instance(bench: Stand) -> None:
    striking = Striking(lambda _workflow, at, _attempt: Strike.AFTER if at.startswith("create_vnfc:") else None)
    async with bench.working(striking):
        instance = await bench.instance("parked")
        parked = await bench.perform(INSTANTIATE, instance)
        with pytest.raises(ConflictError, match=f"{parked.id}.*retry.*rollback.*fail"):
            await bench.ask(MODIFY, instance)


async def test_of_many_at_once_one_wins(bench: Stand) -> None:
    async with bench.working():
        instance = await bench.instance("popular")
        asked = [bench.ask(MODIFY, instance, vnfInstanceName=f"name-{number}") for number in range(10)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        won = [answer for answer in answers if not isinstance(answer, BaseException)]
        assert [type(answer) for answer in answers if isinstance(answer, BaseException)] == [ConflictError] * 9
        must_have_completed(await bench.settled(won[0]))
    after = await bench.records.instance(instance.id)
    assert after.vnf_instance_name == f"name-{answers.index(won[0])}"


async def test_one_that_cannot_be_planned_ends_rolled_back_and_leaves_all_as_it_was(bench: Stand) -> None:
    async with bench.working():
        before = await bench.instance("lost")
        done = await bench.perform(MODIFY, before, vnfdId="nowhere", vnfInstanceName="renamed")
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "no VNF package with that vnfdId is onboarded" in done.error.detail
    assert await bench.records.instance(before.id) == before


async def test_an_instantiated_vnf_keeps_everything_else(bench: Stand) -> None:
    async with bench.working():
        instance = await bench.instance("busy")
        must_have_completed(await bench.perform(INSTANTIATE, instance, extensions={"colour": "blue"}))
        before, recorded = await bench.records.instance(instance.id), await bench.recorded(instance)
        must_have_completed(await bench.perform(MODIFY, instance, extensions={"colour": "red"}))
        after = await bench.records.instance(instance.id)
        assert (after.instantiation_state, after.state) == (InstantiationState.INSTANTIATED, before.state)
        assert await bench.recorded(instance) == recorded == bench.there()
        assert after.extensions == {"colour": "red"}
        must_have_completed(await bench.perform(TERMINATE, instance))


@pytest.mark.parametrize("point", [PLANNED, ENDING])
async def test_the_package_that_is_changed_to_stays_until_the_instance_uses_it(bench: Stand, point: str) -> None:
    instance, package = await bench.instance("moving"), await second_package(bench)
    assert package.content is not None
    assert not await bench.records.package_in_use(package.id)
    async with held_at(bench, instance, point, vnfdId=package.content.vnfd.id):
        assert await bench.records.package_in_use(package.id)
        await bench.records.change_package(package.id, disabled)
        with pytest.raises(ConflictError, match=f"VNF instance {instance.id} uses it"):
            await bench.records.delete_package(package.id)
    after = await bench.records.instance(instance.id)
    assert (after.vnf_pkg_id, after.vnf_software_version) == (package.id, "2.0")
    assert await bench.records.package_in_use(package.id)
    assert not await bench.records.package_in_use(instance.vnf_pkg_id)


async def test_a_package_that_was_disabled_meanwhile_is_not_changed_to(bench: Stand) -> None:
    instance, package = await bench.instance("late"), await second_package(bench)
    assert package.content is not None
    await bench.records.change_package(package.id, disabled)
    async with bench.working():
        done = await bench.perform(MODIFY, instance, vnfdId=package.content.vnfd.id)
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert not await bench.records.package_in_use(package.id)
    await bench.records.delete_package(package.id)
