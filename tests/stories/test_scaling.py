"""Scaling: by steps and to levels, out and in; what fails is rolled back to what there was, or done in the end."""

from collections.abc import Sequence

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates
from manoflow.domain.capacity import Measure, ReservationState
from manoflow.domain.errors import QuotaError
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, LcmOperationType, VerdictKind, VnfLcmOpOcc
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Flavour, ScalingAspect, ScalingDelta, Vdu, VduCp
from tests.builders import save_package
from tests.laws.preparing import INSTANTIATE, OPERATIONS, TERMINATE
from tests.reference import reference_package
from tests.stand import VIM, Stand
from tests.striking import Strike, Striking

SCALE = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.SCALE)
TO_LEVEL = next(operation for operation in OPERATIONS if operation.operation is LcmOperationType.SCALE_TO_LEVEL)
OUT, IN = {"type": "SCALE_OUT"}, {"type": "SCALE_IN"}
COMPLETED, ROLLED_BACK = LcmOperationState.COMPLETED, LcmOperationState.ROLLED_BACK
FAILED_TEMP, FAILED = LcmOperationState.FAILED_TEMP, LcmOperationState.FAILED


async def instantiated(bench: Stand, name: str, **changes: object) -> VnfInstance:
    instance = await bench.instance(name)
    done = await bench.perform(INSTANTIATE, instance, **changes)
    assert done.operation_state is COMPLETED, done.error
    return instance


async def scaled(bench: Stand, instance: VnfInstance, **changes: object) -> VnfLcmOpOcc:
    done = await bench.perform(SCALE, instance, **changes)
    assert done.operation_state is COMPLETED, done.error
    return done


async def rows(bench: Stand, instance: VnfInstance) -> dict[str, Resource]:
    return {row.key: row for row in await bench.records.resources(instance.id)}


async def vnfcs(bench: Stand, instance: VnfInstance) -> set[str]:
    return {key for key, row in (await rows(bench, instance)).items() if row.kind is Kind.VNFC}


async def level(bench: Stand, instance: VnfInstance, aspect: str = "app_scale") -> int:
    state = (await bench.records.instance(instance.id)).state
    assert state is not None
    return state.scale_levels[aspect]


async def must_be_true(bench: Stand, instance: VnfInstance) -> None:
    """The record is the world, and nothing is there twice."""
    assert await bench.recorded(instance) == bench.there()
    assert duplicates(bench.world) == ()


async def decided(bench: Stand, occurrence: VnfLcmOpOcc, verdict: VerdictKind) -> VnfLcmOpOcc:
    assert occurrence.operation_state is FAILED_TEMP, occurrence.error
    await bench.decide(occurrence, verdict)
    return await bench.settled(occurrence.id)


def striking_at(*points: str, strike: Strike = Strike.BEFORE) -> Striking:
    """Strike each point once."""
    left = list(points)

    def rule(_workflow: str, point: str, _attempt: int) -> Strike | None:
        if point in left:
            left.remove(point)
            return strike
        return None

    return Striking(rule)


async def test_out_and_in_by_steps_leaves_what_was_there_as_it_was(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "steps")
        before = await rows(bench, instance)
        await scaled(bench, instance, **OUT, numberOfSteps=2)
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/app/1", "vnfc/app/2"}
        larger = await rows(bench, instance)
        assert {key: larger[key] for key in before} == before
        await must_be_true(bench, instance)
        await scaled(bench, instance, **IN)
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/app/1"}
        assert await level(bench, instance) == 1
        await must_be_true(bench, instance)
        await scaled(bench, instance, **IN)
        assert await rows(bench, instance) == before
        await must_be_true(bench, instance)


async def test_what_changes_is_told_and_only_that(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "told")
        out = await scaled(bench, instance, **OUT)
        back = await scaled(bench, instance, **IN)
    added = {(row.change, row.key) for row in await bench.records.affected(out.id)}
    removed = {(row.change, row.key) for row in await bench.records.affected(back.id)}
    places = {"vnfc/app/1", "storage/app/1/app_data", "port/app/1/app_mgmt", "port/app/1/app_internal"}
    assert added == {("ADDED", place) for place in places}
    assert removed == {("REMOVED", place) for place in places}


