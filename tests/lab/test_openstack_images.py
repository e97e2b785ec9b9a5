"""Images in a real Glance: what a broken upload leaves, what is adopted and what is not, tags, formats, policy."""

import asyncio
from hashlib import sha256

import pytest
from openstack.image.v2._proxy import Proxy as Glance

from activities.converging import make
from activities.watching import Watch
from manoflow.adapters.vim.openstack.images import WHOLE
from manoflow.adapters.vim.openstack.tags import uid_tag
from manoflow.domain.cloud import NewImage, ResourceState, VimResource
from manoflow.domain.errors import BusyError, PermanentError, TemporaryError
from tests.adapters.vim.conformance import CONTENT, Bench
from tests.lab import laboratory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

QCOW2 = b"QFI\xfb" + (3).to_bytes(4) + bytes(16) + (1 << 20).to_bytes(8) + bytes(480)
"""What a file of that format begins with."""


def glance(cloud: str = "oslab") -> Glance:
    images = laboratory.sdk(cloud).image
    assert isinstance(images, Glance)
    return images


async def left(admin: Bench, new: NewImage, content: bytes) -> VimResource:
    """An image as somebody leaves it who dies after he sent this content, and before he said that it is whole."""
    made = await admin.create(new)
    await asyncio.to_thread(
        glance().put, f"/images/{made.vim_id}/file", data=content, headers={"Content-Type": "application/octet-stream"}
    )
    (found,) = await admin.driver.images.find(new.uid)
    return found


async def attempt(bench: Bench, new: NewImage) -> VimResource:
    return await bench.adopt(new, make(bench.driver.images, new, Watch()))


async def test_an_active_image_is_half_made_until_somebody_has_compared_it(admin: Bench) -> None:
    new = admin.image()
    found = await left(admin, new, CONTENT)
    made = await attempt(admin, new)
    assert found.state is ResourceState.HALF_MADE
    assert (made.vim_id, made.state) == (found.vim_id, ResourceState.READY)


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"?"], ids=["too short", "another byte"])
async def test_an_active_image_with_other_content_goes_and_is_made_anew(admin: Bench, content: bytes) -> None:
    new = admin.image()
    found = await left(admin, new, content)
    with pytest.raises(TemporaryError, match="other content than was sent"):
        await attempt(admin, new)
    made = await attempt(admin, new)
    assert made.vim_id != found.vim_id
    assert [one.vim_id for one in await admin.driver.images.find(new.uid)] == [made.vim_id]


async def test_glance_keeps_and_filters_by_our_tags_and_has_the_right_bytes(admin: Bench) -> None:
    new = admin.image()
    made = await admin.make(new)
    shown = await asyncio.to_thread(glance().get_image, made.vim_id)
    assert set(shown.tags) == {str(uid_tag(new.uid)), str(WHOLE)}
    assert (shown.visibility, shown.disk_format, shown.container_format) == ("private", "raw", "bare")
    assert shown.size == len(CONTENT)
    sent = await asyncio.to_thread(lambda: glance().download_image(made.vim_id).content)
    assert sha256(sent).hexdigest() == new.digest
    for tag in shown.tags:
        assert made.vim_id in await tagged(tag)
    assert await tagged("manoflow:uid=another") == set()


async def tagged(tag: str) -> set[str]:
    return {one.id for one in await asyncio.to_thread(list, glance().images(tag=tag))}


async def test_content_of_another_format_than_it_is_said_to_be_is_a_permanent_error(admin: Bench) -> None:
    new = admin.image(content=CONTENT).model_copy(update={"disk_format": "qcow2"})
    with pytest.raises(PermanentError, match=new.name):
        await attempt(admin, new)
    assert ResourceState.READY not in {one.state for one in await admin.driver.images.find(new.uid)}


async def test_an_image_of_qcow2_is_taken_as_what_it_is(admin: Bench) -> None:
    new = admin.image(content=QCOW2).model_copy(update={"disk_format": "QCOW2", "container_format": "BARE"})
    made = await attempt(admin, new)
    assert (await asyncio.to_thread(glance().get_image, made.vim_id)).disk_format == "qcow2"


async def test_a_member_uploads_an_image_that_other_projects_do_not_see(member: Bench) -> None:
    new = member.image()
    made = await attempt(member, new)
    shown = await asyncio.to_thread(glance("demo").get_image, made.vim_id)
    assert (shown.visibility, shown.owner) == ("private", laboratory.sdk("demo").current_project_id)
    assert list(await member.driver.images.look_up(new.name)) == []


async def test_of_uploads_to_one_image_at_once_glance_takes_one_whole_and_the_others_are_told_to_wait(
    admin: Bench,
) -> None:
    new = admin.image()
    made = await admin.create(new)
    ended = await asyncio.gather(*(admin.driver.images.finish(made, new) for _ in range(4)), return_exceptions=True)
    assert {type(one) for one in ended if isinstance(one, BaseException)} <= {BusyError}
    await admin.wait_until(admin.driver.images, new.uid, ResourceState.READY)
    sent = await asyncio.to_thread(lambda: glance().download_image(made.vim_id).content)
    assert sha256(sent).hexdigest() == new.digest


async def test_a_large_image_is_sent_in_pieces(admin: Bench) -> None:
    piece = bytes(range(256)) * 4096
    pieces = 24
    digest = sha256()
    for _ in range(pieces):
        digest.update(piece)
    new = admin.image().model_copy(
        update={"digest": digest.hexdigest(), "content": lambda: (piece for _ in range(pieces))}
    )
    made = await attempt(admin, new)
    shown = await asyncio.to_thread(glance().get_image, made.vim_id)
    assert shown.size == pieces * len(piece)


async def test_an_image_goes_while_a_server_and_a_volume_were_made_from_it(admin: Bench) -> None:
    new, port = admin.image(), admin.external_port()
    made = await admin.make(new)
    await admin.make(port)
    ours = {"image_id": None, "image_uid": new.uid}
    await admin.make((await admin.storage()).model_copy(update=ours))
    await admin.make((await admin.server("one", port)).model_copy(update=ours))
    await admin.driver.images.delete(made)
    await admin.wait_until_gone(admin.driver.images, new.uid)
