"""VNF packages: from creation by upload to deletion."""

import asyncio
from pathlib import Path

import httpx
import pytest

from api.services import Services
from manoflow.domain.packages import SoftwareImageInfo
from manoflow.ports.records import Records
from tests.api.consumer import INSTANCES, PACKAGES, URL, Json, onboarded
from tests.builders import save_package
from tests.packages import example_package
from tests.reference import PACKAGE_ID, VNFD_ID


@pytest.fixture
def csar(tmp_path: Path) -> bytes:
    """The content of a good package."""
    return example_package("single-vdu", tmp_path).read_bytes()


@pytest.fixture
async def package(client: httpx.AsyncClient) -> str:
    """A package without content yet."""
    made = (await client.post(PACKAGES, json={})).json()
    return f"{PACKAGES}/{made['id']}"


async def uploaded(client: httpx.AsyncClient, package: str, content: bytes) -> Json:
    answer = await client.put(f"{package}/package_content", content=content)
    assert (answer.status_code, answer.content) == (202, b""), answer.text
    return await onboarded(client, package)


async def test_a_package_is_created_without_content(client: httpx.AsyncClient) -> None:
    answer = await client.post(PACKAGES, json={"userDefinedData": {"colour": "blue"}})
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}{PACKAGES}/{made['id']}" == made["_links"]["self"]["href"]
    states = (made["onboardingState"], made["operationalState"], made["usageState"])
    assert states == ("CREATED", "DISABLED", "NOT_IN_USE")
    assert made["userDefinedData"] == {"colour": "blue"}
    assert (await client.get(answer.headers["Location"])).json() == made


@pytest.mark.parametrize("media_type", ["application/zip", "application/octet-stream", "application/binary", None])
async def test_a_package_is_onboarded_and_enabled_at_once(
    client: httpx.AsyncClient, package: str, csar: bytes, media_type: str | None
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = await client.put(f"{package}/package_content", content=csar, headers=headers)
    assert answer.status_code == 202
    shown = await onboarded(client, package)
    assert (shown["onboardingState"], shown["operationalState"]) == ("ONBOARDED", "ENABLED")
    assert len(shown["checksum"]["hash"]) == 64
    made = await client.post(INSTANCES, json={"vnfdId": shown["vnfdId"]})
    assert made.status_code == 201
    assert (await client.get(package)).json()["usageState"] == "IN_USE"


async def test_content_larger_than_other_bodies_is_taken(client: httpx.AsyncClient, package: str) -> None:
    shown = await uploaded(client, package, b"x" * (2 * 1024 * 1024))
    assert shown["onboardingState"] == "ERROR"


async def test_what_is_no_package_ends_in_error_with_the_reason(
    client: httpx.AsyncClient, package: str, csar: bytes, tmp_path: Path
) -> None:
    shown = await uploaded(client, package, b"this is no zip file")
    assert shown["onboardingState"] == "ERROR"
    assert shown["onboardingFailureDetails"]["detail"].startswith("cannot")
    assert shown["onboardingFailureDetails"]["status"] == 422
    assert not await asyncio.to_thread(_files, tmp_path / "artifacts")
    again = await uploaded(client, package, csar)
    assert again["onboardingState"] == "ONBOARDED"
    assert "onboardingFailureDetails" not in again


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]


async def test_a_second_package_with_one_vnfd_id_names_the_first(
    client: httpx.AsyncClient, package: str, csar: bytes, tmp_path: Path
) -> None:
    first = await uploaded(client, package, csar)
    second = (await client.post(PACKAGES, json={})).json()
    shown = await uploaded(client, f"{PACKAGES}/{second['id']}", csar)
    assert shown["onboardingState"] == "ERROR"
    assert first["id"] in shown["onboardingFailureDetails"]["detail"]
    assert "vnfdId" not in shown
    assert len(await asyncio.to_thread(_files, tmp_path / "artifacts")) == 1


async def test_content_is_taken_once(client: httpx.AsyncClient, package: str, csar: bytes) -> None:
    await uploaded(client, package, csar)
    answer = await client.put(f"{package}/package_content", content=csar)
    assert answer.status_code == 409
    assert "ONBOARDED" in answer.json()["detail"]


async def test_of_two_uploads_at_once_one_is_refused(client: httpx.AsyncClient, package: str, csar: bytes) -> None:
    uploads = (client.put(f"{package}/package_content", content=csar) for _ in range(2))
    answers = await asyncio.gather(*uploads)
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    assert (await onboarded(client, package))["onboardingState"] == "ONBOARDED"


async def test_a_package_in_use_or_enabled_is_not_deleted(client: httpx.AsyncClient, records: Records) -> None:
    reference = f"{PACKAGES}/{PACKAGE_ID}"
    assert (await client.delete(reference)).status_code == 409
    made = (await client.post(INSTANCES, json={"vnfdId": VNFD_ID})).json()
    assert (await client.patch(reference, json={"operationalState": "DISABLED"})).status_code == 200
    answer = await client.delete(reference)
    assert answer.status_code == 409
    assert made["id"] in answer.json()["detail"]
    assert (await records.package(PACKAGE_ID)).id == PACKAGE_ID


