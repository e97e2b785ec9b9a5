"""Who is calling: every resource asks, by a list of clients or an authorization server; what the others are told."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from time import time

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from api.services import Services
from manoflow.adapters.callers.client_list import add_client, remove_client
from manoflow.adapters.callers.jwks import Jwks
from manoflow.adapters.callers.jwt import JwtCallers
from manoflow.adapters.callers.static import StaticCallers
from manoflow.domain.callers import Scope
from manoflow.ports.callers import Callers
from tests.adapters.callers.authorization_server import AuthorizationServer, publishing, rsa_key, token
from tests.adapters.callers.conftest import EXPECTED
from tests.api.consumer import INSTANCES, PACKAGES, URL, VERSION, VIMS, Vnf, instantiation
from tests.reference import VNFD_ID

KEY = rsa_key("one")
OPEN = {"/healthz", "/readyz"}
NOBODY = 'Bearer realm="manoflow"'
REFUSED = f'{NOBODY}, error="invalid_token"'


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with publishing() as one:
        one.publish(one=KEY)
        yield one


@pytest.fixture
async def callers(server: AuthorizationServer) -> AsyncIterator[Callers]:
    keys = Jwks(server.url, pause=0)
    yield JwtCallers(keys, EXPECTED)
    await keys.close()


@pytest.fixture
async def services(services: Services, callers: Callers) -> Services:
    """The API asks who calls."""
    return replace(services, callers=callers)


@pytest.fixture
async def client(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A consumer that shows a good token, where a test shows no other."""
    client.headers["Authorization"] = f"Bearer {token(KEY)}"
    return client


def showing(shown: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {shown}"}


def refused(answer: httpx.Response, status: int, challenge: str) -> str:
    """The reason given for a refusal that is as it should be."""
    assert (answer.status_code, answer.headers.get("WWW-Authenticate")) == (status, challenge), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    return str(answer.json()["detail"])


async def test_a_good_token_is_served(client: httpx.AsyncClient) -> None:
    assert (await client.get(INSTANCES)).status_code == 200


async def test_every_resource_asks_who_is_calling(app: FastAPI) -> None:
    asked = set()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=VERSION) as stranger:
        for path, item in app.openapi()["paths"].items():
            for method in item:
                answer = await stranger.request(method, path.format_map(AnyId()))
                if path in OPEN:
                    assert answer.status_code != 401
                else:
                    refused(answer, 401, NOBODY)
                    asked.add((method, path))
    assert len(asked) > 20


class AnyId(dict[str, str]):
    """Fills any parameter of a path."""

    def __missing__(self, name: str) -> str:
        return "any"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/docs", "/openapi.json"])
