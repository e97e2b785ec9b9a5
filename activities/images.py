"""Activities that put software images of packages into a VIM, once for all VNFs that use them, and take them away.

The content is read from the package where it is stored: nothing is unpacked before. Who uses an image is in the record
(`manoflow.domain.image_use`), so removing one is decided on the queue of the record.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID
from weakref import WeakValueDictionary

from activities.asked import asked
from activities.converging import make, remove
from activities.step import step
from activities.watching import Watch
from manoflow.domain.cloud import NewImage, VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.image_uses import ImageUses
from manoflow.ports.vim import Vims

ReadImage = Callable[[Path, NewImage], Iterator[bytes]]
"""Reads an image's file out of a stored package; it blocks."""


@dataclass(frozen=True)
class ImageSource:
    """Where images come from, and who uses them."""

    artifacts: Artifacts
    """Where packages are stored."""
    read: ReadImage
    uses: ImageUses


class Images:
    """Image resources of any VIM."""

    def __init__(self, vims: Vims, watch: Watch, source: ImageSource) -> None:
        """`watch` is shared with the other activities of the worker."""
        self._vims = vims
        self._watch = watch
        self._source = source
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @step(StepKind.UPLOAD)
    async def create_image(self, step: Step) -> VimResource:
        """Have the image in the VIM, whoever puts it there, and wait until servers can start from it.

        Of those in this process who want the same one at once the first sends it, and the others find it.
        """
        vim = await self._vims.driver(step.vim_connection_id)
        new = asked(step, NewImage)
        content = partial(self._source.read, self._source.artifacts.path(new.package), new)
        turn = self._turns.setdefault(new.uid, asyncio.Lock())
        async with turn:
            return await make(vim.images, new.model_copy(update={"content": content}), self._watch)

    @step(StepKind.RELEASE)
    async def delete_image(self, step: Step) -> None:
        """Use the image no longer, and remove it where nobody else does."""
        if await self._source.uses.leave_image(step.vim_connection_id, step.uid, step.vnf_instance_id):
            vim = await self._vims.driver(step.vim_connection_id)
            await remove(vim.images, step, self._watch)
