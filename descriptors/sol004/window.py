"""A part of a file that is read as if it were a file: a whole archive, or one stored inside another (clause 5.1).

`descriptors.sol004.archive` reads through it, so that no more memory is taken than an archive's honest size deserves.
"""

import io
import os
from typing import BinaryIO

from manoflow.domain.errors import InvalidInputError

TABLE_BYTES = 4 << 20
"""The largest piece read at once: no table of contents with as many entries as are allowed is longer."""


class OutsideError(OSError):
    """An archive that leads to a place before its own start."""


class Window(io.RawIOBase):
    """The bytes of a file from `start`, as many as `length`; the file stays its owner's to close."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        super().__init__()
        self._file = file
        self._start = start
        self._length = length
        self._at = 0

    @property
    def length(self) -> int:
        """Bytes that can be seen."""
        return self._length

    def part(self, start: int, length: int) -> "Window":
        """A window in this window, cut where this one ends."""
        return Window(self._file, self._start + start, max(0, min(length, self._length - start)))

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Bytes from the window's start."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place. Raises `OutsideError` for one before the start."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        if base + offset < 0:
            raise OutsideError("it leads to a place before its start")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Bytes from here on. Raises `InvalidInputError` where more are asked for than any honest archive needs."""
        left = max(0, self._length - self._at)
        wanted = left if size < 0 else min(size, left)
        if wanted > TABLE_BYTES:
            raise InvalidInputError(
                f"cannot read the package: its table of contents has {wanted} bytes, at most {TABLE_BYTES} are read; "
                "pack fewer files"
            )
        self._file.seek(self._start + self._at)
        content = self._file.read(wanted)
        self._at += len(content)
        return content
