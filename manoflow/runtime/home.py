"""A home: the folder with all state of one stack, and the lock that keeps a second stack out of it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.runtime.settings import Settings


@contextmanager
def occupied(settings: Settings) -> Iterator[None]:
    """Hold the home. Raises `ConflictError` naming the process that holds it.

    The lock is the kernel's, so one that is killed leaves nothing that could block the next.
    """
    make_home(settings)
    with (settings.run / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise ConflictError(
                f"cannot use {settings.home}: `manoflow up` with pid {lock.read().strip() or 'unknown'} runs there; "
                "stop it, or choose another folder by MANOFLOW_HOME (and other ports)"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def write_pid(run: Path, name: str, pid: int) -> None:
    """Say which process bears a name; readers see the old pid or the new one, never half of it."""
    fresh = run / f".{name}.pid"
    fresh.write_text(f"{pid}\n")
    fresh.replace(run / f"{name}.pid")


def make_home(settings: Settings) -> None:
    """Make the folders where they are missing; raises `InvalidInputError` where they cannot be made."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.run.mkdir(exist_ok=True)
        settings.log.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInputError(
            f"cannot make the home {settings.home}: {error.strerror}; choose a folder by MANOFLOW_HOME"
        ) from error
