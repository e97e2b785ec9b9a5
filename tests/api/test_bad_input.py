"""Bad input: a clear problem that says what, where and what to do; never a 500; nothing is lost or made."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from manoflow.ports.records import Records
from tests.api.consumer import INSTANCES, OCCURRENCES, PACKAGES, URL, VERSION, VIMS, Vnf, instantiation
from tests.reference import VNFD_ID

ANY = "8401eddc-470d-4dc8-9780-501044e1d8bf"
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
DEFINED = {
    INSTANCES: {"GET", "POST"},
    f"{INSTANCES}/{ANY}": {"GET", "PATCH", "DELETE"},
    f"{INSTANCES}/{ANY}/instantiate": {"POST"},
    f"{INSTANCES}/{ANY}/terminate": {"POST"},
    OCCURRENCES: {"GET"},
    f"{OCCURRENCES}/{ANY}": {"GET"},
    f"{OCCURRENCES}/{ANY}/retry": {"POST"},
    f"{OCCURRENCES}/{ANY}/rollback": {"POST"},
    f"{OCCURRENCES}/{ANY}/fail": {"POST"},
    PACKAGES: {"GET", "POST"},
    f"{PACKAGES}/{ANY}": {"GET", "PATCH", "DELETE"},
    f"{PACKAGES}/{ANY}/vnfd": {"GET"},
    f"{PACKAGES}/{ANY}/artifacts/a/b": {"GET"},
    f"{PACKAGES}/{ANY}/package_content": {"GET", "PUT"},
    f"{PACKAGES}/{ANY}/package_content/upload_from_uri": {"POST"},
    VIMS: {"GET", "POST"},
    "/vnflcm/api_versions": {"GET"},
}


@pytest.mark.parametrize("path", DEFINED)
async def test_an_undefined_method_is_refused_before_anything_is_looked_up(
    client: httpx.AsyncClient, path: str
) -> None:
    del client.headers["Version"]
    for method in sorted(METHODS - DEFINED[path]):
        answer = await client.request(method, path, content=b"{", headers={"Accept": "text/html"})
        assert answer.status_code == 405, method
        assert set(answer.headers["Allow"].split(", ")) == DEFINED[path]
        assert answer.headers["Content-Type"] == "application/problem+json"
    client.headers.update(VERSION)


@pytest.mark.parametrize("path", ["/", "/nothing", "/vnflcm/v2", "/vnflcm/v1/vnf_instances", f"{INSTANCES}/"])
async def test_what_does_not_exist_is_a_problem_too(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["detail"].startswith("cannot GET")


@pytest.mark.parametrize("accept", ["text/html", "application/xml, text/*", "application/json;q=0"])
async def test_an_answer_that_the_client_would_not_read_is_refused(client: httpx.AsyncClient, accept: str) -> None:
    answer = await client.get(INSTANCES, headers={"Accept": accept})
    assert answer.status_code == 406


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html, application/*;q=0.1", "APPLICATION/JSON"])
async def test_an_answer_that_the_client_reads_is_given(client: httpx.AsyncClient, accept: str) -> None:
    assert (await client.get(INSTANCES, headers={"Accept": accept})).status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient, media_type: str) -> None:
    body = json.dumps({"vnfdId": VNFD_ID}).encode()
    answer = await client.post(INSTANCES, content=body, headers={"Content-Type": media_type} if media_type else {})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["filter=(eq,vnfdId,1)", "all_fields", "nextpage_opaque_marker=1", "nonsense=1"])
@pytest.mark.parametrize("path", [INSTANCES, OCCURRENCES, VIMS])
async def test_a_query_is_refused_and_not_ignored(client: httpx.AsyncClient, path: str, query: str) -> None:
    answer = await client.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "field required"),
        (b"{", "not json"),
        (b'{"vnfdId": 7}', "vnfdId: input should be a valid string"),
        (b'{"vnfdId": ""}', "vnfdId"),
        (b"[]", "dictionary"),
        (b"null", "body"),
        (b'"text"', "dictionary"),
        (b'{"vnfdId": "\xff"}', "body"),
        (b'{"vnfdId": "a", "metadata": 3}', "metadata"),
        (b"[" * 100_000, "body"),
        (b'{"vnfdId": "a", "metadata": {"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}}", "body"),
        (b'{"vnfdId": "a", "metadata": {"a": ' + b"9" * 5_000 + b"}}", "body"),
        (b'{"vnfdId": "\\ud800"}', "line 1 column 19"),
    ],
)
async def test_a_body_that_is_not_understood_is_refused_by_name(
    client: httpx.AsyncClient, body: bytes, named: str
) -> None:
    answer = await client.post(INSTANCES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert named.lower() in answer.json()["detail"].lower()
    assert (await client.get(INSTANCES)).json() == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": "\ud800"},
        {"\ud800": 1},
        {"a": float("inf")},
        {"a": float("nan")},
        {"a": "\x00"},
        {"a": 10**400},
        {"": None},
    ],
)
async def test_odd_values_are_kept_or_refused_but_never_a_fault(client: httpx.AsyncClient, metadata: object) -> None:
    body = json.dumps({"vnfdId": VNFD_ID, "metadata": metadata}).encode()
    answer = await client.post(INSTANCES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {201, 400}, answer.text
    if answer.status_code == 201:
        assert (await client.get(answer.headers["Location"])).json()["metadata"] == metadata
    assert len((await client.get(INSTANCES)).json()) == (answer.status_code == 201)


async def test_a_refused_value_is_not_repeated(vnf: Vnf) -> None:
    secret = "correct horse battery staple"
    connection = {"mine": {"vimType": "fake", "accessInfo": secret}}
    answer = await vnf.ask("instantiate", instantiation(vimConnectionInfo=connection))
    assert answer.status_code == 400
    assert "vimConnectionInfo.mine.accessInfo" in answer.json()["detail"]
    assert secret not in answer.text


async def test_a_body_that_is_too_large_is_refused_by_its_length(client: httpx.AsyncClient) -> None:
    answer = await client.post(INSTANCES, json={"vnfdId": "x" * (1024 * 1024)})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_only_package_content_may_be_larger(client: httpx.AsyncClient) -> None:
    body = {"userDefinedData": {"a": "x" * (1024 * 1024)}}
    assert (await client.patch(f"{PACKAGES}/package_content", json=body)).status_code == 413


async def test_a_body_without_a_length_is_refused_when_it_gets_too_large(client: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'{"vnfdId": "'
        while True:
            sent += 65536
            yield b"x" * 65536

    answer = await client.post(INSTANCES, content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert sent < 4 * 1024 * 1024


async def test_a_body_of_exactly_the_limit_is_read(client: httpx.AsyncClient) -> None:
    frame = len('{"vnfdId":""}')
    answer = await client.post(INSTANCES, json={"vnfdId": "x" * (1024 * 1024 - frame)})
    assert answer.status_code == 422


async def test_a_bug_is_a_problem_without_internals(
    app: FastAPI, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken() -> None:
        message = "secret internals"
        raise RuntimeError(message)

    monkeypatch.setattr(records, "instances", broken)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers=VERSION) as client:
        answer = await client.get(INSTANCES)
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert answer.headers["Version"] == "2.3.0"
    assert "secret" not in answer.text
