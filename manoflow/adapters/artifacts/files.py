"""Artifacts as files in a folder: content under its SHA-256, uploads beside it until they are kept.

Both are on one file system, so keeping is a rename: what stands under a digest is always whole. All files are 0600.
Processes that share the folder take turns by a lock of the kernel, which ends with its holder. A file's time of change
says when it was last wanted: content itself never changes.
"""

import asyncio
import fcntl
import os
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time
from typing import IO
from uuid import UUID

from manoflow.domain.errors import InvalidInputError, NotFoundError, UnreachableError

LOOK_AGAIN = 0.01
TURN_WITHIN = 10.0
"""Seconds that somebody else may take for his turn."""
STRAY_AFTER = 3600.0
"""Seconds without a byte after which a file that belongs to no upload was left behind by a process that died."""

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

    async def receive(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Stream an upload to a file of its own, and name it when it is whole; one that breaks off leaves nothing."""
        file = self._begin(upload_id)
        begun = Path(file.name)
        try:
            with file:
                async for chunk in chunks:
                    await asyncio.to_thread(_write, file, chunk)
                await asyncio.to_thread(_finish, file)
            await asyncio.to_thread(_name, begun, self._whole(upload_id))
        except BaseException:
            _remove(begun)
            raise

    async def received(self, upload_id: UUID) -> Path | None:
        """Where an upload is, once it is whole."""
        whole = self._whole(upload_id)
        return whole if await asyncio.to_thread(whole.exists) else None

    async def keep(self, upload_id: UUID, digest: str) -> Path:
        """Move an upload to where content of that SHA-256 lives."""
        received, kept = self._whole(upload_id), self.path(digest)
        await asyncio.to_thread(_keep, received, kept)
        return kept

    async def discard(self, upload_id: UUID) -> None:
        """Remove an upload and its beginnings."""
        await asyncio.to_thread(self._discard, upload_id)

    async def discard_strays(self, known: Collection[UUID]) -> None:
        """Remove what is left of others."""
        await asyncio.to_thread(self._discard_strays, {str(upload_id) for upload_id in known})

    async def stored(self, behind: str) -> Mapping[str, float]:
        """What is in the next folder, of those into which digests are sorted by their first digits."""
        return await asyncio.to_thread(self._stored, behind[:2])

    async def renew(self, digests: Collection[str]) -> None:
        """Give their files the time that it is."""
        await asyncio.to_thread(_renew, [self.path(digest) for digest in digests])

    async def remove(self, digest: str, unwanted_for: float | None = None) -> bool:
        """Remove content."""
        return await asyncio.to_thread(_forget, self.path(digest), unwanted_for)

    def path(self, digest: str) -> Path:
        """Where content of that digest lives. Raises `InvalidInputError` for what is no SHA-256 in lower-case hex."""
        if not _DIGEST.fullmatch(digest):
            raise InvalidInputError(f"cannot look for content {digest!r}: a SHA-256 has 64 lower-case hex digits")
        return self._content / digest[:2] / digest

    def _whole(self, upload_id: UUID) -> Path:
        return self._incoming / str(upload_id)

    def _begin(self, upload_id: UUID) -> IO[bytes]:
        """Each attempt writes a file of its own: one that was thought dead may still be at it."""
        with _storing(self._incoming):
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            return NamedTemporaryFile(dir=self._incoming, prefix=f"{upload_id}.", delete=False)

    def _stored(self, behind: str) -> Mapping[str, float]:
        with _storing(self._content):
            folders = sorted(folder for folder in self._content.glob("*") if folder.name > behind)
        for folder in folders:
            with _storing(folder):
                ages = {path.name: _age(path) for path in folder.glob("*") if _DIGEST.fullmatch(path.name)}
            if found := {name: age for name, age in ages.items() if age is not None}:
                return found
        return {}

    def _discard(self, upload_id: UUID) -> None:
        with _storing(self._incoming):
            for path in (self._whole(upload_id), *self._incoming.glob(f"{upload_id}.*")):
                path.unlink(missing_ok=True)

    def _discard_strays(self, known: Collection[str]) -> None:
        with _storing(self._incoming):
            for path in self._incoming.glob("*"):
                if path.name.partition(".")[0] not in known and (_age(path) or 0) > STRAY_AFTER:
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


def _name(begun: Path, whole: Path) -> None:
    """The first attempt that is whole is the upload: it may have been read when another one ends."""
    with _storing(whole):
        if whole.exists():
            begun.unlink()
        else:
            begun.replace(whole)


def _keep(received: Path, kept: Path) -> None:
    """What stands there already has that digest; what is received under a known upload by then may be anything."""
    with _storing(kept):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if kept.exists():
            received.unlink(missing_ok=True)
        elif received.exists() or not received.parent.exists():
            received.replace(kept)
        else:
            raise NotFoundError(
                f"cannot keep {received.name}: neither the upload nor its content is here; upload it again"
            )
        os.utime(kept)
        _make_durable(kept.parent)


def _remove(path: Path) -> None:
    with _storing(path):
        path.unlink(missing_ok=True)


def _renew(paths: Collection[Path]) -> None:
    for path in paths:
        with _storing(path), suppress(FileNotFoundError):
            os.utime(path)


def _forget(path: Path, unwanted_for: float | None) -> bool:
    with _storing(path):
        age = _age(path)
        if age is None or (unwanted_for is not None and age < unwanted_for):
            return False
        path.unlink(missing_ok=True)
        return True


def _age(path: Path) -> float | None:
    """Seconds since its time of change; None where it is gone."""
    try:
        return time() - path.stat().st_mtime
    except FileNotFoundError:
        return None


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
