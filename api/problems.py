"""Errors as problem details (RFC 9457; SOL013 clause 6): the one place that knows which error has which status.

Routes raise `manoflow.domain.errors` or starlette's `HTTPException`; nobody else builds an error's body.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api.versions import version_headers
from manoflow.domain.errors import (
    ConflictError,
    ForbiddenCallerError,
    ForbiddenError,
    InvalidInputError,
    InvalidTokenError,
    ManoError,
    NotFoundError,
    NotSupportedError,
    TemporaryError,
    UnauthorizedError,
)
from manoflow.domain.lcm import ProblemDetails

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds that we ask a client to wait where the failing service did not say."""

_STATUS: tuple[tuple[type[ManoError], int], ...] = (
    (UnauthorizedError, 401),
    (ForbiddenCallerError, 403),
    (InvalidInputError, 422),
    (NotFoundError, 404),
    (NotSupportedError, 404),
    (ConflictError, 409),
    (ForbiddenError, 403),
    (TemporaryError, 503),
    (ManoError, 409),  # what remains is permanent: a quota, a refusal; somebody has to change the world first
)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

log = structlog.stdlib.get_logger(__name__)


def problem_of(error: ManoError) -> ProblemDetails:
    """What an error of ours says, as problem details."""
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    return problem(status, error.message)


def problem(status: int, detail: str) -> ProblemDetails:
    """Problem details with the status's own title."""
    return ProblemDetails(title=HTTPStatus(status).phrase, status=status, detail=detail)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error with problem details."""
    app.add_exception_handler(ManoError, _our_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _bug)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses as problem details in the OpenAPI document."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def _answer(answer: ProblemDetails, headers: Mapping[str, str] | None = None) -> JSONResponse:
    body = answer.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, answer.status, headers=headers, media_type=MEDIA_TYPE)


async def _our_error(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ManoError):
        raise error
    return _answer(problem_of(error), _what_to_do(error))


def _what_to_do(error: ManoError) -> dict[str, str]:
    """The headers that tell a client how to come through another time (RFC 9110 clause 10.2.3, RFC 6750 clause 3)."""
    bearer = 'Bearer realm="manoflow"'
    match error:
        case TemporaryError():
            return {"Retry-After": str(max(1, round(error.retry_after or RETRY_AFTER)))}
        case InvalidTokenError():
            return {"WWW-Authenticate": f'{bearer}, error="invalid_token"'}
        case UnauthorizedError():
            return {"WWW-Authenticate": bearer}
        case ForbiddenCallerError():
            return {"WWW-Authenticate": f'{bearer}, error="insufficient_scope", scope="{error.scope}"'}
        case _:
            return {}


async def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    """400 that names each field and what is wrong with it, never its value: that may be secret."""
    if not isinstance(error, RequestValidationError):
        raise error
    complaints = "; ".join(f"{_path(one['loc'])}: {_complaint(one)}" for one in error.errors())
    return _answer(problem(400, f"cannot read the request: {complaints}"))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    here = f"{request.method} {request.url.path}"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = _allowed_methods(request)
        detail = f"cannot {here}: this resource knows {allowed} only"
        return _answer(problem(error.status_code, detail), {"Allow": allowed})
    if error.status_code == HTTPStatus.NOT_FOUND:
        return _answer(problem(error.status_code, f"cannot {here}: there is no such resource"))
    detail = error.detail if error.detail.startswith("cannot ") else f"cannot {here}: {error.detail}"
    return _answer(problem(error.status_code, detail), error.headers)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    """500 without internals. Starlette raises the error again after that, so the server logs where it came from.

    This answer passes no middleware, so it says its version itself.
    """
    log.error("a request failed by a bug", method=request.method, path=request.url.path, error=repr(error))
    detail = f"cannot {request.method} {request.url.path}: an internal error, see the API's log"
    return _answer(problem(500, detail), version_headers(request.url.path))


def _allowed_methods(request: Request) -> str:
    """Every method the resource defines: the router itself names those of its first route only."""
    routes = request.app.routes
    return ", ".join(
        method
        for method in _METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    )


def _path(location: tuple[str | int, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.lstrip(".")


def _complaint(error: Mapping[str, Any]) -> str:
    if error["type"] == "json_invalid":
        return f"not JSON ({error['ctx']['error']})"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
