"""The steps that scaling by steps and scaling to a level share: they differ in how the new size is told."""

from collections.abc import Callable
from typing import Any, ClassVar

from activities.compute import Compute
from activities.granting import Granting
from activities.images import Images
from activities.networks import Networks
from activities.planning import Planning
from activities.storage import Storage
from manoflow.domain.identity import Kind
from workflows.operation import LcmOperation


class Resizing(LcmOperation):
    """Remove what is too much, then build what is missing."""

    planning: ClassVar[Callable[..., Any]]
    """The activity that plans it."""

    async def steps(self) -> None:
        """Decide and ask, take down from the top, build from the ground up.

        Undone, what was removed is made again, without what it held.
        """
        plan = await self.do(self.planning, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)

        await self.begin_processing()
        # What servers start from comes first and is undone last: to make again what was removed may take it too.
        await self.do_each(build.create(Kind.IMAGE), Images.create_image, undo=Images.delete_image)
        await self.do_each(build.create(Kind.FLAVOR), Compute.create_flavor, undo=Compute.delete_flavor)

        await self.do_each(build.delete(Kind.VNFC), Compute.delete_vnfc, undo=Compute.create_vnfc)
        await self.do_each(build.delete(Kind.PORT), Networks.delete_port, undo=Networks.create_port)
        await self.do_each(build.delete(Kind.STORAGE), Storage.delete_storage, undo=Storage.create_storage)
        await self.do_each(
            build.delete(Kind.PLACEMENT_GROUP), Compute.delete_placement_group, undo=Compute.create_placement_group
        )

        await self.do_each(
            build.create(Kind.PLACEMENT_GROUP), Compute.create_placement_group, undo=Compute.delete_placement_group
        )
        await self.do_each(
            build.create(Kind.VIRTUAL_LINK), Networks.create_virtual_link, undo=Networks.delete_virtual_link
        )
        await self.do_each(build.create(Kind.STORAGE), Storage.create_storage, undo=Storage.delete_storage)
        await self.do_each(build.create(Kind.PORT), Networks.create_port, undo=Networks.delete_port)
        await self.do_each(build.create(Kind.VNFC), Compute.create_vnfc, undo=Compute.delete_vnfc)
