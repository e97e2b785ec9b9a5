"""Conformance: images that are put into a VIM, with the content they should have and no other."""

import asyncio
from collections.abc import Iterator
from threading import Event
from uuid import uuid4

import pytest

from activities.converging import make
from activities.watching import Watch
from manoflow.domain.cloud import NewImage, ResourceState, VimResource
from manoflow.domain.errors import InvalidInputError, NotFoundError, PermanentError, TemporaryError, UnreachableError
from tests.adapters.vim.conformance import CONTENT, Bench


async def converged(bench: Bench, new: NewImage) -> VimResource:
    """Make it as the activity does, attempt after attempt until one succeeds."""
    async with asyncio.timeout(bench.site.patience):
        while True:
            try:
                return await bench.adopt(new, make(bench.driver.images, new, Watch()))
            except TemporaryError:
                await asyncio.sleep(bench.site.pause)


async def test_an_image_is_half_made_until_it_has_its_content(bench: Bench) -> None:
    new = bench.image()
    made = await bench.create(new)
    (empty,) = await bench.driver.images.find(new.uid)

    finished = await bench.driver.images.finish(made, new)

    assert (made.state, empty.state) == (ResourceState.HALF_MADE, ResourceState.HALF_MADE)
    assert made.vim_id == empty.vim_id == finished.vim_id
    await bench.wait_until(bench.driver.images, new.uid, ResourceState.READY)


async def test_an_image_of_ours_is_not_one_that_was_there_before(bench: Bench) -> None:
    before = await bench.image_id()
    new = bench.image().model_copy(update={"name": bench.site.image})
    made = await bench.make(new)

    assert [found.vim_id for found in await bench.driver.images.look_up(bench.site.image)] == [before]
    assert list(await bench.driver.images.look_up(made.vim_id)) == []


async def test_whichever_vnf_asks_all_images_of_ours_are_listed(bench: Bench) -> None:
    new = bench.image()
    await bench.make(new)
    assert new.uid in {found.uid for found in await bench.driver.images.of_vnf(uuid4())}


async def test_content_with_another_digest_is_refused_and_the_right_one_is_taken_afterwards(bench: Bench) -> None:
    new = bench.image()
    with pytest.raises(InvalidInputError, match=new.name):
        await bench.adopt(new, make(bench.driver.images, wrong(new), Watch()))
    assert ResourceState.READY not in {found.state for found in await bench.driver.images.find(new.uid)}

    made = await converged(bench, new)

    assert [found.vim_id for found in await bench.driver.images.find(new.uid)] == [made.vim_id]


def wrong(new: NewImage) -> NewImage:
    return new.model_copy(update={"content": lambda: iter((CONTENT, b"and more"))})


@pytest.mark.parametrize("error", [NotFoundError("cannot read it"), UnreachableError("cannot read it now")])
async def test_content_that_cannot_be_read_to_its_end_is_told_as_it_is_and_sent_again(
    bench: Bench, error: PermanentError | TemporaryError
) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT[:100]
        raise error

    new = bench.image()
    with pytest.raises(type(error), match="cannot read it"):
        await bench.adopt(new, make(bench.driver.images, new.model_copy(update={"content": broken}), Watch()))
    assert ResourceState.READY not in {found.state for found in await bench.driver.images.find(new.uid)}

    await converged(bench, new)


async def test_an_upload_that_is_cancelled_half_way_is_made_again(bench: Bench) -> None:
    begun, go_on = Event(), Event()

    def slow() -> Iterator[bytes]:
        yield CONTENT[:100]
        begun.set()
        go_on.wait(bench.site.patience)
        yield CONTENT[100:]

    new = bench.image()
    made = await bench.create(new)
    uploading = asyncio.create_task(bench.driver.images.finish(made, new.model_copy(update={"content": slow})))
    await asyncio.to_thread(begun.wait, bench.site.patience)
    uploading.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await uploading
    assert ResourceState.READY not in {found.state for found in await bench.driver.images.find(new.uid)}

    await converged(bench, new)


async def test_of_all_who_put_an_image_there_at_once_one_image_remains(bench: Bench) -> None:
    new = bench.image()
    async with asyncio.TaskGroup() as group:
        made = [group.create_task(converged(bench, new)) for _ in range(3)]
    (found,) = await bench.driver.images.find(new.uid)
    assert found.state is ResourceState.READY
    assert found.vim_id in {one.result().vim_id for one in made}


async def test_an_image_that_is_gone_is_put_there_again_under_the_same_uid(bench: Bench) -> None:
    new = bench.image()
    first = await bench.make(new)
    await bench.remove(new)
    again = await converged(bench, new)
    assert again.uid == first.uid


async def test_a_server_and_a_volume_start_from_an_image_by_its_uid(bench: Bench) -> None:
    new, port = bench.image(), bench.external_port()
    await bench.make(new)
    await bench.make(port)
    ours = {"image_id": None, "image_uid": new.uid}
    volume = (await bench.storage()).model_copy(update=ours)
    server = (await bench.server("one", port)).model_copy(update=ours)

    assert (await bench.make(volume)).state is ResourceState.READY
    assert (await bench.make(server)).state is ResourceState.READY


async def test_a_volume_from_an_image_that_is_not_there_is_a_permanent_error(bench: Bench) -> None:
    volume = (await bench.storage()).model_copy(update={"image_uid": uuid4()})
    with pytest.raises(PermanentError, match=r"cannot.*image"):
        await bench.create(volume)
    assert list(await bench.driver.storages.find(volume.uid)) == []
