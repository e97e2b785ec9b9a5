"""PATCH of a VNF instance: an operation like the others, and its result shown where ETSI looks for it."""

import json
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from manoflow.domain.lcm import InstantiationState
from manoflow.domain.packages import VnfPackage
from tests.api.consumer import INSTANCES, MERGE_PATCH, VIM, Json, Vnf, instantiation, modification
from tests.reference import reference_package
from workflows.catalogue import operations

SECRET = "correct horse battery staple"


async def modified(vnf: Vnf, **patch: object) -> Json:
    """Modify to the end; how the operation is shown then."""
    performance = await vnf.begin("", patch)
    await performance.complete()
    return await vnf.occurrence(performance)


@pytest.fixture
def brought(world: Path) -> Json:
    """A VIM connection with credentials."""
    return {
        "vimId": "site-7",
        "vimType": "fake",
        "interfaceInfo": {"world": str(world)},
        "accessInfo": {"password": SECRET},
    }


@pytest.fixture
async def second(vnf: Vnf) -> VnfPackage:
    """Another package: the same VNF, newer."""
    first = reference_package()
    assert first.content is not None
    vnfd = first.content.vnfd.model_copy(update={"id": "vnfd-2", "software_version": "2.0"})
    content = first.content.model_copy(update={"vnfd": vnfd, "digest": "1" * 64})
    package = first.model_copy(update={"id": uuid4(), "content": content})
    await vnf.records.add_package(package)
    return package


async def test_it_is_accepted_as_an_occurrence_and_changes_nothing_yet(vnf: Vnf) -> None:
    before = await vnf.shown()
    answer = await vnf.ask("", modification())
    assert (answer.status_code, answer.content) == (202, b"")
    shown = (await vnf.client.get(answer.headers["Location"])).json()
    assert (shown["operation"], shown["operationState"]) == ("MODIFY_INFO", "STARTING")
    assert "changedInfo" not in shown
    assert "grantId" not in shown
    assert await vnf.shown() == before


async def test_it_is_no_task_and_so_has_no_link(vnf: Vnf) -> None:
    assert (await vnf.shown())["_links"].keys() == {"self", "instantiate"}
    await vnf.instantiated()
    tasks = {operation.path for operation in operations() if operation.allowed_in is InstantiationState.INSTANTIATED}
    assert len((await vnf.shown())["_links"]) == 1 + len(tasks)
    assert not any("modify" in link for link in (await vnf.shown())["_links"])


async def test_what_was_changed_is_shown_once_it_is_completed(vnf: Vnf) -> None:
    patch: Json = {"vnfInstanceName": "two", "vnfInstanceDescription": None, "metadata": {"a": {"b": 1}, "gone": None}}
    shown = await modified(vnf, **patch)
    assert shown["operationParams"] == patch
    assert shown["changedInfo"] == {"vnfInstanceName": "two", "metadata": {"a": {"b": 1}}}
    assert "resourceChanges" not in shown
    instance = await vnf.shown()
    assert (instance["vnfInstanceName"], instance["metadata"]) == ("two", {"a": {"b": 1}})


async def test_null_removes(vnf: Vnf) -> None:
    await modified(vnf, metadata={"a": 1, "b": 2}, vnfInstanceDescription="x")
    shown = await modified(vnf, vnfInstanceName=None, vnfInstanceDescription=None, metadata={"a": None})
    assert shown["changedInfo"] == {"metadata": {"a": None}}
    instance = await vnf.shown()
    assert not instance.keys() & {"vnfInstanceName", "vnfInstanceDescription"}
    assert instance["metadata"] == {"b": 2}


async def test_what_is_asked_again_changes_nothing(vnf: Vnf) -> None:
    assert "changedInfo" in await modified(vnf, **modification())
    assert "changedInfo" not in await modified(vnf, **modification())


@pytest.mark.parametrize("value", [True, 1, 1.0, "1"])
async def test_values_that_python_holds_for_equal_are_told_apart(vnf: Vnf, value: object) -> None:
    await modified(vnf, metadata={"a": False, "b": value})
    await modified(vnf, metadata={"a": 0})
    assert json.dumps((await vnf.shown())["metadata"]) == json.dumps({"a": 0, "b": value})


async def test_an_instantiated_one_keeps_what_it_consists_of(vnf: Vnf) -> None:
    await vnf.instantiated()
    info = await vnf.info()
    await modified(vnf, extensions={"colour": "red"})
    assert await vnf.info() == info
    assert (await vnf.shown())["extensions"] == {"colour": "red"}


async def test_while_another_operation_holds_the_instance_it_is_refused(vnf: Vnf) -> None:
    performance = await vnf.begin()
    await performance.fail()
    answer = await vnf.ask("", modification())
    assert answer.status_code == 409
    assert str(performance.occurrence.id) in answer.json()["detail"]


