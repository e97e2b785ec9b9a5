"""The public keys of an authorization server: its JSON Web Key Set (RFC 7517), fetched when needed.

A set is good for `FRESH` seconds. A key that is not in it may be new, so the set is fetched again, but never more often
than every `PAUSE` seconds: invented key ids cannot make us flood the server. While it does not answer, the keys that we
have serve for `STALE` seconds more.
"""

import asyncio
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx
import structlog
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from manoflow.domain.errors import UnreachableError

FRESH = 300.0
PAUSE = 10.0
STALE = 3600.0
PATIENCE = 5.0
"""Seconds for fetching the set."""

ALGORITHMS = {("RSA", None): ("RS256", "PS256"), ("EC", "P-256"): ("ES256",)}
"""What a key of each type and curve may sign with: asymmetric only. A secret in a public key set would be none."""

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True)
class Key:
    """A key for one algorithm. It is looked up by both: a token cannot have its key used for another algorithm."""

    key_id: str | None
    algorithm: str
    verifies: PyJWK


class Jwks:
    """The key set at one URL."""

    def __init__(self, url: str, *, fresh: float = FRESH, pause: float = PAUSE, stale: float = STALE) -> None:
        """Nothing is fetched yet: the API starts while the authorization server is away."""
        self._url = url
        self._fresh, self._pause, self._stale = fresh, pause, stale
        self._http = httpx.AsyncClient(timeout=PATIENCE)
        self._turn = asyncio.Lock()
        self._keys: Sequence[Key] = ()
        self._fetched = self._tried = -math.inf
        self._trouble = True  # until a set is there, no token can be judged

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def find(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        """The key that a token names; without a name, the only one for its algorithm. None: there is none.

        Raises `UnreachableError` where the set would have to be fetched to tell, and cannot be.
        """
        known = self._known(key_id, algorithm)
        is_fresh = monotonic() - self._fetched < self._fresh
        if known is not None and (is_fresh or self._turn.locked()):  # somebody else is fetching: nobody need wait
            return known
        arrived = monotonic()
        async with self._turn:
            if self._tried < arrived and monotonic() - self._tried >= self._pause:  # nobody has while we waited
                await self._fetch()
        known = self._known(key_id, algorithm)
        if known is None and self._trouble:
            message = "cannot verify the bearer token: the keys of the authorization server cannot be had, try later"
            raise UnreachableError(message)
        return known

    def _known(self, key_id: str | None, algorithm: str) -> PyJWK | None:
        if monotonic() - self._fetched > self._fresh + self._stale:
            return None
        of_algorithm = [key for key in self._keys if key.algorithm == algorithm]
        fitting = [key for key in of_algorithm if key_id is None or key.key_id == key_id]
        return fitting[0].verifies if len(fitting) == 1 else None

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._http.get(self._url, headers={"Accept": "application/json"})
            keys = list(_keys_in(answer.raise_for_status().json()))
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            self._trouble = True
            log.warning("cannot fetch the keys of the authorization server", url=self._url, error=repr(error))
        else:
            self._trouble = False
            self._keys, self._fetched = keys, monotonic()
        finally:
            self._tried = monotonic()


def _keys_in(document: Any) -> Iterator[Key]:  # noqa: ANN401 - JSON of somebody else
    """Every key that can verify. `ValueError` where that is no key set."""
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        message = "that is no JSON Web Key Set"
        raise ValueError(message)  # noqa: TRY004 - to its reader it is one error like any other
    for key in keys:
        if isinstance(key, dict) and key.get("use", "sig") == "sig":
            yield from _uses_of(key)


def _uses_of(key: dict[str, Any]) -> Iterator[Key]:
    possible = next((names for kind, names in ALGORITHMS.items() if kind == (key.get("kty"), key.get("crv"))), ())
    for algorithm in possible:
        if key.get("alg", algorithm) != algorithm:
            continue
        try:
            yield Key(key.get("kid"), algorithm, PyJWK(key, algorithm))
        except (PyJWTError, ValueError, TypeError, KeyError) as error:  # one that we cannot use leaves the others
            log.warning(
                "a key of the authorization server is of no use", kid=key.get("kid"), error=type(error).__name__
            )
