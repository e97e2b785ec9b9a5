"""What the SDK and the services raise, in the words of `manoflow.domain.errors`.

Status codes do not tell enough: a used-up quota is 403 in Nova, 409 in Neutron and 413 in Cinder, a policy's
refusal is 403 too, and 409 means taken as well as busy. The texts looked for below are those of the services'
2026.2 release.
"""

import re
from http import HTTPStatus

from keystoneauth1 import exceptions as login
from openstack import exceptions as sdk

from manoflow.adapters.vim.openstack.discretion import Hide
from manoflow.domain.errors import (
    AlreadyExistsError,
    BusyError,
    ForbiddenError,
    InvalidInputError,
    ManoError,
    NotFoundError,
    PermanentError,
    QuotaError,
    UnreachableError,
)

SDK_ERRORS = (sdk.SDKException, login.ClientException)
"""Everything the SDK raises on purpose; anything else is a bug and is not caught."""

TEXT_LENGTH = 500
USED_UP = ("quota", "exceed", "no more ip addresses", "limit reached")
TAKEN = ("already exists", "already allocated", "is in use.")
MISUSE = (sdk.InvalidRequest, sdk.InvalidResourceQuery, sdk.MethodNotSupported)
NO_ANSWER = (login.ConnectionError, login.DiscoveryFailure, sdk.ServiceDiscoveryException)
POOL = re.compile(r": HTTPS?ConnectionPool\(.*(\[Errno -?\d+\] [^\"')]+).*", re.DOTALL)
"""What libraries under the SDK say of a connection that fails: the last of it matters."""
NO_VERSIONS = "does not have any supported versions"
"""What the SDK says of a service whose first question, which versions it speaks, gets no answer."""


def translate(doing: str, error: Exception, hide: Hide = str) -> ManoError:
    """Say what could not be done and why. The caller raises it `from` the original.

    `doing` completes "cannot ...", e.g. ``make port web-1 (3f2a...)``; `hide` is asked before a text is cut.
    """
    if isinstance(error, MISUSE):
        raise error
    if isinstance(error, sdk.HttpException) and error.status_code:
        return _of_status(error.status_code, doing, _reason(error, hide), _retry_after(error))
    if isinstance(error, login.HttpError):
        return _of_status(error.http_status, doing, _short(error, hide), None)
    text = f"cannot {doing}: {_short(error, hide)}"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return PermanentError(f"{text}; name the authority's file in interfaceInfo.caFile")
    if isinstance(error, NO_ANSWER) or NO_VERSIONS in text:
        return UnreachableError(text)
    return PermanentError(text)


def _of_status(status: int, doing: str, reason: str, retry_after: float | None) -> ManoError:
    text = f"cannot {doing}: {reason} (HTTP {status})"
    lowered = reason.lower()
    if status in {403, 409, 413} and any(sign in lowered for sign in USED_UP):
        return QuotaError(text)
    if status == HTTPStatus.CONFLICT:
        return AlreadyExistsError(text) if any(sign in lowered for sign in TAKEN) else BusyError(text)
    if status in {408, 413, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UnreachableError(text, retry_after=retry_after)
    return _PERMANENT.get(status, PermanentError)(text)


_PERMANENT: dict[int, type[PermanentError]] = {
    HTTPStatus.BAD_REQUEST: InvalidInputError,
    HTTPStatus.UNAUTHORIZED: ForbiddenError,
    HTTPStatus.FORBIDDEN: ForbiddenError,
    HTTPStatus.NOT_FOUND: NotFoundError,
}


def _reason(error: sdk.HttpException, hide: Hide) -> str:
    return hide(str(error.details or error.message or type(error).__name__))[:TEXT_LENGTH]


def _short(error: Exception, hide: Hide) -> str:
    return POOL.sub(r": \1", hide(str(error) or type(error).__name__))[:TEXT_LENGTH]


def _retry_after(error: sdk.HttpException) -> float | None:
    asked = error.response.headers.get("Retry-After", "") if error.response is not None else ""
    return float(asked) if asked.isdigit() else None
