"""Downloads over real HTTP: what is judged is what is connected to, and nothing more is done than was asked."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import SecretStr

from manoflow.adapters.outbound.downloads import Downloads
from manoflow.domain.errors import ForbiddenError, InvalidInputError, PermanentError, UnreachableError
from manoflow.domain.onboarding import Oauth2ClientCredentials, PackageSource
from manoflow.domain.outbound import OutboundPolicy
from tests.onboarding.file_server import FileServer, file_server

HERE = OutboundPolicy(schemes=("http",), allow=(ip_network("127.0.0.0/8"),), max_bytes=1000)
CANARY = "s3cret"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with file_server() as served:
        served.content = b"x" * 1000
        yield served


async def fetched(uri: str, policy: OutboundPolicy = HERE, **way_in: Any) -> bytes:  # noqa: ANN401
    return b"".join([chunk async for chunk in Downloads(policy).fetch(PackageSource(uri=uri, **way_in))])


async def test_a_file_is_fetched_as_it_is(server: FileServer) -> None:
    assert await fetched(f"{server.url}/a/b.csar?sig=1") == server.content
    ((method, path, headers, _),) = server.asked
    assert (method, path, headers["Accept-Encoding"]) == ("GET", "/a/b.csar?sig=1", "identity")
    assert "Authorization" not in headers


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names stand for these addresses, at each question for the next ones."""
    asked: list[str] = []

    async def getaddrinfo(_loop: object, host: str, _port: object, **_more: object) -> list[Any]:
        asked.append(host)
        addresses = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return asked


async def test_a_name_that_stands_for_a_private_address_is_refused(
    server: FileServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving(monkeypatch, ["10.0.0.1", "169.254.169.254"])
    port = server.url.rpartition(":")[2]
    with pytest.raises(ForbiddenError, match=r"host.example is 10.0.0.1, 169.254.169.254, which is not public"):
        await fetched(f"http://host.example:{port}/a")
    assert server.asked == []


async def test_what_was_judged_is_what_is_connected_to(server: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])  # another address a moment later
    port = server.url.rpartition(":")[2]
    assert await fetched(f"http://host.example:{port}/a") == server.content
    assert asked == ["host.example"]
    assert server.asked[0][2]["Host"] == f"host.example:{port}"


async def test_a_redirection_is_not_followed(server: FileServer) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/elsewhere"}
    with pytest.raises(PermanentError, match="302, which leads elsewhere"):
        await fetched(f"{server.url}/a")
    assert len(server.asked) == 1


async def test_what_is_too_large_is_refused(server: FileServer) -> None:
    server.content = b"x" * 1001
    with pytest.raises(PermanentError, match="larger than 1000 bytes"):
        await fetched(f"{server.url}/a")
    server.headers = {"Content-Length": "10000"}
    with pytest.raises(PermanentError, match="larger than 1000 bytes"):
        await fetched(f"{server.url}/a")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, PermanentError) for status in (206, 304, 401, 403, 404)),
        *((status, UnreachableError) for status in (429, 500, 503)),
    ],
)
async def test_a_refusal_is_told_from_a_failure(server: FileServer, status: int, kind: type[Exception]) -> None:
    server.status, server.headers = status, {"Retry-After": "7"}
    with pytest.raises(kind, match=f"the server answers {status}") as refused:
        await fetched(f"{server.url}/a?sig={CANARY}")
    assert CANARY not in str(refused.value)
    assert getattr(refused.value, "retry_after", 7.0) == 7.0


async def test_a_download_that_breaks_off_may_be_tried_again(server: FileServer) -> None:
    server.cut_off = 1
    with pytest.raises(UnreachableError, match="cannot fetch"):
        await fetched(f"{server.url}/a?sig={CANARY}")
    assert await fetched(f"{server.url}/a") == server.content


async def test_nobody_there_may_be_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnreachableError, match="cannot fetch") as refused:
            await fetched(f"http://127.0.0.1:{taken.getsockname()[1]}/a?sig={CANARY}")
    assert CANARY not in str(refused.value)


async def test_what_is_packed_once_more_is_refused(server: FileServer) -> None:
    server.headers = {"Content-Encoding": "gzip"}
    with pytest.raises(PermanentError, match="gzip"):
        await fetched(f"{server.url}/a")


async def test_a_token_is_asked_for_by_the_same_policy(server: FileServer) -> None:
    way_in = Oauth2ClientCredentials(
        client_id="me", client_password=SecretStr(CANARY), token_endpoint=f"{server.url}/token"
    )
    assert await fetched(f"{server.url}/a", oauth2=way_in) == server.content
    (post, get) = server.asked
    assert (post[0], post[1], post[3]) == ("POST", "/token", b"grant_type=client_credentials")
    assert post[2]["Authorization"].startswith("Basic ")
    assert get[2]["Authorization"] == "Bearer t0ken"
    elsewhere = way_in.model_copy(update={"token_endpoint": "http://10.0.0.1/token"})
    with pytest.raises(InvalidInputError, match="tokenEndpoint"):
        await fetched(f"{server.url}/a", oauth2=elsewhere)
    for token in (b"{}", b"no json", b'{"access_token": "a\\r\\nb"}', b'["t"]', b"[" * 60_000):
        server.token = token
        with pytest.raises(PermanentError, match="gives no access token"):
            await fetched(f"{server.url}/a", oauth2=way_in)


async def test_a_password_goes_with_the_request(server: FileServer) -> None:
    assert await fetched(f"{server.url}/a", user_name="me", password=SecretStr(CANARY)) == server.content
    assert server.asked[0][2]["Authorization"] == "Basic bWU6czNjcmV0"


@pytest.mark.parametrize(
    "host",
    ["a..b", "a" * 64 + ".example", ".example", "999.1.1.1", "[v1.a]", "xn--a", "xn--zz--", "host/" + "x" * 70_000],
)
async def test_what_is_no_host_is_refused_for_good(host: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot "):
        await fetched(f"http://{host}/a?sig={CANARY}")


async def test_a_name_that_cannot_be_looked_up_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def getaddrinfo(*_: object, **_more: object) -> list[Any]:
        raise UnicodeError

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    with pytest.raises(InvalidInputError, match=r"host.example is no name"):
        await fetched("http://host.example/a")


async def test_whatever_a_server_says_is_an_answer(server: FileServer) -> None:
    server.status, server.headers = 503, {"Retry-After": "\u00b2"}
    with pytest.raises(UnreachableError, match="the server answers 503"):
        await fetched(f"{server.url}/a")
