"""Callers by OAuth2 access tokens that are JWTs (RFC 9068), signed by an authorization server (its keys: `jwks`).

A token counts only if it is signed with RS256, PS256 or ES256 by a key of the server, has not expired, and names our
issuer and our audience. What it says about its own key beyond the key's id is not looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from jwt import PyJWK
from jwt.exceptions import (
    ExpiredSignatureError,
    ImmatureSignatureError,
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidSignatureError,
    MissingRequiredClaimError,
    PyJWTError,
)
from pydantic import ValidationError

from manoflow.adapters.callers.jwks import ALGORITHMS, Jwks
from manoflow.domain.callers import Caller, Scope
from manoflow.domain.errors import InvalidTokenError

ACCEPTED = tuple(algorithm for algorithms in ALGORITHMS.values() for algorithm in algorithms)

_BROKEN = (PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What reading a token made up by anybody can raise; its text may repeat the token."""

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (ExpiredSignatureError, "it has expired, get a new one"),
    (ImmatureSignatureError, "it is not valid yet (nbf or iat): compare the clocks"),
    (InvalidAudienceError, "it is meant for another audience (aud)"),
    (InvalidIssuerError, "it is from another issuer (iss)"),
    (MissingRequiredClaimError, "exp, iss and aud are needed, one is missing"),
    (InvalidSignatureError, "its signature is not that of the authorization server"),
)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a token must say."""

    issuer: str
    audience: str
    leeway: float
    """Seconds that clocks may differ."""
    scopes: bool
    """Whether its scope claim decides what its bearer may do; else everything."""


class JwtCallers:
    """The port `Callers` on one authorization server."""

    def __init__(self, keys: Jwks, expected: Expected) -> None:
        """`keys`: those of the authorization server."""
        self._keys = keys
        self._expected = expected

    async def verify(self, token: str) -> Caller:
        """See `manoflow.ports.callers`."""
        key = await self._keys.find(*_named_key(token))
        if key is None:
            raise _refused("the authorization server has no such key for it")
        return self._caller(self._claims(token, key))

    def _claims(self, token: str, key: PyJWK) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=self._expected.issuer,
                audience=self._expected.audience,
                leeway=self._expected.leeway,
                options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
            )
        except _BROKEN as error:
            reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), "it is not valid")
            raise _refused(reason) from None

    def _caller(self, claims: Mapping[str, Any]) -> Caller:
        scopes = _scopes(claims) if self._expected.scopes else frozenset(Scope)
        client_id = claims.get("client_id") or claims.get("azp")
        try:
            caller = Caller(subject=claims.get("sub"), client_id=client_id, scopes=scopes)
        except ValidationError:
            raise _refused("sub, client_id and azp are names of 1 to 255 printable characters") from None
        if caller.principal is None:
            raise _refused("it names nobody: sub, client_id or azp is needed")
        return caller


def _named_key(token: str) -> tuple[str | None, str]:
    """The key id and the algorithm that a token names; only those that we accept are looked for."""
    try:
        header = jwt.get_unverified_header(token)
    except _BROKEN:
        raise _refused("it is no JWT") from None
    algorithm = header.get("alg")
    if algorithm not in ACCEPTED:
        raise _refused(f"it is not signed with {', '.join(ACCEPTED)}")
    return header.get("kid"), str(algorithm)


def _scopes(claims: Mapping[str, Any]) -> frozenset[Scope]:
    """Ours among a token's scopes: a text with spaces (RFC 8693 clause 4.2), or a list as some servers write it."""
    given = claims.get("scope", claims.get("scp", ""))
    named = given.split() if isinstance(given, str) else given
    return frozenset(scope for scope in Scope if isinstance(named, list) and scope.value in named)


def _refused(reason: str) -> InvalidTokenError:
    return InvalidTokenError(f"cannot accept the bearer token: {reason}")