async def test_a_place_that_is_filled_again_gets_another_incarnation(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "again")
        await scaled(bench, instance, **OUT)
        first = (await rows(bench, instance))["vnfc/app/1"].uid
        await scaled(bench, instance, **IN)
        await scaled(bench, instance, **OUT)
        assert (await rows(bench, instance))["vnfc/app/1"].uid != first


async def test_what_does_not_fit_ends_rolled_back_with_the_numbers(bench: Stand) -> None:
    knobs.limit(bench.world, Measure.SERVERS, 2)
    async with bench.working():
        instance = await instantiated(bench, "full")
        before, known = await rows(bench, instance), await bench.records.instance(instance.id)
        done = await bench.perform(SCALE, instance, **OUT, numberOfSteps=2)
        assert done.operation_state is ROLLED_BACK
        assert done.error is not None
        assert "2 servers wanted, 1 of 2 free (1 in use, 0 reserved)" in done.error.detail
        assert (await rows(bench, instance), await bench.records.instance(instance.id)) == (before, known)
        await scaled(bench, instance, **OUT)
        await must_be_true(bench, instance)


async def test_out_reserves_what_it_adds_and_in_nothing(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "reserves")
        knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: no host"))
        out = await bench.perform(SCALE, instance, **OUT)
        held = {one.key: one.state for one in await bench.records.reservations(VIM) if one.lcm_op_occ_id == out.id}
        assert held.pop("vnfc/app/1") is ReservationState.RESERVED
        assert set(held) == {"storage/app/1/app_data", "port/app/1/app_mgmt", "port/app/1/app_internal"}
        await decided(bench, out, VerdictKind.ROLLBACK)
        assert await bench.records.reservations(VIM) == []
        await scaled(bench, instance, **OUT)
        knobs.fail(bench.world, "ports.delete", QuotaError("cannot delete port: forbidden"))
        back = await bench.perform(SCALE, instance, **IN)
        assert back.operation_state is FAILED_TEMP
        assert [one for one in await bench.records.reservations(VIM) if one.lcm_op_occ_id == back.id] == []
        await decided(bench, back, VerdictKind.RETRY)


async def test_a_failed_scale_out_is_rolled_back_to_what_there_was(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "out")
        before, known, there = await rows(bench, instance), await bench.records.instance(instance.id), bench.there()
        knobs.break_down(bench.world, "servers.create", "No valid host was found")
        parked = await bench.perform(SCALE, instance, **OUT, numberOfSteps=2)
        assert await level(bench, instance) == 0
        done = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert done.operation_state is ROLLED_BACK, done.error
        assert (await rows(bench, instance), await bench.records.instance(instance.id)) == (before, known)
        assert bench.there() == there


IN_STEPS = (
    "delete_vnfc:vnfc/app/2",
    "delete_port:port/app/2/app_mgmt",
    "delete_storage:storage/app/1/app_data",
)


@pytest.mark.parametrize("strike", [Strike.BEFORE, Strike.AFTER], ids=lambda strike: strike.name.lower())
@pytest.mark.parametrize("point", IN_STEPS)
async def test_a_scale_in_that_failed_half_way_is_rolled_back_by_making_anew(
    bench: Stand, point: str, strike: Strike
) -> None:
    """Some siblings of the step that failed are gone by then, others are not; all of a stage before it is gone."""
    async with bench.working(striking_at(point, strike=strike)):
        instance = await instantiated(bench, "in")
        await scaled(bench, instance, **OUT, numberOfSteps=2)
        before, known = await rows(bench, instance), await bench.records.instance(instance.id)
        parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
        assert parked.point_of_no_return is None
        done = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert done.operation_state is ROLLED_BACK, done.error
        after = await rows(bench, instance)
        assert {key: row.uid for key, row in after.items()} == {key: row.uid for key, row in before.items()}
        assert _identity(after.values()) == _identity(before.values())
        assert after["vnfc/app/1"].vim_id != before["vnfc/app/1"].vim_id
        assert after["vnfc/app/0"] == before["vnfc/app/0"]
        assert await bench.records.instance(instance.id) == known
        assert await bench.records.affected(done.id) == []
        await must_be_true(bench, instance)
        await scaled(bench, instance, **IN, numberOfSteps=2)
        await must_be_true(bench, instance)
        assert (await bench.perform(TERMINATE, instance)).operation_state is COMPLETED
        assert bench.there() == set()


