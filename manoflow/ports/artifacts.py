"""The port to content: package files and user data, addressed by digest."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol


class Artifacts(Protocol):
    """Content that is too large or too private for payloads and rows."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Nobody else who takes his turn keeps or removes content meanwhile, in whatever process.

        For moments only. Raises `UnreachableError` where somebody else's does not end.
        """
        ...

    async def receive(self, chunks: AsyncIterator[bytes]) -> Path:
        """Stream an upload to a temporary file on disk; the caller keeps or discards it."""
        ...

    async def keep(self, received: Path, digest: str) -> Path:
        """Move a received file to where content of that SHA-256 lives. Keeping what is there already is no error."""
        ...

    async def discard(self, received: Path) -> None:
        """Remove a received file. One that is gone is no error."""
        ...

    async def remove(self, digest: str) -> None:
        """Remove content. Content that is gone is no error."""
        ...

    def path(self, digest: str) -> Path:
        """Where content of that digest lives."""
        ...
