"""Ways in for content beside the file itself: a form with it, and a URI."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.services import Services
from manoflow.domain.packages import VnfPackage
from manoflow.ports.records import Records
from tests.api.consumer import PACKAGES, Json, onboarded
from tests.onboarding.file_server import FileServer, file_server
from tests.onboarding.uploads import files
from tests.packages import example_package
from tests.reference import NOW

BOUNDARY = "--the-boundary"
HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
CANARY = "s3cret-of-a-download"


@pytest.fixture
def csar(tmp_path: Path) -> bytes:
    return example_package("single-vdu", tmp_path).read_bytes()


@pytest.fixture
async def package(records: Records) -> VnfPackage:
    made = VnfPackage(id=uuid4(), created_at=NOW)
    await records.add_package(made)
    return made


@pytest.fixture
def server(csar: bytes) -> Iterator[FileServer]:
    with file_server() as served:
        served.content = csar
        yield served


async def shown(client: httpx.AsyncClient, package: VnfPackage) -> Json:
    return await onboarded(client, f"{PACKAGES}/{package.id}")


def form(*parts: tuple[str, bytes]) -> bytes:
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + part for what, part in parts]
    return b"\r\n".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


FILE = 'name="file"; filename="a.csar"'
FIELD = 'name="note"'


async def test_a_form_with_a_file_is_an_upload(client: httpx.AsyncClient, package: VnfPackage, csar: bytes) -> None:
    body = form((FIELD, b"by hand"), (FILE, csar))

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 97):
            yield body[start : start + 97]

    answer = await client.put(f"{PACKAGES}/{package.id}/package_content", content=in_pieces(), headers=HEADERS)
    assert answer.status_code == 202, answer.text
    assert (await shown(client, package))["onboardingState"] == "ONBOARDED"
    content = await client.get(f"{PACKAGES}/{package.id}/package_content")
    assert content.content == csar


async def test_a_client_of_its_own_making_sends_one(
    client: httpx.AsyncClient, package: VnfPackage, csar: bytes
) -> None:
    answer = await client.put(f"{PACKAGES}/{package.id}/package_content", files={"file": csar})
    assert answer.status_code == 202
    assert (await shown(client, package))["onboardingState"] == "ONBOARDED"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (form((FIELD, b"by hand")), "no file"),
        (form((FILE, b"one"), (FILE, b"two")), "several files"),
        (form((FILE, b"one"))[:-8], "no end"),
        (form((FIELD, b"x" * 100_000), (FILE, b"one")), "more than"),
        (b"this is no form at all", "no multipart/form-data"),
        (b"", "no end"),
    ],
)
async def test_a_form_that_is_none_is_refused(
    client: httpx.AsyncClient, package: VnfPackage, services: Services, body: bytes, said: str
) -> None:
    answer = await client.put(f"{PACKAGES}/{package.id}/package_content", content=body, headers=HEADERS)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    now = await shown(client, package)
    assert now["onboardingState"] == "ERROR"
    assert said in now["onboardingFailureDetails"]["detail"]
    assert files(services.artifacts.path("0" * 64).parents[2]) == []


async def test_a_form_without_a_boundary_is_not_begun(client: httpx.AsyncClient, package: VnfPackage) -> None:
    headers = {"Content-Type": "multipart/form-data"}
    answer = await client.put(f"{PACKAGES}/{package.id}/package_content", content=b"PK", headers=headers)
    assert (answer.status_code, "boundary" in answer.json()["detail"]) == (400, True)
    assert (await shown(client, package))["onboardingState"] == "CREATED"


async def test_a_boundary_that_is_too_long_is_refused(client: httpx.AsyncClient, package: VnfPackage) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={'x' * 300}"}
    answer = await client.put(f"{PACKAGES}/{package.id}/package_content", content=form((FILE, b"one")), headers=headers)
    assert (answer.status_code, "no multipart/form-data" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("way_in", "scheme"),
    [
        ({}, ""),
        ({"userName": "me", "password": CANARY}, "Basic"),
        (
            {
                "authType": "OAUTH2_CLIENT_CREDENTIALS",
                "paramsOauth2ClientCredentials": {"clientId": "me", "clientPassword": CANARY},
            },
            "Bearer",
        ),
    ],
    ids=["open", "password", "oauth2"],
)
async def test_a_package_is_fetched(
    client: httpx.AsyncClient, package: VnfPackage, server: FileServer, way_in: Json, scheme: str
) -> None:
    request = {"addressInformation": f"{server.url}/a.csar?sig=1", **way_in}
    if "paramsOauth2ClientCredentials" in request:
        request["paramsOauth2ClientCredentials"]["tokenEndpoint"] = f"{server.url}/token"
    answer = await client.post(f"{PACKAGES}/{package.id}/package_content/upload_from_uri", json=request)
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    now = await shown(client, package)
    assert now["onboardingState"] == "ONBOARDED", now
    _, path, headers, _ = server.asked[-1]
    assert path == "/a.csar?sig=1"
    bearing = headers.get("Authorization", "").partition(" ")
    assert bearing[0] == scheme
    assert scheme != "Bearer" or bearing[2] == "t0ken"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("https://127.0.0.1/a.csar", 422),
        ("file:///etc/passwd", 422),
        ("http://10.1.2.3/a.csar", 422),
        ("http://169.254.169.254/latest/meta-data", 422),
        ("http://[::1]/a.csar", 422),
        ("http://[::ffff:10.0.0.1]/a.csar", 422),
        ("http://me:secret@127.0.0.1/a.csar", 422),
        ("nonsense", 422),
        ("http://a..b/a.csar", 422),
        (None, 400),
    ],
)
async def test_what_the_policy_forbids_is_refused_at_once(
    client: httpx.AsyncClient, package: VnfPackage, address: str | None, status: int
) -> None:
    body = {"addressInformation": address}
    answer = await client.post(f"{PACKAGES}/{package.id}/package_content/upload_from_uri", json=body)
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert (await shown(client, package))["onboardingState"] == "CREATED"


@pytest.mark.parametrize(
    "way_in",
    [
        {"authType": "OAUTH2_CLIENT_CREDENTIALS"},
        {"authType": "BASIC"},
        {"password": CANARY},
        {"paramsOauth2ClientCredentials": {"clientId": "a", "clientPassword": CANARY, "tokenEndpoint": "x"}},
    ],
)
async def test_half_a_way_in_is_refused(client: httpx.AsyncClient, package: VnfPackage, way_in: Json) -> None:
    body = {"addressInformation": "http://127.0.0.1/a.csar", **way_in}
    answer = await client.post(f"{PACKAGES}/{package.id}/package_content/upload_from_uri", json=body)
    assert answer.status_code == 400
    assert CANARY not in answer.text