def _identity(found: Sequence[Resource] | object) -> dict[str, object]:
    """What others know a port by."""
    assert not isinstance(found, str)
    return {
        row.key: (row.observed.addresses, row.observed.mac_address)
        for row in found  # type: ignore[attr-defined]
        if row.kind is Kind.PORT
    }


@pytest.mark.parametrize("then", [VerdictKind.RETRY, VerdictKind.ROLLBACK])
async def test_a_rollback_of_a_scale_in_that_fails_itself_may_still_go_both_ways(
    bench: Stand, then: VerdictKind
) -> None:
    points = ("delete_storage:storage/app/2/app_data", "create_vnfc:vnfc/app/2")
    async with bench.working() as _:
        instance = await instantiated(bench, "both")
        await scaled(bench, instance, **OUT, numberOfSteps=2)
    async with bench.working(striking_at(*points)):
        parked = await bench.perform(SCALE, instance, **IN, numberOfSteps=2)
        again = await decided(bench, parked, VerdictKind.ROLLBACK)
        assert again.operation_state is FAILED_TEMP
        assert await bench.recorded(instance) == bench.there()
        done = await decided(bench, again, then)
        assert done.operation_state is (COMPLETED if then is VerdictKind.RETRY else ROLLED_BACK), done.error
        await must_be_true(bench, instance)
        assert len(await vnfcs(bench, instance)) == (1 if then is VerdictKind.RETRY else 3)


@pytest.mark.parametrize("direction", [OUT, IN], ids=["out", "in"])
async def test_what_failed_is_retried_to_its_end(bench: Stand, direction: dict[str, str]) -> None:
    async with bench.working(striking_at("create_port:port/app/2/app_mgmt", "delete_port:port/app/1/app_mgmt")):
        instance = await instantiated(bench, "retried", instantiationLevelId="pair")
        parked = await bench.perform(SCALE, instance, **direction)
        done = await decided(bench, parked, VerdictKind.RETRY)
        assert done.operation_state is COMPLETED, done.error
        assert await level(bench, instance) == (2 if direction is OUT else 0)
        await must_be_true(bench, instance)


@pytest.mark.parametrize("direction", [OUT, IN], ids=["out", "in"])
async def test_what_was_given_up_is_mended_by_the_next(bench: Stand, direction: dict[str, str]) -> None:
    """The scale level is that of before, whatever was made or removed; the next operation counts from there."""
    async with bench.working(striking_at("create_vnfc:vnfc/app/3", "delete_port:port/app/1/app_mgmt")):
        instance = await instantiated(bench, "given-up", instantiationLevelId="pair")
        steps = 2 if direction is OUT else 1
        parked = await bench.perform(SCALE, instance, **direction, numberOfSteps=steps)
        done = await decided(bench, parked, VerdictKind.FAIL)
        assert done.operation_state is FAILED
        assert await level(bench, instance) == 1
        await must_be_true(bench, instance)
        await scaled(bench, instance, **OUT)
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/app/1", "vnfc/app/2"}
        assert not any(key.startswith("port/app/3") for key in await rows(bench, instance))
        await must_be_true(bench, instance)


