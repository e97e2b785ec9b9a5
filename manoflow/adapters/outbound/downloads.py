"""The port `Outbound` on httpx: nothing is followed, nothing is unpacked, nothing is sent through a proxy.

A name is resolved here, once for each connection; the address that the policy has judged is the one that is connected
to, while certificate and Host are those of the name. A name that is another address a moment later is of no use.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx

from manoflow.domain.errors import InvalidInputError, PermanentError, UnreachableError
from manoflow.domain.onboarding import Oauth2ClientCredentials, PackageSource
from manoflow.domain.outbound import Address, OutboundPolicy, shown

TIMEOUT = httpx.Timeout(30, connect=10)
"""Seconds without a byte."""
TOKEN_BYTES = 64 << 10
"""The largest answer of a token endpoint that is read."""

PATIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which another try may come through."""


class Downloads:
    """Fetches what a `PackageSource` names."""

    def __init__(self, policy: OutboundPolicy, ca_file: Path | None = None) -> None:
        """`ca_file`: certificates that vouch for servers, in place of the system's."""
        self._policy = policy
        self._tls = _tls(ca_file)

    async def fetch(self, source: PackageSource) -> AsyncGenerator[bytes, None]:
        """The bytes at the source."""
        headers = await self._authorization(source)
        request = _request("GET", source.uri, headers={**headers, "Accept-Encoding": "identity"})
        async with self._answered(request, "addressInformation") as answer:
            _require_plain(answer, source.uri)
            async for chunk in self._bounded(answer, self._policy.max_bytes, source.uri):
                yield chunk

    async def _authorization(self, source: PackageSource) -> Mapping[str, str]:
        if source.oauth2 is not None:
            return {"Authorization": f"Bearer {await self._token(source.oauth2)}"}
        if source.user_name is None:
            return {}
        password = source.password.get_secret_value() if source.password else ""
        return _basic(source.user_name, password)

    async def _token(self, client: Oauth2ClientCredentials) -> str:
        """An access token by client credentials (RFC 6749 clause 4.4.2)."""
        request = _request(
            "POST",
            client.token_endpoint,
            data={"grant_type": "client_credentials"},
            headers={
                **_basic(client.client_id, client.client_password.get_secret_value()),
                "Accept": "application/json",
            },
        )
        async with self._answered(request, "tokenEndpoint") as answer:
            chunks = [chunk async for chunk in self._bounded(answer, TOKEN_BYTES, client.token_endpoint)]
        try:
            token = httpx.Response(200, content=b"".join(chunks)).json()["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise PermanentError(f"cannot fetch the package: {shown(client.token_endpoint)} gives no access token")
        return token

    @asynccontextmanager
    async def _answered(self, request: httpx.Request, what: str) -> AsyncIterator[httpx.Response]:
        """Send a request to the judged address of its host; the answer is a success."""
        uri = str(request.url)
        self._policy.require_allowed(uri, what)
        address = self._policy.judged(request.url.host, await _addresses(request.url.host, shown(uri)))
        request.extensions = {**request.extensions, "sni_hostname": request.url.host, "timeout": TIMEOUT.as_dict()}
        request.url = request.url.copy_with(host=str(address))  # The header Host was set by the name before.
        async with httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False) as transport:
            with _in_our_words(uri):
                answer = await transport.handle_async_request(request)
                answer.request = request
                try:
                    _require_success(answer, uri)
                    yield answer
                finally:
                    await answer.aclose()

    async def _bounded(self, answer: httpx.Response, limit: int, uri: str) -> AsyncIterator[bytes]:
        too_large = f"cannot fetch {shown(uri)}: it is larger than {limit} bytes (MANOFLOW_OUTBOUND__MAX_BYTES)"
        if int(answer.headers.get("Content-Length", 0)) > limit:
            raise PermanentError(too_large)
        read = 0
        async for chunk in answer.aiter_raw():
            read += len(chunk)
            if read > limit:
                raise PermanentError(too_large)
            yield chunk


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise InvalidInputError(
            f"cannot use {ca_file} as certificates of servers: {error.strerror or error}"
        ) from error


async def _addresses(host: str, uri: str) -> list[Address]:
    """What a name stands for now, in the order of the resolver."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=1)
    except UnicodeError:
        raise InvalidInputError(f"cannot fetch {uri}: {host} is no name of a host; correct the URI") from None
    except OSError as error:
        raise UnreachableError(
            f"cannot fetch {uri}: the name {host} is not known ({error.strerror or error})"
        ) from error
    return list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))


def _request(method: str, uri: str, **sent: Any) -> httpx.Request:  # noqa: ANN401 - what httpx takes
    """A request. `InvalidInputError` where httpx finds no host in what a URI may be by its form."""
    try:
        request = httpx.Request(method, uri, **sent)
        _ = request.url.host  # It is decoded here, and may not be what IDNA encodes to.
    except (httpx.InvalidURL, UnicodeError) as error:
        raise InvalidInputError(f"cannot fetch {shown(uri)}: it is no URI ({error}); correct it") from None
    return request


def _basic(user_name: str, password: str) -> dict[str, str]:
    request = next(httpx.BasicAuth(user_name, password).sync_auth_flow(httpx.Request("GET", "https://host")))
    return {"Authorization": request.headers["Authorization"]}


def _require_success(answer: httpx.Response, uri: str) -> None:
    status = answer.status_code
    if status == HTTPStatus.OK:
        return
    said = f"cannot fetch {shown(uri)}: the server answers {status}"
    if answer.has_redirect_location:
        raise PermanentError(f"{said}, which leads elsewhere; name that place itself")
    if status in PATIENT:
        after = answer.headers.get("Retry-After", "")
        raise UnreachableError(said, retry_after=min(float(after), 600.0) if after.isdecimal() else None)
    raise PermanentError(said)


def _require_plain(answer: httpx.Response, uri: str) -> None:
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding != "identity":
        raise PermanentError(f"cannot fetch {shown(uri)}: the server packs it once more ({encoding}), unasked")


@contextmanager
def _in_our_words(uri: str) -> Iterator[None]:
    try:
        yield
    except httpx.TransportError as error:
        # Not with the error's cause: that may show the whole URI.
        raise UnreachableError(f"cannot fetch {shown(uri)}: {str(error) or type(error).__name__}") from None
    except httpx.InvalidURL as error:
        raise InvalidInputError(f"cannot fetch {shown(uri)}: {error}") from None
