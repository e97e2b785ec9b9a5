"""The files of an onboarded package as payloads: its own file, files inside, and archives of some of them.

Reading a package blocks; everything here is called in a thread (`api.payloads` streams so, too).
"""

import tempfile
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from hashlib import sha256
from io import SEEK_END
from pathlib import Path
from typing import IO, TypeVar
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from starlette.concurrency import run_in_threadpool

from api.accepting import ZIP
from api.payloads import CHUNK, Payload, file_chunks
from api.services import Services
from descriptors.contents import Contents, open_contents
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.packages import OnboardingState, PackageContent, VnfPackage

T = TypeVar("T")
Addition = Callable[[IO[bytes], Collection[str]], Awaitable[Sequence[str]]]


class PackageFiles:
    """What is in the stored file of a package."""

    def __init__(self, package: VnfPackage, content: PackageContent, path: Path) -> None:
        """Use `files_of`."""
        self.package = package
        self.content = content
        self._path = path

    async def look(self, see: Callable[[Contents], T]) -> T:
        """What somebody sees who opens the package."""
        return await run_in_threadpool(self._look, see)

    def everything(self) -> Payload:
        """The package itself, as it was uploaded."""
        chunks = lambda start, length: file_chunks(self._path, start, length)  # noqa: E731 - a field, not a name
        return Payload(ZIP, self.content.size, self.content.digest, chunks)

    async def file(self, name: str, media_type: str) -> Payload:
        """One file inside."""
        size = await self.look(lambda contents: contents.size(name))
        return Payload(media_type, size, self._etag(name), lambda start, length: self._inside(name, start, length))

    async def archive(self, names: Sequence[str], add: Addition | None = None) -> Payload:
        """Some files inside, where they are in the package. The same files give the same bytes.

        `add` puts more into the archive, beside the paths that it is told, and gives the digests of that.
        """
        file, taken = await run_in_threadpool(self._look, lambda contents: (_archived(contents, names), contents.names))
        try:
            more = await add(file, taken) if add else ()
        except BaseException:
            file.close()
            raise
        size = file.seek(0, SEEK_END)
        return Payload(ZIP, size, self._etag(*names, *more), lambda start, length: _handed_over(file, start, length))

    def _look(self, see: Callable[[Contents], T]) -> T:
        try:
            with open_contents(self._path) as contents:
                return see(contents)
        except FileNotFoundError as error:
            raise _lost(self.package, self.content) from error

    def _inside(self, name: str, start: int, length: int) -> Iterator[bytes]:
        with open_contents(self._path) as contents:
            yield from contents.chunks(name, start, length)

    def _etag(self, *names: str) -> str:
        return sha256("\n".join([self.content.digest, *names]).encode()).hexdigest()


async def files_of(package: VnfPackage, services: Services) -> PackageFiles:
    """The files of a package. `ConflictError` where it is not onboarded (SOL005 clauses 9.4.4 to 9.4.7)."""
    if package.onboarding_state is not OnboardingState.ONBOARDED or package.content is None:
        message = f"cannot read what is in VNF package {package.id}: it is {package.onboarding_state}, onboard it first"
        raise ConflictError(message)
    path = services.artifacts.path(package.content.digest)
    if not await run_in_threadpool(path.is_file):
        raise _lost(package, package.content)
    return PackageFiles(package, package.content, path)


def _lost(package: VnfPackage, content: PackageContent) -> UnreachableError:
    """Also where it has been deleted at this moment: who asks again finds no package."""
    return UnreachableError(
        f"cannot read what is in VNF package {package.id}: its file {content.digest} is not in the folder "
        "of artifacts; restore that folder"
    )


def _archived(contents: Contents, names: Sequence[str]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when it was given out, or forgotten
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name in names:
            with archive.open(ZipInfo(name), "w", force_zip64=contents.size(name) >= 1 << 31) as entry:
                for chunk in contents.chunks(name):
                    entry.write(chunk)
    return file


def _handed_over(file: IO[bytes], start: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while length and (chunk := file.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