def wide(flavour: Flavour) -> Flavour:
    """With a second VDU: `both` scales the two together, `db_scale` it alone."""
    (app,) = flavour.vdus
    db = Vdu(id="db", name="db", compute=app.compute, image=app.image, min_instances=1, max_instances=6)
    both = ScalingAspect(id="both", max_scale_level=2, steps=(ScalingDelta(instances={"app": 1, "db": 2}),))
    alone = ScalingAspect(id="db_scale", max_scale_level=2, steps=(ScalingDelta(instances={"db": 1}),))
    cp = VduCp(id="db_internal", vdu="db", virtual_link="internal")
    return flavour.model_copy(
        update={"vdus": (app, db), "cps": (*flavour.cps, cp), "aspects": (*flavour.aspects, both, alone)}
    )


async def of_wide(bench: Stand, name: str) -> VnfInstance:
    """An instance of a package whose flavour has two VDUs and three aspects."""
    package = reference_package()
    assert package.content is not None
    vnfd = package.content.vnfd
    described = vnfd.model_copy(update={"flavours": tuple(map(wide, vnfd.flavours))})
    content = package.content.model_copy(update={"vnfd": described})
    await save_package(bench.records, package.model_copy(update={"content": content}))
    return await instantiated(bench, name)


async def test_an_aspect_of_two_vdus_scales_both(bench: Stand) -> None:
    async with bench.working():
        instance = await of_wide(bench, "two")
        await scaled(bench, instance, **OUT, aspectId="both")
        await scaled(bench, instance, **OUT, aspectId="db_scale")
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/app/1", *(f"vnfc/db/{n}" for n in range(4))}
        await must_be_true(bench, instance)
        await scaled(bench, instance, **IN, aspectId="both")
        assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/db/0", "vnfc/db/1"}
        await must_be_true(bench, instance)


def to_level(**levels: int) -> dict[str, object]:
    infos = [{"aspectId": aspect, "scaleLevel": there} for aspect, there in levels.items()]
    return {"instantiationLevelId": None, "scaleInfo": infos}


@pytest.mark.parametrize("fails", [None, "create_vnfc:vnfc/db/2"], ids=["completes", "is rolled back"])
async def test_one_aspect_goes_up_while_another_goes_down(bench: Stand, fails: str | None) -> None:
    async with bench.working(striking_at(*([fails] if fails else []))):
        instance = await of_wide(bench, "crossing")
        await scaled(bench, instance, **OUT, numberOfSteps=2)
        before = await bench.recorded(instance)
        done = await bench.perform(TO_LEVEL, instance, **to_level(app_scale=0, db_scale=2))
        if fails:
            done = await decided(bench, done, VerdictKind.ROLLBACK)
            assert done.operation_state is ROLLED_BACK, done.error
            assert await bench.recorded(instance) == before
            assert await level(bench, instance) == 2
        else:
            assert done.operation_state is COMPLETED, done.error
            assert await vnfcs(bench, instance) == {"vnfc/app/0", "vnfc/db/0", "vnfc/db/1", "vnfc/db/2"}
            assert (await level(bench, instance), await level(bench, instance, "db_scale")) == (0, 2)
        await must_be_true(bench, instance)


async def test_an_instantiation_level_is_reached_from_above_and_below(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "levels")
        for target, size in (("pair", 2), ("small", 1), ("pair", 2)):
            done = await bench.perform(TO_LEVEL, instance, instantiationLevelId=target)
            assert done.operation_state is COMPLETED, done.error
            assert (len(await vnfcs(bench, instance)), await level(bench, instance)) == (size, size - 1)
            await must_be_true(bench, instance)


async def test_what_is_that_large_already_changes_nothing(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "same")
        before = await rows(bench, instance)
        done = await bench.perform(TO_LEVEL, instance, instantiationLevelId="small")
        assert done.operation_state is COMPLETED, done.error
        assert await rows(bench, instance) == before


async def test_a_vnf_is_instantiated_at_the_scale_levels_asked_for(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(
            bench, "asked", targetScaleLevelInfo=[{"aspectId": "app_scale", "scaleLevel": 2}]
        )
        assert len(await vnfcs(bench, instance)) == 3
        await scaled(bench, instance, **IN, numberOfSteps=2)
        assert len(await vnfcs(bench, instance)) == 1
