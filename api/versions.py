"""API versions (SOL013 clause 9): the header ``Version``, and the resources that list what is served.

Every 2.x.y is served and answered with the version of the OpenAPI files of SOL003 and SOL005 3.7.1; another major
version is refused with 406, none at all with 400. Our own interface, health and docs need no version.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.links import VNF_LCM_PREFIX, VNF_PKGM_PREFIX
from api.services import Injected
from manoflow.domain.base import Model

_VERSION = re.compile(r"(\d+)\.\d+\.\d+(-impl:.+)?")


@dataclass(frozen=True)
class Interface:
    """One ETSI interface."""

    prefix: str
    """Path of its major version, e.g. ``/vnflcm/v2``."""
    version: str
    """What is answered in the header."""

    @property
    def root(self) -> str:
        """Its path without the major version."""
        return self.prefix.rpartition("/")[0]

    def require_version(self, request: Request) -> None:
        """Refuse a request that does not say that it speaks our major version."""
        asked = request.headers.get("Version", "")
        read = _VERSION.fullmatch(asked.strip())
        if read is None:
            said = f"{asked!r} is no version" if asked else "is missing"
            raise HTTPException(400, f"cannot serve the request: header Version {said}; send Version: {self.version}")
        if read[1] != self.version.partition(".")[0]:
            raise HTTPException(406, f"cannot serve version {asked} of {self.root}: send Version: {self.version}")


VNF_LCM = Interface(VNF_LCM_PREFIX, "2.3.0")
VNF_PKGM = Interface(VNF_PKGM_PREFIX, "2.4.0")
INTERFACES = (VNF_LCM, VNF_PKGM)


def version_headers(path: str) -> dict[str, str]:
    """The version header of an answer on a path; empty outside ETSI's interfaces."""
    spoken = next((one for one in INTERFACES if path.startswith(f"{one.root}/")), None)
    return {"Version": spoken.version} if spoken else {}


class AnswerVersion:
    """Middleware: every answer of an ETSI interface says which version it speaks, errors too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header when the answer starts."""
        headers = version_headers(scope.get("path", ""))

        async def with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, with_version)


class ApiVersion(Model):
    """SOL013 clause 9.3.3.2, one entry."""

    version: str
    is_deprecated: bool = False


class ApiVersionInformation(Model):
    """SOL013 clause 9.3.3.2."""

    uri_prefix: str
    api_versions: tuple[ApiVersion, ...]


def router() -> APIRouter:
    """``/api_versions`` of every interface, without and with the major version in the path."""
    versions = APIRouter(tags=["API versions"])
    for interface in INTERFACES:
        endpoint = _api_versions(interface)
        for path in (interface.root, interface.prefix):
            versions.add_api_route(f"{path}/api_versions", endpoint, summary=f"Versions served under {interface.root}")
    return versions


def _api_versions(interface: Interface) -> Callable[..., Awaitable[ApiVersionInformation]]:
    async def api_versions(services: Injected) -> ApiVersionInformation:
        return ApiVersionInformation(
            uri_prefix=f"{services.public_url}{interface.prefix}/",
            api_versions=(ApiVersion(version=interface.version),),
        )

    return api_versions
