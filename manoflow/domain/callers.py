"""Who calls the API and what they may do: what a verified bearer token says (architecture, section 12)."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from manoflow.domain.base import Model


class Scope(StrEnum):
    """What a token may be good for, as OAuth2 scopes (RFC 6749 clause 3.3)."""

    READ = "manoflow:read"
    WRITE = "manoflow:write"
    """Everything, reading included."""


def _printable(name: str) -> str:
    """Names are recorded, logged and shown: a database refuses NUL, a terminal obeys escapes."""
    if not name.isprintable():
        message = "a name consists of printable characters"
        raise ValueError(message)
    return name


CallerName = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_printable)]
"""What a subject or a client is called."""


class Caller(Model):
    """Whoever sent a request."""

    subject: CallerName | None = None
    """The user or service that the request is made for."""
    client_id: CallerName | None = None
    """The program that makes it."""
    scopes: frozenset[Scope] = frozenset()

    @property
    def principal(self) -> str | None:
        """The caller in one text, e.g. ``alice (portal)``; None for anybody: no authentication is set."""
        if self.subject and self.client_id and self.subject != self.client_id:
            return f"{self.subject} ({self.client_id})"
        return self.subject or self.client_id

    def may(self, scope: Scope) -> bool:
        """Whether the caller was given a scope, or one that includes it."""
        return scope in self.scopes or Scope.WRITE in self.scopes


ANYBODY = Caller(scopes=frozenset({Scope.WRITE}))
"""The caller of an API that verifies nobody, and therefore listens on loopback only."""
