"""Who is calling: the dependency that stands before every resource but health and the docs (SOL013 clause 8.2).

The caller shows a bearer token in the header Authorization (RFC 6750). Reading needs the scope ``manoflow:read``,
everything else ``manoflow:write``. Where no verifier is set anybody may do everything: then we listen on loopback only.
"""

from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.services import Injected
from manoflow.domain.callers import ANYBODY, Caller, Scope
from manoflow.domain.errors import ForbiddenCallerError, InvalidTokenError, UnauthorizedError
from manoflow.ports.callers import Callers

READING = frozenset({"GET", "HEAD"})

_BEARER = HTTPBearer(
    scheme_name="bearer",
    description="A client's token or an OAuth2 access token (JWT). Not needed where no authentication is set.",
    auto_error=False,
)
_Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]

log = structlog.stdlib.get_logger(__name__)


async def require_caller(request: Request, shown: _Shown, services: Injected) -> Caller:
    """The caller of a request, if it may be served: 401 where nobody is known by its token, 403 for a missing scope.

    Every line that is logged for the request bears the principal from here on, and whoever asks for a change is logged.
    """
    if services.callers is None:
        return ANYBODY
    caller = await _verified(services.callers, request, shown)
    structlog.contextvars.bind_contextvars(principal=caller.principal)
    scope = Scope.READ if request.method in READING else Scope.WRITE
    if not caller.may(scope):
        message = f"cannot {request.method} {request.url.path}: the token of {caller.principal} lacks the scope {scope}"
        raise ForbiddenCallerError(message, scope)
    if scope is Scope.WRITE:
        log.info("a change is asked for", principal=caller.principal, method=request.method, path=request.url.path)
    return caller


Called = Annotated[Caller, Depends(require_caller)]


async def _verified(callers: Callers, request: Request, shown: HTTPAuthorizationCredentials | None) -> Caller:
    if len(request.headers.getlist("Authorization")) > 1:
        message = "cannot tell who is calling: there are several Authorization headers, send one"
        raise InvalidTokenError(message)
    if shown is None:
        message = "cannot tell who is calling: there is no bearer token; send it as Authorization: Bearer TOKEN"
        raise UnauthorizedError(message)
    return await callers.verify(shown.credentials)
