"""Images: those that Glance has, found by id or by name, and those that Manoflow puts there.

An image is asked for first and gets its content in a second call; a third one says by a tag that the content is whole
and the right one. What lacks that tag is HALF_MADE, active or not: Glance knows no digest that it should have. (Of an
upload that breaks off, 2026.2 under uWSGI keeps nothing: the image is queued as before.) Glance does not forbid twins,
and never takes an id again, so ids are its own. VNFs share images: these bear their uid and no VNF's tag.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import sha256, sha512
from http import HTTPStatus
from threading import Event
from typing import Any
from uuid import UUID

from openstack import exceptions
from openstack.connection import Connection
from openstack.image.v2 import image
from openstack.image.v2._proxy import Proxy as Glance

from manoflow.adapters.vim.openstack.kinds import CloudResources, moment
from manoflow.adapters.vim.openstack.tags import Marks, Tag, uid_tag
from manoflow.domain.cloud import Image, NewImage, NewResource, ResourceState, VimResource
from manoflow.domain.errors import (
    BusyError,
    ForbiddenError,
    InvalidInputError,
    ManoError,
    PermanentError,
    TemporaryError,
)
from manoflow.domain.identity import Kind

WHOLE = Tag("manoflow:content", "whole")
"""Of an image whose content was compared with what it should be."""

STATES = {
    "queued": ResourceState.HALF_MADE,
    "active": ResourceState.READY,
    "deactivated": ResourceState.READY,
    "killed": ResourceState.BROKEN,
    "pending_delete": ResourceState.DELETING,
    "deleted": ResourceState.DELETING,
}
"""By status in Glance; all others pass by themselves."""


class OpenStackImages(CloudResources[NewImage]):
    """The `manoflow.ports.vim.Images` of one project."""

    kind = Kind.IMAGE
    noun = "image"
    finds_together = False

    async def look_up(self, name_or_id: str) -> Sequence[Image]:
        """Active images of that id or, where none has it, of that name: the project's own, shared and public ones."""
        return await self._cloud.call(f"look up image {name_or_id}", lambda sdk: _look_up(sdk, name_or_id))

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:  # noqa: ARG002 - VNFs share them
        """All that Manoflow put into the project."""
        return await self._listed("list the images of Manoflow", None)

    async def finish(self, half_made: VimResource, new: NewImage) -> VimResource:
        """Send the content, or compare it where it is there. Once cancelled it sends no more, and Glance drops it."""
        stopped = Event()
        doing = f"put content into {self._named(new)}"
        sending = asyncio.ensure_future(
            self._cloud.call(doing, lambda sdk: _completed(sdk, half_made.vim_id, new, stopped))
        )
        try:
            return await asyncio.shield(sending)
        except asyncio.CancelledError:
            stopped.set()
            with suppress(ManoError, _StoppedError):
                await sending
            raise

    def _siblings(self, uids: Sequence[UUID], _new: NewResource) -> Tag:
        """Only itself: no VNF's tag leads to it."""
        return uid_tag(uids[0])

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        asked: dict[str, Any] = {"tag": str(tag)} if tag else {}
        images = _glance(sdk).images(owner=sdk.current_project_id, **asked)
        return [_seen(found, uid) for found in images if (uid := Marks.read(found.tags).uid)]

    def _create(self, sdk: Connection, new: NewImage) -> VimResource:
        asked = {
            "name": new.name,
            "visibility": "private",
            "disk_format": new.disk_format.lower(),
            "container_format": new.container_format.lower(),
            "min_disk": new.min_disk_gib,
            "min_ram": new.min_ram_mib,
            "tags": [str(uid_tag(new.uid))],
        }
        # Not the SDK's create_image: it takes a name that is also that of a file here for that file.
        answer = _glance(sdk).post("/images", json=asked)
        exceptions.raise_from_response(answer)
        return _seen(_glance(sdk).get_image(answer.json()["id"]), new.uid)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        _remove(sdk, resource.vim_id)


class _StoppedError(Exception):
    """Raised inside a call that sends content, so that its connection breaks."""


def _completed(sdk: Connection, vim_id: str, new: NewImage, stopped: Event) -> VimResource:
    found = _glance(sdk).get_image(vim_id)
    content = _Content(new, stopped)
    if found.status == "queued":
        _send(sdk, found, content)
    else:
        content.hash_all()
    found = _glance(sdk).get_image(vim_id)
    if found.status == "active":
        _require_right(sdk, found, new, content)
        _glance(sdk).add_tag(found, str(WHOLE))
        found = _glance(sdk).get_image(vim_id)
    return _seen(found, new.uid)