async def test_a_deleted_package_leaves_nothing(
    client: httpx.AsyncClient, services: Services, package: str, csar: bytes, tmp_path: Path
) -> None:
    shown = await uploaded(client, package, csar)
    assert services.artifacts.path(shown["checksum"]["hash"]).exists()
    await client.patch(package, json={"operationalState": "DISABLED"})
    assert (await client.delete(package)).status_code == 204
    assert (await client.get(package)).status_code == 404
    assert not await asyncio.to_thread(_files, tmp_path / "artifacts")
    second = (await client.post(PACKAGES, json={})).json()
    assert (await uploaded(client, f"{PACKAGES}/{second['id']}", csar))["onboardingState"] == "ONBOARDED"


async def test_user_defined_data_is_merged(client: httpx.AsyncClient) -> None:
    before = {"colour": "blue", "site": {"rack": 7, "row": 1}, "list": [1]}
    made = (await client.post(PACKAGES, json={"userDefinedData": before})).json()
    change = {"userDefinedData": {"colour": None, "site": {"row": None, "room": 2}, "list": [2]}}
    answer = await client.patch(f"{PACKAGES}/{made['id']}", json=change)
    assert (answer.status_code, answer.json()) == (200, change)
    shown = (await client.get(f"{PACKAGES}/{made['id']}")).json()
    assert shown["userDefinedData"] == {"site": {"rack": 7, "room": 2}, "list": [2]}


async def test_a_merge_patch_may_say_that_it_is_one(client: httpx.AsyncClient, package: str) -> None:
    headers = {"Content-Type": "application/merge-patch+json"}
    answer = await client.patch(package, content=b'{"userDefinedData": {"a": 1}}', headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("state", ["ENABLED", "DISABLED"])
async def test_only_an_onboarded_package_is_enabled_or_disabled(
    client: httpx.AsyncClient, package: str, state: str
) -> None:
    answer = await client.patch(package, json={"operationalState": state})
    assert answer.status_code == 409
    assert "CREATED" in answer.json()["detail"]


async def test_a_package_changes_to_the_other_state_only(client: httpx.AsyncClient) -> None:
    reference = f"{PACKAGES}/{PACKAGE_ID}"
    assert (await client.patch(reference, json={"operationalState": "ENABLED"})).status_code == 409
    for state, status in (("DISABLED", 200), ("DISABLED", 409), ("ENABLED", 200)):
        assert (await client.patch(reference, json={"operationalState": state})).status_code == status


async def test_a_change_of_nothing_is_refused(client: httpx.AsyncClient, package: str) -> None:
    answer = await client.patch(package, json={})
    assert answer.status_code == 400
    assert "operationalState or userDefinedData" in answer.json()["detail"]


async def test_a_list_shows_packages_without_complex_attributes(
    client: httpx.AsyncClient, package: str, csar: bytes
) -> None:
    await client.patch(package, json={"userDefinedData": {"a": 1}})
    shown = await uploaded(client, package, csar)
    listed = (await client.get(PACKAGES)).json()
    assert [one["id"] for one in listed] == [str(PACKAGE_ID), shown["id"]]
    assert not any(one.keys() & {"userDefinedData", "checksum", "softwareImages"} for one in listed)


async def test_images_inside_are_shown_and_those_only_named_are_not(
    client: httpx.AsyncClient, records: Records
) -> None:
    inside = SoftwareImageInfo(
        id="app",
        name="app-image",
        checksum_algorithm="sha-256",
        checksum="0" * 64,
        disk_format="qcow2",
        min_disk_gib=2,
        min_ram_mib=512,
        size=1234,
        artifact="Files/images/app.qcow2",
        present=True,
    )
    named = SoftwareImageInfo(id="db", name="db-image")
    package = await records.package(PACKAGE_ID)
    assert package.content
    content = package.content.model_copy(update={"images": (inside, named)})
    await save_package(records, package.model_copy(update={"content": content}))
    images = (await client.get(f"{PACKAGES}/{PACKAGE_ID}")).json()["softwareImages"]
    assert [(image["id"], image["imagePath"], image["diskFormat"]) for image in images] == [
        ("app", "Files/images/app.qcow2", "QCOW2")
    ]
    assert (images[0]["minDisk"], images[0]["minRam"], images[0]["size"]) == (2 * 2**30, 512 * 2**20, 1234)


async def test_a_package_that_does_not_exist_is_not_found(client: httpx.AsyncClient) -> None:
    for name in ("nothing", "5b1e0000-0000-4000-8000-00000000ffff"):
        for method, path in (("GET", ""), ("DELETE", ""), ("PUT", "/package_content")):
            assert (await client.request(method, f"{PACKAGES}/{name}{path}")).status_code == 404
        assert (await client.patch(f"{PACKAGES}/{name}", json={"userDefinedData": {}})).status_code == 404
