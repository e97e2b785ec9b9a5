"""Callers by a list of clients: the file of `client_list`, read again whenever it has changed."""

import asyncio
from collections.abc import Sequence
from hmac import compare_digest
from pathlib import Path

import structlog

from manoflow.adapters.callers.client_list import Client, hash_of, read_clients
from manoflow.domain.callers import Caller
from manoflow.domain.errors import InvalidInputError, InvalidTokenError, UnreachableError

Stamp = tuple[int, int, int]
"""What changes with a file: inode, time of its last change in ns, size in bytes."""

log = structlog.stdlib.get_logger(__name__)


class StaticCallers:
    """The port `Callers` on a file. A list that cannot be read lets nobody in."""

    def __init__(self, path: Path) -> None:
        """Reads the file; `InvalidInputError` where it cannot be read."""
        self._path = path
        self._stamp: Stamp | None = None
        self._clients: Sequence[Client] = ()
        self._look()

    async def verify(self, token: str) -> Caller:
        """See `manoflow.ports.callers`."""
        try:
            clients = await asyncio.to_thread(self._look)
        except InvalidInputError as error:
            log.error("nobody is let in", error=error.message)  # noqa: TRY400 - the message says all
            message = "cannot verify the bearer token: the list of clients cannot be read, see the API's log"
            raise UnreachableError(message) from error
        known = _bearer_of(token, clients)
        if known is None:
            message = "cannot accept the bearer token: it belongs to no client (any more)"
            raise InvalidTokenError(message)
        return Caller(client_id=known.name, scopes=known.scopes)

    def _look(self) -> Sequence[Client]:
        """The clients of now."""
        stamp = _stamp_of(self._path)
        if stamp is None or stamp != self._stamp:
            self._clients = read_clients(self._path)
            self._stamp = stamp
        return self._clients


def _bearer_of(token: str, clients: Sequence[Client]) -> Client | None:
    """The client of a token. All are compared, each in constant time: how long it takes tells nothing."""
    given = hash_of(token)
    fitting = [client for client in clients if compare_digest(client.token_sha256, given)]
    return fitting[0] if fitting else None


def _stamp_of(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:  # reading it will say why
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
