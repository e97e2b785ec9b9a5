"""The port to content: package files and user data, addressed by digest, and uploads that are on their way there."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from uuid import UUID


class Artifacts(Protocol):
    """Content that is too large or too private for payloads and rows."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Nobody else who takes his turn keeps or removes content meanwhile, in whatever process.

        For moments only. Raises `UnreachableError` where somebody else's does not end.
        """
        ...

    async def receive(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Stream an upload to disk. It is there as a whole or not at all; a second time it is the same upload again."""
        ...

    async def received(self, upload_id: UUID) -> Path | None:
        """Where an upload is, once it is there as a whole."""
        ...

    async def keep(self, upload_id: UUID, digest: str) -> Path:
        """Move an upload to where content of that SHA-256 lives, in a `turn`. It is wanted from now on.

        Keeping what is there already is no error. Raises `NotFoundError` where there is neither the upload nor that
        content.
        """
        ...

    async def discard(self, upload_id: UUID) -> None:
        """Remove an upload, and what there is of one that broke off. One that is gone is no error."""
        ...

    async def discard_strays(self, known: Collection[UUID]) -> None:
        """Remove what is left of uploads other than these, and that nobody has written to for an hour."""
        ...

    async def stored(self, behind: str) -> Mapping[str, float]:
        """The next part of all content in the order of digests: seconds since each was kept, or said to be wanted.

        `behind`: a digest, empty for the first part. Nothing: there is no more.
        """
        ...

    async def renew(self, digests: Collection[str]) -> None:
        """Say of content that it is wanted now. Content that is gone is no error."""
        ...

    async def remove(self, digest: str, unwanted_for: float | None = None) -> bool:
        """Remove content, in a `turn`; True where there was any.

        With `unwanted_for` only where nobody has wanted it for so many seconds.
        """
        ...

    def path(self, digest: str) -> Path:
        """Where content of that digest lives."""
        ...
