"""Artifacts as files in a folder: content under its SHA-256, uploads beside it until they are kept.

Both are on one file system, so keeping is a rename: what stands under a digest is always whole. All files are 0600.
Processes that share the folder take turns by a lock of the kernel, which ends with its holder.
"""

import asyncio
import fcntl
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from manoflow.domain.errors import InvalidInputError, UnreachableError

LOOK_AGAIN = 0.01
TURN_WITHIN = 10.0
"""Seconds that somebody else may take for his turn."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileArtifacts:
    """The port `Artifacts` on a folder that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        """Nothing is made yet; the folder appears with the first upload."""
        self._folder = folder
        self._content = folder / "sha256"
        self._incoming = folder / "incoming"

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Hold the lock of the folder."""
        with _storing(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = os.open(self._folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            await self._wait_for(lock)
            yield
        finally:
            os.close(lock)

    async def _wait_for(self, lock: int) -> None:
        try:
            async with asyncio.timeout(TURN_WITHIN):
                while not _is_ours(lock):  # noqa: ASYNC110 - another process lets it go
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError as error:
            message = f"cannot change what is stored in {self._folder}: somebody else has changed it for too long"
            raise UnreachableError(message) from error

    async def receive(self, chunks: AsyncIterator[bytes]) -> Path:
        """Stream an upload to a file; one that breaks off leaves nothing."""
        file = self._begin()
        received = Path(file.name)
        try:
            with file:
                async for chunk in chunks:
                    await asyncio.to_thread(_write, file, chunk)
                await asyncio.to_thread(_finish, file)
        except BaseException:
            self._remove(received)
            raise
        return received

    async def keep(self, received: Path, digest: str) -> Path:
        """Move a received file to where content of that SHA-256 lives."""
        kept = self.path(digest)
        await asyncio.to_thread(self._move, received, kept)
        return kept

    async def discard(self, received: Path) -> None:
        """Remove a received file."""
        await asyncio.to_thread(self._remove, received)

    async def remove(self, digest: str) -> None:
        """Remove content."""
        await asyncio.to_thread(self._remove, self.path(digest))

    def path(self, digest: str) -> Path:
        """Where content of that digest lives. Raises `InvalidInputError` for what is no SHA-256 in lower-case hex."""
        if not _DIGEST.fullmatch(digest):
            raise InvalidInputError(f"cannot look for content {digest!r}: a SHA-256 has 64 lower-case hex digits")
        return self._content / digest[:2] / digest

    def _begin(self) -> IO[bytes]:
        with _storing(self._incoming):
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            return NamedTemporaryFile(dir=self._incoming, delete=False)

    def _move(self, received: Path, kept: Path) -> None:
        with _storing(kept):
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if received.exists() or not kept.exists():
                received.replace(kept)
            _make_durable(kept.parent)

    def _remove(self, path: Path) -> None:
        with _storing(path):
            path.unlink(missing_ok=True)


def _is_ours(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write(file: IO[bytes], chunk: bytes) -> None:
    with _storing(Path(file.name)):
        file.write(chunk)


def _finish(file: IO[bytes]) -> None:
    with _storing(Path(file.name)):
        file.flush()
        os.fsync(file.fileno())


def _make_durable(folder: Path) -> None:
    """A rename outlives a power cut once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnreachableError(f"cannot store {path}: {error.strerror or error}") from error
