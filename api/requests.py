"""What every request must keep to before its resource is looked at: media types, query, ids, size of the body."""

import json
import re
from collections.abc import Callable, Sequence
from email.message import Message as MediaType
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from pydantic_core import from_json
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.links import VNF_PKGM_PREFIX
from manoflow.domain.errors import NotFoundError

BODY_LIMIT = 1024 * 1024
"""Bytes of a request's body; package content is streamed to disk and has no limit here."""

MERGE_PATCH = "application/merge-patch+json"
"""What the body of a PATCH is (RFC 7396)."""

_PACKAGE_CONTENT = re.compile(rf"{re.escape(VNF_PKGM_PREFIX)}/vnf_packages/[^/]+/package_content")
_ACCEPTABLE = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})


def require_acceptable(request: Request) -> None:
    """406 where the client accepts no JSON."""
    accept = request.headers.get("Accept")
    if accept and not any(_wanted(media_range) in _ACCEPTABLE for media_range in accept.split(",")):
        raise HTTPException(406, f"cannot answer as {accept}: answers are application/json, problems problem+json")


async def require_json(request: Request) -> None:
    """415 where there is a body that says that it is not JSON, or says nothing; 400 where it is not strictly JSON.

    Python's own reader lets pass what cannot be stored or sent again: infinite numbers and halves of surrogate pairs.
    """
    body = await request.body()
    if not body:
        return
    given = media_type(request)
    if given != "application/json" and not given.endswith("+json"):
        raise HTTPException(415, f"cannot read a body of Content-Type {given or '(none)'}: send application/json")
    try:
        json.dumps(from_json(body, allow_inf_nan=False), allow_nan=False)
    except ValueError as error:
        raise HTTPException(400, f"cannot read the body: it is not JSON as RFC 8259 has it ({error})") from error


def require_merge_patch(request: Request) -> None:
    """415 where a body is JSON of a kind that is no merge patch, such as a JSON patch.

    SOL013 has application/merge-patch+json for PATCH; the published OpenAPI files have application/json, so clients
    made from them send that. Both are taken.
    """
    given = media_type(request)
    if given not in {"", "application/json", MERGE_PATCH}:
        raise HTTPException(415, f"cannot patch with {given}: send {MERGE_PATCH}")


def refuse_query(request: Request) -> None:
    """400 for query parameters: ignoring a filter in silence would answer another question than was asked."""
    if request.query_params:
        names = ", ".join(sorted(set(request.query_params)))
        raise HTTPException(400, f"cannot use query parameters ({names}): this release supports none, leave them out")


def flags(*names: str, values: Sequence[str] = ()) -> Callable[[Request], None]:
    """A dependency: 400 for query parameters other than these flags, which have no value, and `values`, which have."""

    def only(request: Request) -> None:
        for name, value in request.query_params.items():
            if name not in (*names, *values):
                known = ", ".join((*names, *values)) or "none"
                raise HTTPException(400, f"cannot use query parameter {name}: this resource knows {known}")
            if value and name in names:
                raise HTTPException(400, f"cannot use {name}={value}: it is a flag, leave the value out")

    return only


def media_type(request: Request) -> str:
    """The type a body is said to have, without parameters; empty where nothing is said."""
    given = request.headers.get("Content-Type")
    if not given:
        return ""
    parsed = MediaType()
    parsed["Content-Type"] = given
    return parsed.get_content_type()


def id_in_path(text: str, what: str) -> UUID:
    """The id that a path names. What is no id of ours names nothing: `NotFoundError`."""
    try:
        return UUID(text)
    except ValueError as error:
        message = f"cannot find {what} {text}: that is not an id of this system"
        raise NotFoundError(message) from error


PLAIN = (Depends(require_acceptable), Depends(refuse_query))
"""Dependencies of every router."""
JSON = (*PLAIN, Depends(require_json))
"""Dependencies of every router whose bodies are JSON."""


class LimitBodies:
    """Middleware: a body larger than the limit gets 413, by its declared length or as soon as too much was read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is read. Nothing is read for a resource or method that does not exist."""
        if scope["type"] != "http" or _is_package_content(scope["path"]):
            await self._app(scope, receive, send)
            return
        declared = _declared_length(scope)
        read = 0

        async def counted() -> Message:
            nonlocal read
            _require_within_limit(declared)
            message = await receive()
            read += len(message.get("body", b""))
            _require_within_limit(read)
            return message

        await self._app(scope, counted, send)


def _require_within_limit(size: int) -> None:
    if size > BODY_LIMIT:
        raise HTTPException(413, f"cannot read a body of more than {BODY_LIMIT} bytes")


def _declared_length(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"")
    return int(declared[:18]) if declared.isdigit() else 0


def _is_package_content(path: str) -> bool:
    return _PACKAGE_CONTENT.fullmatch(path) is not None


def _wanted(media_range: str) -> str:
    name, *parameters = (part.strip().lower() for part in media_range.split(";"))
    return "" if "q=0" in parameters else name