def _send(sdk: Connection, found: image.Image, content: "_Content") -> None:
    answer = _glance(sdk).put(
        f"/images/{found.id}/file", data=content, headers={"Content-Type": "application/octet-stream"}
    )
    try:
        exceptions.raise_from_response(answer)
    except exceptions.ForbiddenException as refused:
        raise ForbiddenError(
            f"cannot put image {found.name} into the VIM: its policy lets this user upload none; have the policy "
            "changed, or use a package that only names its images and have an administrator upload them"
        ) from refused
    except exceptions.HttpException as refused:
        # Of two who send content one is refused: 409, or 410 as if the image had been deleted, as it may have been.
        if refused.status_code not in {HTTPStatus.CONFLICT, HTTPStatus.GONE}:
            raise
        message = f"cannot put content into image {found.name} ({found.id}): {refused.details or refused.message}"
        raise BusyError(message) from refused


def _remove(sdk: Connection, image_id: str) -> None:
    try:
        _glance(sdk).delete_image(image_id)
    except exceptions.BadRequestException:
        # Two who delete it at once: "status transition from deleted to deleted is not allowed" for one of them.
        with suppress(exceptions.NotFoundException):
            if STATES.get(_glance(sdk).get_image(image_id).status) is not ResourceState.DELETING:
                raise


def _require_right(sdk: Connection, found: image.Image, new: NewImage, content: "_Content") -> None:
    """Raise where the content is not that of the package, or Glance has not all of it; then the image goes."""
    if content.sha256.hexdigest() != new.digest:
        _remove(sdk, found.id)
        raise InvalidInputError(
            f"cannot use image {new.name}: {new.path} has SHA-256 {content.sha256.hexdigest()} in the package that is "
            f"stored, and had {new.digest} when that was onboarded; onboard it again"
        )
    is_whole = found.size == content.size
    if not is_whole or (found.hash_algo == "sha512" and found.hash_value != content.sha512.hexdigest()):
        _remove(sdk, found.id)
        raise TemporaryError(f"cannot use image {new.name} ({found.id}): the VIM has other content than was sent")


class _Content:
    """The content, its size and its hashes, ours and Glance's, of the last time it was read.

    A request that is sent again, with a new token, reads it anew.
    """

    def __init__(self, new: NewImage, stopped: Event) -> None:
        self._new = new
        self._stopped = stopped
        self._begin()

    def _begin(self) -> None:
        self.size, self.sha256, self.sha512 = 0, sha256(), sha512()

    def __iter__(self) -> Iterator[bytes]:
        self._begin()
        for chunk in self._new.content() if self._new.content else ():
            if self._stopped.is_set():
                raise _StoppedError
            self.size += len(chunk)
            self.sha256.update(chunk)
            self.sha512.update(chunk)
            yield chunk

    def hash_all(self) -> None:
        """Compute the hashes, and send nothing. It is not named `read`: what has that would be sent as a file."""
        for _ in self:
            pass


def _seen(found: image.Image, uid: UUID) -> VimResource:
    state = STATES.get(found.status, ResourceState.BUILDING)
    if state is ResourceState.READY and str(WHOLE) not in found.tags:
        state = ResourceState.HALF_MADE
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name or "",
        state=state,
        created_at=moment(found.created_at),
        detail=_stuck(found) if state is ResourceState.BUILDING else None,
    )


def _stuck(found: image.Image) -> str:
    return (
        f"its status in Glance is '{found.status}'; if nobody sends its content any more, have it removed: "
        f"openstack image delete {found.id}"
    )


def _glance(sdk: Connection) -> Glance:
    """Of version 2: there has been no other for years."""
    service = sdk.image
    if not isinstance(service, Glance):
        message = "cannot use images: the VIM's image service speaks version 1 only"
        raise PermanentError(message)
    return service


def _look_up(sdk: Connection, name_or_id: str) -> list[Image]:
    by_name = _glance(sdk).images(name=name_or_id, status="active")
    return _by_id(sdk, name_or_id) or [_there_before(found) for found in by_name if _is_foreign(found)]


def _by_id(sdk: Connection, image_id: str) -> list[Image]:
    try:
        found = _glance(sdk).get_image(str(UUID(image_id)))
    except (ValueError, exceptions.NotFoundException):
        return []
    return [_there_before(found)] if found.status == "active" and _is_foreign(found) else []


def _is_foreign(found: image.Image) -> bool:
    return Marks.read(found.tags).uid is None


def _there_before(found: image.Image) -> Image:
    return Image(vim_id=found.id, name=found.name)