async def test_probes_and_docs_ask_nobody(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["Authorization"]
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("shown", [None, "", "Basic b3NtOm9zbQ==", "Bearer", "Bearer ", "nonsense"])
async def test_without_a_token_nobody_is_served(client: httpx.AsyncClient, shown: str | None) -> None:
    del client.headers["Authorization"]
    answer = await client.get(INSTANCES, headers={} if shown is None else {"Authorization": shown})
    assert "send it as Authorization: Bearer TOKEN" in refused(answer, 401, NOBODY)
    assert answer.headers["Version"] == "2.3.0"


@pytest.mark.parametrize(
    ("shown", "because"),
    [
        (token(KEY, exp=time() - 60), "expired"),
        (token(KEY, aud="account"), "another audience"),
        (token(KEY, iss="https://other.example"), "another issuer"),
        (token(KEY, "invented"), "no such key"),
        (token(rsa_key("another")), "signature"),
        ("nonsense", "no JWT"),
        ("a b c", "no JWT"),
        ("\xff\xfe", "no JWT"),
    ],
)
async def test_a_token_that_is_not_accepted_is_refused(client: httpx.AsyncClient, shown: str, because: str) -> None:
    answer = await client.get(INSTANCES, headers=[(b"Authorization", f"Bearer {shown}".encode("latin-1"))])
    assert because in refused(answer, 401, REFUSED)
    assert shown not in answer.text


async def test_two_tokens_are_none(client: httpx.AsyncClient) -> None:
    both = [("Authorization", "Bearer one"), ("Authorization", f"Bearer {token(KEY)}")]
    assert "several Authorization headers" in refused(await client.get(INSTANCES, headers=both), 401, REFUSED)


async def test_nothing_is_told_before_it_is_known_who_asks(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    del client.headers["Version"]
    for answer in (
        await client.get(INSTANCES),
        await client.get(f"{INSTANCES}/nothing?filter=x"),
        await client.post(INSTANCES, json={"nonsense": True}),
        await client.put(f"{PACKAGES}/nothing/package_content", content=b"x"),
    ):
        refused(answer, 401, NOBODY)


async def test_keys_that_cannot_be_had_are_no_fault_of_the_caller(
    client: httpx.AsyncClient, server: AuthorizationServer
) -> None:
    server.status = 500
    answer = await client.get(INSTANCES)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["detail"].startswith("cannot verify the bearer token: ")
    assert server.url not in answer.text


async def test_a_key_published_later_is_found(client: httpx.AsyncClient, server: AuthorizationServer) -> None:
    shown = token(rsa_key("two"), "two")
    refused(await client.get(INSTANCES, headers=showing(shown)), 401, REFUSED)
    server.publish(two=rsa_key("two"))
    assert (await client.get(INSTANCES, headers=showing(shown))).status_code == 200


async def test_reading_and_changing_need_their_scopes(client: httpx.AsyncClient) -> None:
    reader, writer = (showing(token(KEY, scope=scope)) for scope in ("manoflow:read", "manoflow:write"))
    assert (await client.get(VIMS, headers=reader)).status_code == 200
    assert (await client.get(VIMS, headers=writer)).status_code == 200
    body = {"vnfdId": VNFD_ID}
    answer = await client.post(INSTANCES, json=body, headers=reader)
    challenge = f'{NOBODY}, error="insufficient_scope", scope="manoflow:write"'
    assert refused(answer, 403, challenge) == (
        f"cannot POST {INSTANCES}: the token of alice (portal) lacks the scope manoflow:write"
    )
    assert (await client.post(INSTANCES, json=body, headers=writer)).status_code == 201
    answer = await client.get(VIMS, headers=showing(token(KEY, scope="openid")))
    refused(answer, 403, f'{NOBODY}, error="insufficient_scope", scope="manoflow:read"')


async def test_an_occurrence_keeps_who_asked_for_it(vnf: Vnf) -> None:
    answer = await vnf.client.post(
        f"{vnf.here}/instantiate", json=instantiation(), headers=showing(token(KEY, sub="bob", azp=None))
    )
    assert answer.status_code == 202
    (occurrence,) = await vnf.records.occurrences()
    assert occurrence.principal == "bob"


async def test_whoever_asks_for_a_change_is_logged_and_no_token_is(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.fail()
    with capture_logs() as lines:
        await vnf.give(performance, "retry")
        await vnf.shown()
        await vnf.client.get(INSTANCES, headers=showing(token(KEY, exp=1)))
    (asked,) = [line for line in lines if line["event"] == "a change is asked for"]
    assert asked["principal"] == "alice (portal)"
    assert asked["method"] == "POST"
    assert asked["path"].endswith(f"/vnf_lcm_op_occs/{performance.occurrence.id}/retry")
    assert "eyJ" not in str(lines)


async def test_the_docs_show_the_scheme(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    (name,) = [
        name for name, scheme in document["components"]["securitySchemes"].items() if scheme["scheme"] == "bearer"
    ]
    for path, item in document["paths"].items():
        for operation in item.values():
            assert (operation.get("security") == [{name: []}]) is (path not in OPEN), path
            assert path in OPEN or operation["responses"].keys() >= {"401", "403", "503"}


class TestWithAListOfClients:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "clients.json"

    @pytest.fixture
    def osm(self, path: Path) -> str:
        return add_client(path, "osm", frozenset({Scope.WRITE}))

    @pytest.fixture
    async def callers(self, path: Path, osm: str) -> Callers:
        del osm  # the list has to be there
        return StaticCallers(path)

    async def test_a_client_is_served_until_it_is_removed(
        self, client: httpx.AsyncClient, path: Path, osm: str
    ) -> None:
        assert (await client.get(INSTANCES, headers=showing(osm))).status_code == 200
        remove_client(path, "osm")
        assert "no client" in refused(await client.get(INSTANCES, headers=showing(osm)), 401, REFUSED)

    async def test_a_client_added_later_is_served(self, client: httpx.AsyncClient, path: Path) -> None:
        added = showing(add_client(path, "portal", frozenset({Scope.READ})))
        assert (await client.get(INSTANCES, headers=added)).status_code == 200
        answer = await client.post(PACKAGES, json={}, headers=added)
        refused(answer, 403, f'{NOBODY}, error="insufficient_scope", scope="manoflow:write"')

    @pytest.fixture
    def broken(self, path: Path, osm: str) -> str:
        path.write_text("{")
        return osm

    async def test_a_broken_list_lets_nobody_in(self, client: httpx.AsyncClient, path: Path, broken: str) -> None:
        answer = await client.get(INSTANCES, headers=showing(broken))
        assert answer.status_code == 503
        assert str(path) not in answer.text
