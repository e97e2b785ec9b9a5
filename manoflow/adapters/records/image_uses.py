"""Who uses images that Manoflow put into VIMs (the protocol `ImageUses`).

Whoever joins or leaves holds the VIM's row, so nobody joins an image that its last user is leaving.
"""

from uuid import UUID

from sqlalchemy import select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.tables import image_uses, resources, vim_images, vims
from manoflow.domain.image_use import ImageUse
from manoflow.domain.lcm import FINAL_STATES, VnfLcmOpOcc


class ImageUseRecords(Part):
    """Uses of images."""

    async def join_image(self, use: ImageUse) -> UUID:
        """Use the image of that content; answers its uid."""
        async with self._database.writing() as tx:
            await tx.row(vims, vims.c.id == use.vim_connection_id, lock=True)
            in_vim = (vim_images.c.vim_connection_id == use.vim_connection_id, vim_images.c.digest == use.digest)
            there = await tx.row(vim_images, *in_vim, vim_images.c.doomed.is_(False))
            if there is None:
                row = {**use.model_dump(by_alias=False, exclude={"vnf_instance_id"}), "doomed": False}
                await tx.insert(vim_images, row, taken=f"cannot begin to use image {use.uid}: it was used before")
            uid: UUID = there["uid"] if there else use.uid
            mine = (image_uses.c.uid == uid, image_uses.c.vnf_instance_id == use.vnf_instance_id)
            if await tx.row(image_uses, *mine) is None:
                row = {"uid": uid, "vnf_instance_id": use.vnf_instance_id}
                await tx.insert(image_uses, row, taken=f"cannot use image {uid} twice")
            return uid

    async def leave_image(self, vim_connection_id: str, uid: UUID, vnf_instance_id: UUID) -> bool:
        """Use it no longer; True: nobody does, nor will anybody."""
        async with self._database.writing() as tx:
            await tx.row(vims, vims.c.id == vim_connection_id, lock=True)
            await tx.delete(image_uses, image_uses.c.uid == uid, image_uses.c.vnf_instance_id == vnf_instance_id)
            if await tx.row(image_uses, image_uses.c.uid == uid) is not None:
                return False
            await tx.update(vim_images, vim_images.c.uid == uid, {"doomed": True})
            return True


async def settle_uses(tx: Transaction, ended: VnfLcmOpOcc) -> None:
    """An operation that has ended uses what is recorded of its VNF instance, and nothing that it only meant to make."""
    if ended.operation_state in FINAL_STATES:
        recorded = select(resources.c.uid).where(resources.c.vnf_instance_id == ended.vnf_instance_id)
        mine = image_uses.c.vnf_instance_id == ended.vnf_instance_id
        await tx.delete(image_uses, mine, image_uses.c.uid.not_in(recorded))
