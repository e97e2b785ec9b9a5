"""API versions: which are served, and what is answered to the others."""

import httpx
import pytest

from tests.api.consumer import INSTANCES, PACKAGES, URL

SERVED = {"/vnflcm": "2.3.0", "/vnfpkgm": "2.4.0"}


@pytest.mark.parametrize(
    "asked", ["2.0.0", "2.3.0", "2.99.1", "2.3.0-impl:etsi.org:ETSI_NFV_OpenAPI:1", "2.0.0-impl:example.com:other:4"]
)
async def test_every_2_x_y_is_served_and_answered_with_ours(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get(INSTANCES, headers={"Version": asked})
    assert (answer.status_code, answer.headers["Version"]) == (200, "2.3.0")
    answer = await client.get(PACKAGES, headers={"Version": asked})
    assert (answer.status_code, answer.headers["Version"]) == (200, "2.4.0")


@pytest.mark.parametrize(
    ("asked", "status"),
    [("1.3.0", 406), ("3.0.0", 406), ("22.0.0", 406), ("two", 400), ("2", 400), ("2.0", 400), ("", 400), (None, 400)],
)
async def test_other_versions_are_refused_naming_ours(
    client: httpx.AsyncClient, asked: str | None, status: int
) -> None:
    del client.headers["Version"]
    answer = await client.get(INSTANCES, headers={} if asked is None else {"Version": asked})
    assert answer.status_code == status
    assert "2.3.0" in answer.json()["detail"]
    assert answer.headers["Version"] == "2.3.0"


@pytest.mark.parametrize("path", [INSTANCES, f"{INSTANCES}/nothing", "/vnflcm/v2/nothing", "/vnflcm/v2/api_versions"])
async def test_every_answer_says_its_version(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).headers["Version"] == "2.3.0"


@pytest.mark.parametrize("interface", SERVED)
@pytest.mark.parametrize("major", ["", "/v2"])
async def test_the_served_versions_are_listed_to_whoever_asks(
    client: httpx.AsyncClient, interface: str, major: str
) -> None:
    del client.headers["Version"]
    answer = await client.get(f"{interface}{major}/api_versions")
    assert answer.status_code == 200
    assert answer.json()["uriPrefix"] == f"{URL}{interface}/v2/"
    assert [one["version"] for one in answer.json()["apiVersions"]] == [SERVED[interface]]


@pytest.mark.parametrize("path", ["/manoflow/v1/vims", "/healthz", "/docs", "/openapi.json"])
async def test_our_own_resources_need_no_version(client: httpx.AsyncClient, path: str) -> None:
    del client.headers["Version"]
    answer = await client.get(path)
    assert answer.status_code == 200
    assert "Version" not in answer.headers
