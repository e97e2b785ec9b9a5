"""What is in a package is given out as SOL005 says, under its own id and under that of its VNFD."""

import io
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from api.services import Services
from tests.api.consumer import INSTANCES, ONBOARDED, PACKAGES, Json, onboarded
from tests.api.rich_package import HISTORY, PACKED, SCRIPT, VENDOR, rich_package
from tests.reference import PACKAGE_ID

ZIP = "application/zip"
ENTRY = "Definitions/link_probe.yaml"
META = "TOSCA-Metadata/TOSCA.meta"
SCRIPTS = "Scripts/install.sh"
RESOURCES = ("vnfd", "manifest", "package_content", "artifacts", f"artifacts/{SCRIPTS}")


@pytest.fixture
async def shown(client: httpx.AsyncClient) -> Json:
    """The rich package, onboarded."""
    made = (await client.post(PACKAGES, json={})).json()
    await client.put(f"{PACKAGES}/{made['id']}/package_content", content=rich_package())
    package = await onboarded(client, f"{PACKAGES}/{made['id']}")
    assert package["onboardingState"] == "ONBOARDED", package
    return package


@pytest.fixture
def here(shown: Json) -> str:
    """Its path."""
    return f"{PACKAGES}/{shown['id']}"


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == ZIP
    with ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return sorted(archive.namelist())


async def test_both_paths_show_the_same(client: httpx.AsyncClient, here: str, shown: Json) -> None:
    there = f"{ONBOARDED}/{shown['vnfdId']}"
    assert (await client.get(there)).json() == shown
    for resource in RESOURCES:
        assert (await client.get(f"{there}/{resource}")).content == (await client.get(f"{here}/{resource}")).content
    await client.post(PACKAGES, json={})
    assert [one["id"] for one in (await client.get(ONBOARDED)).json()] == [str(PACKAGE_ID), shown["id"]]
    for unknown in ("unknown", "%00"):
        for resource in ("", *(f"/{resource}" for resource in RESOURCES)):
            assert (await client.get(f"{ONBOARDED}/{unknown}{resource}")).status_code == 404, (unknown, resource)