async def test_while_it_holds_the_instance_others_are_refused(vnf: Vnf) -> None:
    performance = await vnf.begin("", modification())
    for operation, request in (("", modification()), ("instantiate", instantiation())):
        answer = await vnf.ask(operation, request)
        assert answer.status_code == 409
        assert str(performance.occurrence.id) in answer.json()["detail"]
    assert (await vnf.client.delete(vnf.here)).status_code == 409


@pytest.mark.parametrize(
    ("patch", "status", "named"),
    [
        ({}, 422, "nothing that can be modified"),
        ({"vnfPkgId": "x"}, 422, "vnfdId"),
        ({"vnfdId": "nowhere"}, 422, "nowhere"),
        ({"vnfdId": None}, 400, "vnfdId"),
        ({"vnfdId": ""}, 400, "vnfdId"),
        ({"metadata": [1]}, 400, "metadata"),
        ({"vnfInstanceName": 7}, 400, "vnfInstanceName"),
        ({"vimConnectionInfo": None}, 400, "vimConnectionInfo"),
        ({"vimConnectionInfo": {"x": {"vimId": "nowhere"}}}, 422, "nowhere"),
        ({"vimConnectionInfo": {"x": {"accessInfo": {"password": SECRET}}}}, 422, "vimType"),
        ({"vimConnectionInfo": {VIM: {"extra": {"a": 1}}}}, 409, "new key"),
        ({"vnfcInfoModifications": [{"id": "x"}]}, 422, "vnfcInfoModifications"),
    ],
)
async def test_what_cannot_be_modified_is_refused_by_name(vnf: Vnf, patch: Json, status: int, named: str) -> None:
    answer = await vnf.ask("", patch)
    assert (answer.status_code, named in answer.json()["detail"]) == (status, True), answer.text
    assert SECRET not in answer.text
    assert await vnf.occurrences() == []
    assert [vim.id for vim in await vnf.records.vims()] == [VIM]


@pytest.mark.parametrize("media_type", ["application/json", MERGE_PATCH, f"{MERGE_PATCH}; charset=utf-8"])
async def test_a_merge_patch_may_say_that_it_is_json(vnf: Vnf, media_type: str) -> None:
    body = json.dumps(modification())
    answer = await vnf.client.patch(vnf.here, content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 202


@pytest.mark.parametrize("media_type", ["application/json-patch+json", "application/problem+json", "text/plain"])
async def test_other_patches_are_refused(vnf: Vnf, media_type: str) -> None:
    body = json.dumps(modification())
    answer = await vnf.client.patch(vnf.here, content=body, headers={"Content-Type": media_type})
    assert answer.status_code == 415
    assert await vnf.occurrences() == []


async def test_an_unknown_instance_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.patch(f"{INSTANCES}/{uuid4()}", json=modification())
    assert answer.status_code == 404


async def test_another_vnfd_brings_its_package(vnf: Vnf, second: VnfPackage) -> None:
    performance = await vnf.begin("", {"vnfdId": "vnfd-2"})
    assert await vnf.records.package_in_use(second.id)
    await performance.complete()
    changed = (await vnf.occurrence(performance))["changedInfo"]
    assert (changed["vnfdId"], changed["vnfSoftwareVersion"]) == ("vnfd-2", "2.0")
    assert "vnfPkgId" not in changed
    instance = await vnf.shown()
    assert {name: instance[name] for name in changed} == changed


async def test_the_vnfd_of_an_instantiated_vnf_is_not_modified(vnf: Vnf, second: VnfPackage) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("", {"vnfdId": "vnfd-2"})
    assert answer.status_code == 409
    assert "change its current VNF package" in answer.json()["detail"]
    assert not await vnf.records.package_in_use(second.id)


async def test_a_vim_that_is_brought_is_registered_and_shown_without_its_credentials(vnf: Vnf, brought: Json) -> None:
    shown = await modified(vnf, vimConnectionInfo={"mine": brought})
    name = f"{vnf.id}/mine"
    expected = {name: {key: brought[key] for key in ("vimId", "vimType", "interfaceInfo")}}
    assert shown["changedInfo"]["vimConnectionInfo"] == expected
    assert (await vnf.shown())["vimConnectionInfo"] == expected
    assert SECRET not in json.dumps([shown, await vnf.shown()])


@pytest.mark.parametrize("name", ["mine", "{vnf.id}/mine"])
async def test_a_vim_that_nothing_uses_is_removed_under_either_name(vnf: Vnf, brought: Json, name: str) -> None:
    await modified(vnf, vimConnectionInfo={"mine": brought})
    shown = await modified(vnf, vimConnectionInfo={name.format(vnf=vnf): None})
    assert shown["changedInfo"] == {"vimConnectionInfo": {}}
    assert "vimConnectionInfo" not in await vnf.shown()


async def test_a_vim_in_use_is_not_removed(vnf: Vnf) -> None:
    await vnf.instantiated()
    answer = await vnf.ask("", {"vimConnectionInfo": {VIM: None}})
    assert answer.status_code == 409
    assert "resources of it are recorded" in answer.json()["detail"]
