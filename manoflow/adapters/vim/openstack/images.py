"""Images that Glance has, found by id or by name."""

from collections.abc import Sequence
from uuid import UUID

from openstack import exceptions
from openstack.connection import Connection

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.domain.cloud import Image


class OpenStackImages:
    """The `manoflow.ports.vim.Images` of one project: its own, shared and public ones."""

    def __init__(self, cloud: Cloud) -> None:
        """Share the cloud's threads with the resources."""
        self._cloud = cloud

    async def look_up(self, name_or_id: str) -> Sequence[Image]:
        """Active images of that id or, where none has it, of that name."""
        return await self._cloud.call(f"look up image {name_or_id}", lambda sdk: _look_up(sdk, name_or_id))


def _look_up(sdk: Connection, name_or_id: str) -> list[Image]:
    by_name = sdk.image.images(name=name_or_id, status="active")
    return _by_id(sdk, name_or_id) or [Image(vim_id=found.id, name=found.name) for found in by_name]


def _by_id(sdk: Connection, image_id: str) -> list[Image]:
    try:
        found = sdk.image.get_image(str(UUID(image_id)))
    except (ValueError, exceptions.NotFoundException):
        return []
    return [Image(vim_id=found.id, name=found.name)] if found.status == "active" else []
