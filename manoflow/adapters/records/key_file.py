"""The file of the keys for credentials, where no setting names them: one key in a line, newest first.

Every process that has read it holds a lock beside it that others share. A rotation wants that lock alone: whoever knows
only the older keys could neither open what the newest has sealed, nor seal what stays readable.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TextIO

from manoflow.adapters.records.secrets import generate_key, split_keys
from manoflow.domain.errors import ConflictError, InvalidInputError


def key_in(path: Path) -> str:
    """The keys in a file that only its owner may read, one made where there is none. Processes that race get one key.

    Raises `InvalidInputError` where the file can be neither read nor made.
    """
    with _in_our_words(path):
        if not path.exists():
            _make(path)
        return path.read_text(encoding="utf-8").strip()


@contextmanager
def keys_in_use(path: Path) -> Iterator[str]:
    """The keys in the file, for as long as the process needs them. `ConflictError` while they are rotated."""
    with _locked(path, fcntl.LOCK_SH) as free:
        if not free:
            raise ConflictError(
                f"cannot use the keys in {path}: `manoflow rotate-key` is at work there; start again when it has ended"
            )
        yield key_in(path)


@contextmanager
def keys_rotated(path: Path) -> Iterator[str]:
    """The keys in the file with a new one before them, alone in use. When all went well, the older ones go.

    Where a rotation came to no end, its new key is there already, and it goes on. Raises `InvalidInputError` where
    there is no file, `ConflictError` while any process uses the keys.
    """
    if not path.exists():
        raise InvalidInputError(f"cannot rotate the key in {path}: there is no such file, so nothing was encrypted yet")
    with _locked(path, fcntl.LOCK_EX) as free:
        if not free:
            raise ConflictError(
                f"cannot rotate the key in {path}: `manoflow up`, API or worker processes of this home are running and "
                "know only the old one; stop them first, or name the keys by MANOFLOW_SECRET_KEY: then they may run"
            )
        keys = split_keys(key_in(path))
        if len(keys) == 1:
            keys = [generate_key(), *keys]
            _replace(path, keys)
        yield "\n".join(keys)
        _replace(path, keys[:1])


@contextmanager
def _locked(path: Path, how: int) -> Iterator[bool]:
    """Hold the lock beside the file, or say that somebody else has it. The kernel gives back that of the dead."""
    with _in_our_words(path):
        lock = path.with_name(f"{path.name}.lock").open("a")
    with lock:
        with _in_our_words(path):
            free = _taken(lock, how)
        yield free


def _taken(lock: TextIO, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _in_our_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InvalidInputError(
            f"cannot use {path} as the file of the key for credentials: {error.strerror}"
        ) from error


def _make(path: Path) -> None:
    # A link, unlike a rename, refuses to replace what somebody else has just made.
    with _written(path, [generate_key()]) as made, suppress(FileExistsError):
        os.link(made, path)


def _replace(path: Path, keys: Sequence[str]) -> None:
    """Readers see the old keys or the new ones; new ones are on the disk before anything is sealed with them."""
    with _in_our_words(path), _written(path, keys) as made:
        made.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


@contextmanager
def _written(path: Path, keys: Sequence[str]) -> Iterator[Path]:
    """A temporary file of these keys beside the file: 0600, and gone afterwards unless it was renamed."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as made:
        place = Path(made.name)
        try:
            made.write("\n".join(keys).encode())
            made.flush()
            os.fsync(made.fileno())
            yield place
        finally:
            place.unlink(missing_ok=True)
