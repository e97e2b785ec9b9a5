"""Images inside packages: put into the VIM once for all VNFs that start from them, removed with the last of them."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, made_more_than_once
from manoflow.adapters.vim.fake.world import visit
from manoflow.domain.cloud import ResourceState
from manoflow.domain.errors import QuotaError
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VerdictKind, VnfLcmOpOcc
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import VirtualStorage
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.reference import IMAGE, PACKAGE_DIGEST, reference_csar, reference_package
from tests.stand import VIM, Stand
from tests.striking import Strike, Striking
from workflows.catalogue import Operation

VOLUME_VNFD = "5b1e0000-0000-4000-8000-000000000031"
VOLUME_PACKAGE = UUID("5b1e0000-0000-4000-8000-000000000032")


def images(bench: Stand) -> list[UUID]:
    """The uids of images of ours in the VIM."""
    return [made.uid for made in inventory(bench.world) if made.kind == "images" and made.uid is not None]


async def image_of(bench: Stand, instance: VnfInstance) -> UUID:
    """The uid of the image that the record says the instance uses."""
    (row,) = [row for row in await bench.records.resources(instance.id) if row.kind is Kind.IMAGE]
    return row.uid


async def completed(bench: Stand, operation: Operation, *instances: VnfInstance) -> None:
    """Perform it on all of them at once."""
    ended = await asyncio.gather(*(bench.perform(operation, instance) for instance in instances))
    assert [(one.operation_state, one.error) for one in ended] == [(LcmOperationState.COMPLETED, None)] * len(ended)


async def decided(bench: Stand, parked: VnfLcmOpOcc, kind: VerdictKind) -> VnfLcmOpOcc:
    assert parked.operation_state is LcmOperationState.FAILED_TEMP, parked.error
    await bench.decide(parked, kind)
    return await bench.settled(parked.id)


async def test_vnfs_of_one_package_share_its_image_and_the_last_one_takes_it_along(bench: Stand) -> None:
    async with bench.working():
        one, other = await bench.instance("one"), await bench.instance("other")
        await completed(bench, INSTANTIATE, one)
        (before,) = images(bench)
        await completed(bench, INSTANTIATE, other)
        assert images(bench) == [before]
        assert {await image_of(bench, one), await image_of(bench, other)} == {before}

        await completed(bench, TERMINATE, one)
        assert images(bench) == [before]
        assert bench.there() == await bench.recorded(other)

        await completed(bench, TERMINATE, other)
        assert bench.there() == set()

        await completed(bench, INSTANTIATE, one)
        assert images(bench) == [await image_of(bench, one)]
        assert images(bench) != [before]


async def test_vnfs_that_come_and_go_at_once_have_one_image_and_leave_none(bench: Stand) -> None:
    knobs.slow(bench.world, "images.create", 0.3, times=None)
    async with bench.working():
        all_of_them = [await bench.instance(f"at-once-{number}") for number in range(4)]
        await completed(bench, INSTANTIATE, *all_of_them)
        assert len(images(bench)) == 1
        assert duplicates(bench.world) == made_more_than_once(bench.world) == ()
        assert {await image_of(bench, one) for one in all_of_them} == set(images(bench))
        await completed(bench, TERMINATE, *all_of_them)
    assert bench.there() == set()


async def test_one_comes_while_the_last_one_goes_and_has_an_image_that_stays(bench: Stand) -> None:
    async with bench.working():
        going, coming = await bench.instance("going"), await bench.instance("coming")
        await completed(bench, INSTANTIATE, going)
        before = await image_of(bench, going)
        held = knobs.hold(bench.world, "images.delete", "before")
        asked = await bench.ask(TERMINATE, going)
        await knobs.await_held(bench.world, held)
        await completed(bench, INSTANTIATE, coming)
        knobs.release(bench.world, held)
        assert (await bench.settled(asked)).operation_state is LcmOperationState.COMPLETED
        assert images(bench) == [await image_of(bench, coming)]
        assert before not in images(bench)
        await completed(bench, TERMINATE, coming)
    assert bench.there() == set()


async def test_a_rollback_leaves_the_image_to_who_else_uses_it(bench: Stand) -> None:
    async with bench.working():
        stays, fails = await bench.instance("stays"), await bench.instance("fails")
        await completed(bench, INSTANTIATE, stays)
        knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
        done = await decided(bench, await bench.perform(INSTANTIATE, fails), VerdictKind.ROLLBACK)
        assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
        assert bench.there() == await bench.recorded(stays)
        assert len(images(bench)) == 1
        await completed(bench, TERMINATE, stays)
    assert bench.there() == set()


async def test_a_rollback_of_the_only_one_removes_the_image(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        done = await decided(
            bench, await bench.perform(INSTANTIATE, await bench.instance("only")), VerdictKind.ROLLBACK
        )
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    assert bench.there() == set()


async def test_a_vnf_that_was_given_up_uses_its_image_until_it_is_terminated(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        given_up, other = await bench.instance("given-up"), await bench.instance("other")
        done = await decided(bench, await bench.perform(INSTANTIATE, given_up), VerdictKind.FAIL)
        assert done.operation_state is LcmOperationState.FAILED
        await completed(bench, INSTANTIATE, other)
        await completed(bench, TERMINATE, other)
        assert images(bench) == [await image_of(bench, given_up)]
        await completed(bench, TERMINATE, given_up)
    assert bench.there() == set()


async def test_an_image_that_somebody_removed_while_it_was_parked_is_put_there_again_for_all(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"), times=2)
    async with bench.working():
        pair = [await bench.instance("one"), await bench.instance("other")]
        parked = [await bench.perform(INSTANTIATE, instance) for instance in pair]
        (before,) = images(bench)
        knobs.vanish(bench.world, before)
        assert images(bench) == []
        done = await asyncio.gather(*(decided(bench, one, VerdictKind.RETRY) for one in parked))
        assert [one.operation_state for one in done] == [LcmOperationState.COMPLETED] * 2, done
        assert images(bench) == [before]
        await completed(bench, TERMINATE, *pair)
    assert bench.there() == set()


async def test_who_retries_waits_for_an_image_that_another_one_is_just_putting_there_again(bench: Stand) -> None:
    knobs.fail(bench.world, "servers.create", QuotaError("cannot make server: quota exceeded"))
    async with bench.working():
        instance = await bench.instance("waits")
        parked = await bench.perform(INSTANTIATE, instance)
        (image,) = images(bench)
        with visit(bench.world) as world:  # as it is between two calls of whoever makes it
            world.execute("UPDATE images SET half_made = 1, digest = NULL WHERE uid = ?", (str(image),))
        done = await decided(bench, parked, VerdictKind.RETRY)
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        driver = await bench.vims.driver(VIM)
        assert [one.state for one in await driver.images.find(image)] == [ResourceState.READY]


async def test_an_image_of_the_vim_that_has_the_same_name_is_not_used(bench: Stand) -> None:
    async with bench.working():
        instance = await bench.instance("own")
        await completed(bench, INSTANTIATE, instance)
        driver = await bench.vims.driver(VIM)
        (there_before,) = await driver.images.look_up(IMAGE)
        (ours,) = await driver.images.find(await image_of(bench, instance))
        with visit(bench.world) as world:
            used = {row["image_id"] for row in world.execute("SELECT image_id FROM servers")}
        assert used == {ours.vim_id}
        await completed(bench, TERMINATE, instance)
        assert list(await driver.images.look_up(IMAGE)) == [there_before]


def spoil(file: Path, spoiled: str) -> None:
    content = reference_csar()
    if spoiled == "absent":
        file.unlink()
    elif spoiled == "no archive":
        file.write_bytes(b"nothing that anybody packed")
    else:
        file.write_bytes(content.replace(b"what servers", b"what spoiled"))


@pytest.mark.parametrize(
    ("spoiled", "told"),
    [
        ("absent", "it is not stored where this worker looks"),
        ("no archive", "what is stored of it is damaged; put that file back"),
        ("one byte", "what is stored of it is damaged; put that file back"),
    ],
)
async def test_a_package_that_cannot_be_read_parks_and_may_be_mended(bench: Stand, spoiled: str, told: str) -> None:
    stored = bench.artifacts.path(PACKAGE_DIGEST)
    spoil(stored, spoiled)
    async with bench.working():
        instance = await bench.instance("unreadable")
        parked = await bench.perform(INSTANTIATE, instance)
        assert parked.operation_state is LcmOperationState.FAILED_TEMP
        assert parked.error is not None
        assert f"in package {PACKAGE_DIGEST}" in parked.error.detail
        assert told in parked.error.detail
        assert bench.there() == await bench.recorded(instance)
        stored.write_bytes(reference_csar())
        done = await decided(bench, parked, VerdictKind.RETRY)
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        await completed(bench, TERMINATE, instance)
    assert bench.there() == set()


async def test_a_package_that_cannot_be_read_can_be_rolled_back(bench: Stand) -> None:
    spoil(bench.artifacts.path(PACKAGE_DIGEST), "no archive")
    async with bench.working():
        instance = await bench.instance("unreadable")
        done = await decided(bench, await bench.perform(INSTANTIATE, instance), VerdictKind.ROLLBACK)
    assert done.operation_state is LcmOperationState.ROLLED_BACK, done.error
    assert bench.there() == set()
    after = await bench.records.instance(instance.id)
    assert after.instantiation_state is InstantiationState.NOT_INSTANTIATED


async def booting_from_a_volume(bench: Stand) -> VnfInstance:
    """An instance of the reference VNF whose image belongs to its storage."""
    package = reference_package()
    assert package.content is not None
    (flavour,) = package.content.vnfd.flavours
    (app,) = flavour.vdus
    disk = VirtualStorage(id="app_data", size_gib=1, image=app.image)
    changed = flavour.model_copy(update={"vdus": (app.model_copy(update={"image": None}),), "storages": (disk,)})
    vnfd = package.content.vnfd.model_copy(update={"id": VOLUME_VNFD, "flavours": (changed,)})
    content = package.content.model_copy(update={"vnfd": vnfd})
    await bench.records.add_package(package.model_copy(update={"id": VOLUME_PACKAGE, "content": content}))
    instance = (await bench.instance("boot")).model_copy(update={"vnfd_id": VOLUME_VNFD, "vnf_pkg_id": VOLUME_PACKAGE})
    await bench.records.delete_instance(instance.id)
    await bench.records.add_instance(instance)
    return instance


async def test_a_volume_is_made_from_the_image_and_goes_before_it(bench: Stand) -> None:
    async with bench.working():
        instance, other = await booting_from_a_volume(bench), await bench.instance("same image")
        await completed(bench, INSTANTIATE, instance, other)
        assert images(bench) == [await image_of(bench, instance)] == [await image_of(bench, other)]
        driver = await bench.vims.driver(VIM)
        (image,) = await driver.images.find(await image_of(bench, instance))
        with visit(bench.world) as world:
            made_from = [
                row["image_id"] for row in world.execute("SELECT image_id FROM storages WHERE image_id IS NOT NULL")
            ]
        assert made_from == [image.vim_id]
        await completed(bench, TERMINATE, other)
        assert images(bench) == [image.uid]
        await completed(bench, TERMINATE, instance)
    assert bench.there() == set()


async def test_an_image_is_owned_from_the_moment_it_is_put_there(bench: Stand) -> None:
    point = "create_image:image/" + str(reference_image_digest())
    striking = Striking(lambda _, at, attempt: Strike.HELD_AFTER if at == point and attempt == 1 else None)
    async with bench.working(striking):
        instance = await bench.instance("owned")
        hold = striking.holds[bench.history_id(instance), point]
        asked = await bench.ask(INSTANTIATE, instance)
        await hold.reached.wait()
        assert await bench.recorded(instance) == set()
        assert set(images(bench)) == await bench.records.recorded_uids(VIM)
        hold.released.set()
        assert (await bench.settled(asked)).operation_state is LcmOperationState.COMPLETED
        assert bench.there() == await bench.records.recorded_uids(VIM)


def reference_image_digest() -> str | None:
    content = reference_package().content
    assert content is not None
    image = content.vnfd.flavours[0].vdus[0].image
    assert image is not None
    return image.digest
