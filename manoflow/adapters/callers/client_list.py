"""The file of clients: names, scopes and hashes of tokens. `manoflow client` writes it, `static` verifies by it.

A token is 256 random bits, so its SHA-256 tells as little as a slow hash would: there is nothing to guess. The file is
replaced as a whole, so a reader sees the old list or the new one.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile

from pydantic import Field, ValidationError

from manoflow.domain.base import Model, Moment
from manoflow.domain.callers import CallerName, Scope
from manoflow.domain.errors import ConflictError, InvalidInputError, NotFoundError

TOKEN_BYTES = 32


class Client(Model):
    """One client."""

    name: CallerName
    token_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: frozenset[Scope]
    added_at: Moment


class ClientList(Model):
    """What the file holds."""

    clients: Sequence[Client] = ()


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def read_clients(path: Path) -> Sequence[Client]:
    """The clients of a file. Raises `InvalidInputError` that says where it cannot be read, never what stands there."""
    try:
        return ClientList.model_validate_json(path.read_bytes()).clients
    except FileNotFoundError as error:
        message = f"cannot read the client list {path}: there is no such file; `manoflow client add NAME` makes it"
        raise InvalidInputError(message) from error
    except OSError as error:
        raise InvalidInputError(f"cannot read the client list {path}: {error.strerror}") from error
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in error.errors())
        raise InvalidInputError(f"cannot read the client list {path}: {places}") from None


def add_client(path: Path, name: str, scopes: frozenset[Scope]) -> str:
    """Add a client; gives its token, which is kept nowhere. `ConflictError`: the name is taken."""
    token = token_urlsafe(TOKEN_BYTES)
    client = _client(name, token, scopes)

    def added(clients: Sequence[Client]) -> Sequence[Client]:
        if any(one.name == name for one in clients):
            raise ConflictError(f"cannot add client {name}: it is in {path} already; remove it first for a new token")
        return [*clients, client]

    _change(path, added)
    return token


def remove_client(path: Path, name: str) -> None:
    """Remove a client: its token is not accepted from now on. `NotFoundError`: there is none of that name."""

    def removed(clients: Sequence[Client]) -> Sequence[Client]:
        left = [one for one in clients if one.name != name]
        if len(left) == len(clients):
            raise NotFoundError(f"cannot remove client {name}: it is not in {path}")
        return left

    _change(path, removed)


def _client(name: str, token: str, scopes: frozenset[Scope]) -> Client:
    try:
        return Client(name=name, token_sha256=hash_of(token), scopes=scopes, added_at=datetime.now(UTC))
    except ValidationError as error:
        message = f"cannot add client {name!r}: a name has 1 to 255 printable characters"
        raise InvalidInputError(message) from error


def _change(path: Path, change: Callable[[Sequence[Client]], Sequence[Client]]) -> None:
    try:
        with _alone(path):
            clients = change(read_clients(path) if path.exists() else ())
            _write(path, ClientList(clients=clients).model_dump_json(indent=2) + "\n")
    except OSError as error:
        raise InvalidInputError(f"cannot write the client list {path}: {error.strerror}") from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One writer at a time: of two additions at once, none is lost."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, text: str) -> None:
    mode = path.stat().st_mode if path.exists() else 0o600
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as fresh:
        try:
            fresh.write(text)
            fresh.flush()
            os.fchmod(fresh.fileno(), mode & 0o777)
            os.fsync(fresh.fileno())
            os.replace(fresh.name, path)  # noqa: PTH105 - no Path is at hand
        except BaseException:
            os.unlink(fresh.name)  # noqa: PTH108 - the same
            raise
