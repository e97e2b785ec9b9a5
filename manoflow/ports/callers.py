"""The port to whoever knows the callers of the API: a list of clients, or an OAuth2 authorization server."""

from typing import Protocol

from manoflow.domain.callers import Caller


class Callers(Protocol):
    """Verifies bearer tokens (RFC 6750)."""

    async def verify(self, token: str) -> Caller:
        """Who bears this token.

        Raises `InvalidTokenError` where it is not accepted, `UnreachableError` where that cannot be told now. Neither
        repeats the token.
        """
        ...
