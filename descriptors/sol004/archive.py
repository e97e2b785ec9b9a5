"""A ZIP file from a stranger: its table of contents is judged before a byte of it is unpacked.

No file is ever written where its path says; files are read from the archive, each no further than the length it states.
Which file means what is the business of `descriptors.sol004.csar`.
"""

import hashlib
import stat
import struct
import tempfile
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from descriptors.sol004.window import OutsideError, Window
from manoflow.domain.errors import InvalidInputError

CHUNK = 1 << 20
_UNREADABLE = {0x1: "encrypted; pack it without a password", 0x20: "a patch; pack the file itself"}
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_DAMAGED = (
    *(BadZipFile, EOFError, NotImplementedError, OutsideError, OverflowError, RuntimeError, ValueError),
    *(struct.error, zlib.error),
)
"""What zipfile raises of bytes that are no archive."""


@dataclass(frozen=True)
class Limits:
    """What an archive may hold. A package that needs more is stored without compressing its images."""

    entries: int = 10_000
    total_bytes: int = 64 << 30
    """Unpacked size of everything."""
    ratio: int = 200
    """Unpacked to packed size of everything, once it unpacks to more than `free_bytes`; DEFLATE's own bound is 1032."""
    free_bytes: int = 16 << 20
    path_length: int = 512
    path_depth: int = 16


LIMITS = Limits()