async def test_a_vnfd_of_one_file_is_text_or_a_zip_for_who_wants_one(client: httpx.AsyncClient, here: str) -> None:
    for accept in ("", "text/plain", "text/*, application/zip;q=0.5", "*/*"):
        answer = await client.get(f"{here}/vnfd", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain"), accept
        assert "tosca_definitions_version" in answer.text
    assert names(await client.get(f"{here}/vnfd", headers={"Accept": ZIP})) == [ENTRY, META]
    assert names(await client.get(f"{here}/vnfd?include_signatures")) == [ENTRY, META, "link_probe.mf"]
    refused = await client.get(f"{here}/vnfd?include_signatures", headers={"Accept": "text/plain"})
    assert refused.status_code == 406


async def test_what_is_given_otherwise_is_not_acceptable(client: httpx.AsyncClient, here: str) -> None:
    for resource in RESOURCES:
        answer = await client.get(f"{here}/{resource}", headers={"Accept": "application/xml, */*;q=0"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (406, "application/problem+json"), resource


async def test_a_manifest_is_text(client: httpx.AsyncClient, here: str) -> None:
    for query in ("", "?include_signatures"):
        answer = await client.get(f"{here}/manifest{query}", headers={"Accept": "text/plain"})
        assert answer.headers["Content-Type"] == "text/plain"
        assert "vnf_product_name: Link Probe" in answer.text


async def test_a_package_without_a_manifest_has_none(client: httpx.AsyncClient) -> None:
    made = (await client.post(PACKAGES, json={})).json()
    here = f"{PACKAGES}/{made['id']}"
    await client.put(f"{here}/package_content", content=rich_package(manifest=False))
    assert (await onboarded(client, here))["onboardingState"] == "ONBOARDED"
    answer = await client.get(f"{here}/manifest")
    assert (answer.status_code, "has none" in answer.json()["detail"]) == (404, True)


RANGES = {
    "bytes=0-0": slice(0, 1),
    "bytes=10-19": slice(10, 20),
    "bytes=100-": slice(100, None),
    "bytes=-7": slice(-7, None),
    "bytes=5-99999999": slice(5, None),
    "bytes=-99999999": slice(0, None),
}


async def test_a_range_is_given(client: httpx.AsyncClient, here: str) -> None:
    archive = (await client.get(f"{here}/artifacts")).content
    for path, content in (
        ("package_content", rich_package()),
        (f"artifacts/{SCRIPTS}", SCRIPT),
        ("artifacts", archive),
    ):
        whole = await client.get(f"{here}/{path}")
        assert (whole.content, whole.headers["Accept-Ranges"]) == (content, "bytes")
        for asked, part in RANGES.items():
            answer = await client.get(f"{here}/{path}", headers={"Range": asked})
            assert (answer.status_code, answer.content) == (206, content[part]), (path, asked)
            start = part.indices(len(content))[0]
            stated = f"bytes {start}-{start + len(content[part]) - 1}/{len(content)}"
            assert answer.headers["Content-Range"] == stated
            assert answer.headers["ETag"] == whole.headers["ETag"]


async def test_a_range_that_is_none_is_refused_or_ignored(client: httpx.AsyncClient, here: str) -> None:
    content = f"{here}/package_content"
    size = len(rich_package())
    for asked in ("bytes=999999-", "bytes=-0", "bytes=999999-1000000"):
        answer = await client.get(content, headers={"Range": asked})
        assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}"), asked
    for asked in ("bytes=9-2", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=a-b"):
        answer = await client.get(content, headers={"Range": asked})
        assert (answer.status_code, len(answer.content)) == (200, size), asked
    etag = (await client.get(content)).headers["ETag"]
    for known, status in ((etag, 206), ('"another"', 200)):
        answer = await client.get(content, headers={"Range": "bytes=0-9", "If-Range": known})
        assert answer.status_code == status


CHOICES = {
    "": ["ChangeLog.txt", "extra.bin", "install.sh", "logs.tar.gz", "more.bin"],
    "exclude_all_mano_artifacts": ["extra.bin", "more.bin"],
    "exclude_all_non_mano_artifacts": ["ChangeLog.txt", "install.sh", "logs.tar.gz"],
    "select_non_mano_artifact_sets=com.acme": ["ChangeLog.txt", "extra.bin", "install.sh", "logs.tar.gz"],
    "select_non_mano_artifact_sets=com.acme,org.other&exclude_all_mano_artifacts": ["extra.bin", "more.bin"],
    "include_external_artifacts&exclude_all_mano_artifacts&exclude_all_non_mano_artifacts": [],
}


async def test_artifacts_are_chosen(client: httpx.AsyncClient, here: str) -> None:
    for query, there in CHOICES.items():
        found = names(await client.get(f"{here}/artifacts?{query}"))
        ours = [name.rpartition("/")[2] for name in found if name.startswith(("Scripts/", "Files/"))]
        assert sorted(name for name in ours if not name.endswith(".cms")) == there, query
        assert not any(name.startswith(("Definitions/", "TOSCA-Metadata/")) for name in found)


async def test_an_artifact_is_given_by_its_path(client: httpx.AsyncClient, here: str, shown: Json) -> None:
    for path, content, kind in (
        (SCRIPTS, SCRIPT, "application/x-sh"),
        ("Files/ChangeLog.txt", HISTORY, "text/plain"),
        ("Files/acme/extra.bin", VENDOR, "application/octet-stream"),
        ("Files/logs.tar.gz", PACKED, "application/octet-stream"),
    ):
        answer = await client.get(f"{here}/artifacts/{path}")
        assert (answer.status_code, answer.content, answer.headers["Content-Type"]) == (200, content, kind)
    sets = {one["artifactPath"]: one.get("nonManoArtifactSetId") for one in shown["additionalArtifacts"]}
    assert (sets["Files/acme/extra.bin"], sets[SCRIPTS]) == ("com.acme", None)
    zipped = await client.get(f"{here}/artifacts/{SCRIPTS}?include_signatures")
    assert names(zipped)[0] == SCRIPTS
    for path in ("nothing", ENTRY, META, "%2e%2e/secret", "Scripts", "link_probe.mf"):
        assert (await client.get(f"{here}/artifacts/{path}")).status_code == 404, path


async def test_a_query_without_a_meaning_is_refused(client: httpx.AsyncClient, here: str) -> None:
    for resource in RESOURCES:
        for query in ("nonsense", "include_signatures=yes", "filter=(eq,id,1)"):
            assert (await client.get(f"{here}/{resource}?{query}")).status_code == 400, (resource, query)


async def test_of_a_package_without_content_nothing_is_read(client: httpx.AsyncClient) -> None:
    made = (await client.post(PACKAGES, json={})).json()
    for resource in RESOURCES:
        answer = await client.get(f"{PACKAGES}/{made['id']}/{resource}")
        assert (answer.status_code, "CREATED" in answer.json()["detail"]) == (409, True), resource
    lost = await client.get(f"{PACKAGES}/{PACKAGE_ID}/package_content")
    assert (lost.status_code, "restore" in lost.json()["detail"]) == (503, True)


async def test_nothing_is_changed_by_the_id_of_a_vnfd(client: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (ONBOARDED, f"{ONBOARDED}/x", f"{ONBOARDED}/x/package_content", f"{ONBOARDED}/x/artifacts/a/b"):
            assert (await client.request(method, path)).status_code == 405, (method, path)


async def test_an_instance_is_made_of_it_and_holds_it(client: httpx.AsyncClient, shown: Json) -> None:
    assert (await client.post(INSTANCES, json={"vnfdId": shown["vnfdId"]})).status_code == 201
    assert (await client.get(f"{ONBOARDED}/{shown['vnfdId']}")).json()["usageState"] == "IN_USE"
    listed = (await client.get(f"{ONBOARDED}?filter=(eq,usageState,IN_USE)")).json()
    assert [one["id"] for one in listed] == [shown["id"]]


async def test_a_file_that_goes_at_this_moment_is_told_lost(
    client: httpx.AsyncClient, here: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = (await client.get(here)).json()["checksum"]["hash"]
    await services.artifacts.remove(digest)
    monkeypatch.setattr(Path, "is_file", lambda _: True)  # It was still there when somebody looked.
    for resource in ("vnfd", "manifest", "artifacts", f"artifacts/{SCRIPTS}"):
        answer = await client.get(f"{here}/{resource}")
        assert (answer.status_code, "restore" in answer.json()["detail"]) == (503, True), resource
