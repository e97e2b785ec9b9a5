"""Scaling: by steps and to levels, out and in, one aspect or several."""

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.capacity import Measure, ReservationState
from manoflow.domain.errors import QuotaError
from manoflow.domain.lcm import VerdictKind
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Flavour, ScalingAspect, ScalingDelta, Vdu, VduCp
from tests.builders import save_package
from tests.reference import reference_package
from tests.stand import VIM, Stand
from tests.stories.scaling import (
    COMPLETED,
    FAILED_TEMP,
    HEAL,
    IN,
    OUT,
    ROLLED_BACK,
    SCALE,
    TO_LEVEL,
    decided,
    instantiated,
    level,
    must_be_true,
    rows,
    scaled,
    striking_at,
    vnfcs,
)


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


async def test_what_was_added_is_healed_and_removed_like_the_rest(bench: Stand) -> None:
    async with bench.working():
        instance = await instantiated(bench, "healed")
        await scaled(bench, instance, **OUT)
        done = await bench.perform(HEAL, instance, additionalParams={"all": True})
        assert done.operation_state is COMPLETED, done.error
        await must_be_true(bench, instance)
        before = await rows(bench, instance)
        await scaled(bench, instance, **OUT)
        await scaled(bench, instance, **IN)
        assert await rows(bench, instance) == before
        await scaled(bench, instance, **IN)
        assert await vnfcs(bench, instance) == {"vnfc/app/0"}
        await must_be_true(bench, instance)


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
        instance = await instantiated(bench, "asked", targetScaleLevelInfo=[{"aspectId": "app_scale", "scaleLevel": 2}])
        assert len(await vnfcs(bench, instance)) == 3
        await scaled(bench, instance, **IN, numberOfSteps=2)
        assert len(await vnfcs(bench, instance)) == 1
