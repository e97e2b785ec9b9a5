"""The port to who uses images that Manoflow put into VIMs; part of `manoflow.ports.records.Records`."""

from typing import Protocol
from uuid import UUID

from manoflow.domain.image_use import ImageUse


class ImageUses(Protocol):
    """Who uses images that Manoflow put into VIMs."""

    async def join_image(self, use: ImageUse) -> UUID:
        """Use the image of that content, as long as anybody does already, else begin to; answers its uid.

        Joining again answers the same.
        """
        ...

    async def leave_image(self, vim_connection_id: str, uid: UUID, vnf_instance_id: UUID) -> bool:
        """Use it no longer. True: nobody uses it and nobody can begin to, so it is to be removed from the VIM.

        Leaving again answers the same, unless others have left since.
        """
        ...
