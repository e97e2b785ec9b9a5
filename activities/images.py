"""Activities that put software images of packages into a VIM, once for all VNFs that use them, and take them away.

The content is read from the package where it is stored: nothing is unpacked before. Who uses an image is in the record
(`manoflow.domain.image_use`), so removing one is decided on the queue of the record.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from activities.asked import asked
from activities.converging import make, remove
from activities.step import step
from activities.watching import Watch
from descriptors.contents import open_contents
from manoflow.domain.cloud import NewImage, VimResource
from manoflow.domain.plan import Step
from manoflow.domain.timing import StepKind
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.image_uses import ImageUses
from manoflow.ports.vim import Vims


class Images:
    """Image resources of any VIM."""

    def __init__(self, vims: Vims, watch: Watch, artifacts: Artifacts, uses: ImageUses) -> None:
        """`watch` is shared with the other activities of the worker; `artifacts` have the packages."""
        self._vims = vims
        self._watch = watch
        self._artifacts = artifacts
        self._uses = uses

    @step(StepKind.UPLOAD)
    async def create_image(self, step: Step) -> VimResource:
        """Have the image in the VIM, whoever puts it there, and wait until servers can start from it."""
        vim = await self._vims.driver(step.vim_connection_id)
        new = asked(step, NewImage)
        content = partial(_read, self._artifacts.path(new.package), new.path)
        return await make(vim.images, new.model_copy(update={"content": content}), self._watch)

    @step(StepKind.RELEASE)
    async def delete_image(self, step: Step) -> None:
        """Use the image no longer, and remove it where nobody else does."""
        if await self._uses.leave_image(step.vim_connection_id, step.uid, step.vnf_instance_id):
            vim = await self._vims.driver(step.vim_connection_id)
            await remove(vim.images, step, self._watch)


def _read(package: Path, path: str) -> Iterator[bytes]:
    with open_contents(package) as contents:
        yield from contents.chunks(path)
