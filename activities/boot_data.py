"""Boot data on its way from a plan to a server: kept under its digest when it is planned, fetched when it is needed.

It may be as long as a VIM takes, so it travels as a reference. Whoever plans (`activities.planning`) and whoever makes
servers (`activities.compute`) share the store behind `manoflow.ports.artifacts`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from manoflow.domain.boot_data import BootData
from manoflow.domain.cloud import NewServer
from manoflow.domain.errors import NotFoundError
from manoflow.ports.artifacts import Artifacts


class Store(Protocol):
    """What of `manoflow.ports.artifacts.Artifacts` takes content in."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Nobody else keeps or removes content meanwhile."""
        ...

    async def receive(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Store an upload."""
        ...

    async def keep(self, upload_id: UUID, digest: str) -> Path:
        """Move it to where content of that digest lives."""
        ...


async def keep(artifacts: Store, boot_data: Iterable[BootData]) -> None:
    """Store what a plan is going to name. Storing it again changes nothing, but that it is wanted from now on.

    So the plan has as much time to be recorded as unused content is kept (`manoflow.upkeep.content`).
    """
    for data in boot_data:
        upload_id = uuid4()
        await artifacts.receive(upload_id, _at_once(data.content))
        async with artifacts.turn():
            await artifacts.keep(upload_id, data.reference)


async def with_boot_data(artifacts: Artifacts, new: NewServer) -> NewServer:
    """The server with the boot data that it refers to. Raises `NotFoundError` where that is not stored here."""
    if new.boot_data is None:
        return new
    data = await asyncio.to_thread(_read, artifacts.path(new.boot_data), new)
    return new.model_copy(update={"user_data": data.user_data, "metadata": data.metadata})


async def _at_once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _read(path: Path, new: NewServer) -> BootData:
    try:
        return BootData.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFoundError(
            f"cannot make {new.name} ({new.uid}): its boot data {new.boot_data} is not stored where this worker looks; "
            "workers share one folder of artifacts, see that this one has it, then retry"
        ) from error
