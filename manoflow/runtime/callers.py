"""The verifier of callers that the settings name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from manoflow.adapters.callers.jwks import Jwks
from manoflow.adapters.callers.jwt import Expected, JwtCallers
from manoflow.adapters.callers.static import StaticCallers
from manoflow.ports.callers import Callers
from manoflow.runtime.auth import AuthSettings


@asynccontextmanager
async def verifying(settings: AuthSettings) -> AsyncIterator[Callers | None]:
    """Who knows the callers; None where nobody does. `InvalidInputError`: the client list cannot be read."""
    if settings.clients_file is not None:
        yield StaticCallers(settings.clients_file)
    elif settings.jwks_url:
        keys = Jwks(settings.jwks_url)
        expected = Expected(
            issuer=settings.issuer,
            audience=settings.audience,
            leeway=settings.leeway_seconds,
            scopes=settings.require_scopes,
        )
        try:
            yield JwtCallers(keys, expected)
        finally:
            await keys.close()
    else:
        yield None