class Archive:
    """An open archive whose table of contents has been found harmless."""

    def __init__(self, zip_file: ZipFile, window: Window, files: Mapping[str, ZipInfo]) -> None:
        self._zip = zip_file
        self._window = window
        self._files = files

    @cached_property
    def names(self) -> frozenset[str]:
        """Paths of all files, folders left out."""
        return frozenset(self._files)

    def size(self, name: str) -> int:
        """Unpacked size of a file in bytes."""
        return self._files[name].file_size

    def read(self, name: str, at_most: int) -> bytes:
        """The content of a small file. Raises `InvalidInputError` where it is larger than `at_most` bytes."""
        if self.size(name) > at_most:
            raise _refusal(f"{name} has {self.size(name)} bytes, at most {at_most} are read of such a file")
        return b"".join(self.chunks(name))

    def digest(self, name: str, algorithm: str) -> str:
        """The hex digest of a file by one of hashlib's algorithms, in bounded memory."""
        digest = hashlib.new(algorithm)
        for chunk in self.chunks(name):
            digest.update(chunk)
        return digest.hexdigest()

    def chunks(self, name: str, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """A file's bytes from `offset`, all or `length` of them. Raises `InvalidInputError` where it is damaged."""
        left = self.size(name) - offset
        if length is not None:
            left = min(left, length)
        try:
            with self._zip.open(self._files[name]) as content:
                if offset:
                    content.seek(offset)
                while left > 0 and (chunk := content.read(min(CHUNK, left))):
                    left -= len(chunk)
                    yield chunk
            if left > 0:
                raise EOFError(f"it ends {left} bytes before the length that the table of contents states")
        except _DAMAGED as error:
            raise InvalidInputError(f"cannot read the package: {name} is damaged ({error}); pack it anew") from error

    @contextmanager
    def inner(self, name: str, limits: Limits) -> Iterator["Archive"]:
        """A file of this archive that is an archive itself, judged as this one was.

        It is read where it lies when it is stored, and from a temporary copy when it is compressed.
        """
        outer = self._window.length
        if self._files[name].compress_type == ZIP_STORED:
            with _judged(self._stored(name), outer, limits) as archive:
                yield archive
            return
        with tempfile.TemporaryFile(prefix="manoflow-") as copy:
            for chunk in self.chunks(name):
                copy.write(chunk)
            with _judged(Window(copy, 0, copy.tell()), outer, limits) as archive:
                yield archive

    def _stored(self, name: str) -> Window:
        """The bytes of a file that is not compressed."""
        entry = self._files[name]
        self._window.seek(max(0, entry.header_offset))
        header = self._window.read(_LOCAL_HEADER.size)
        misled = entry.header_offset < 0 or len(header) < _LOCAL_HEADER.size
        if misled or not header.startswith(b"PK\x03\x04"):
            raise _refusal(f"{name} is damaged (it is not where the table of contents says); pack it anew")
        _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
        return self._window.part(start, entry.file_size)


@contextmanager
def open_archive(path: Path, limits: Limits = LIMITS) -> Iterator[Archive]:
    """Open a ZIP file. Raises `InvalidInputError` that names what is wrong with it, before anything is unpacked."""
    with path.open("rb") as file:
        size = path.stat().st_size
        with _judged(Window(file, 0, size), size, limits) as archive:
            yield archive


@contextmanager
def _judged(window: Window, outer: int, limits: Limits) -> Iterator[Archive]:
    """An archive found harmless; `outer` is the size of the file as it came, the measure of what it may become."""
    try:
        zip_file = ZipFile(window)
    except _DAMAGED as error:
        raise InvalidInputError(f"cannot read the package: it is not a ZIP file ({error}); upload a CSAR") from error
    with zip_file:
        entries = zip_file.infolist()
        _require_bounded(entries, min(window.length, outer), limits)
        _require_apart(entries, window.length)
        for entry in entries:
            _require_plain(entry)
            _require_inside(entry, limits)
        _require_distinct(entries)
        files = {entry.filename: entry for entry in entries if not entry.is_dir()}
        yield Archive(zip_file, window, MappingProxyType(files))


def file_digest(path: Path) -> str:
    """SHA-256 of a file on disk, in hex."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _require_bounded(entries: list[ZipInfo], packed: int, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _refusal(f"it has {len(entries)} entries, at most {limits.entries} are read")
    total = sum(entry.file_size for entry in entries)
    if total > limits.total_bytes:
        raise _refusal(f"it unpacks to {total} bytes, at most {limits.total_bytes} are read")
    if total > limits.free_bytes and total > packed * limits.ratio:
        raise _refusal(
            f"it unpacks to over {limits.ratio} times its size, as a ZIP bomb; store large images uncompressed"
        )


def _require_apart(entries: list[ZipInfo], packed: int) -> None:
    if sum(entry.compress_size for entry in entries) > packed:
        raise _refusal("its entries overlap, as in a ZIP bomb; pack it anew")


def _require_plain(entry: ZipInfo) -> None:
    name = entry.filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refusal(f"{name!r} is a link or a special file; pack the file itself")
    for flag, problem in _UNREADABLE.items():
        if entry.flag_bits & flag:
            raise _refusal(f"{name!r} is {problem}")
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise _refusal(f"{name!r} is compressed by method {entry.compress_type}; use DEFLATE or none")
    if entry.compress_type == ZIP_STORED and entry.compress_size != entry.file_size:
        # Else what is signed (zipfile gives the one size) and what is read (the other) might differ.
        raise _refusal(f"{name!r} is not compressed and has two sizes; pack it anew")


def _require_inside(entry: ZipInfo, limits: Limits) -> None:
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    if name != entry.filename or "\\" in name or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise _refusal(f"{name!r} has a backslash or a control character in its path; rename it")
    if any(part in {"", ".", ".."} for part in parts) or ":" in parts[0]:
        raise _refusal(f"{name!r} is not a path inside the archive; pack with relative paths and without '..'")
    if len(name) > limits.path_length or len(parts) > limits.path_depth:
        raise _refusal(f"{name[:80]!r}... is too long or too deep a path; shorten it")


def _require_distinct(entries: list[ZipInfo]) -> None:
    """Refuse two entries that would be one file, or a file and a folder in one place, on some file system."""
    taken: dict[str, str] = {}
    folders: dict[str, str] = {}
    for entry in entries:
        place = _place(entry.filename.removesuffix("/"))
        if not entry.is_dir() and place in taken:
            raise _refusal(
                f"{entry.filename!r} and {taken[place]!r} are the same path, or differ in case only; rename one"
            )
        if not entry.is_dir():
            taken[place] = entry.filename
        inner = place if entry.is_dir() else place.rpartition("/")[0]
        while inner:
            folders[inner] = entry.filename
            inner = inner.rpartition("/")[0]
    for place, name in taken.items():
        if place in folders:
            raise _refusal(f"{name!r} is a file and a folder (of {folders[place]!r}) at once; rename one")


def _place(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _refusal(problem: str) -> InvalidInputError:
    return InvalidInputError(f"cannot read the package: {problem}")
