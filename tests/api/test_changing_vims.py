"""PATCH and DELETE of a VIM: what changes, what stays, who is in the way, and that nothing secret comes out."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.services import Services
from manoflow.domain.cloud import NewVirtualLink
from manoflow.ports.records import Records
from tests.api.consumer import MERGE_PATCH, VIM, VIMS, Json, Vnf, instantiation

SECRET = "correct horse battery staple"
FRESH = "incorrect horse"
SECOND = f"{VIMS}/second"


@pytest.fixture(autouse=True)
async def second(client: httpx.AsyncClient, world: Path) -> None:
    """A VIM beside the default."""
    registration = {
        "id": "second",
        "vimId": "site-2",
        "driver": "fake",
        "interfaceInfo": {"world": str(world)},
        "accessInfo": {"username": "demo", "password": SECRET},
        "extra": {"a": 1, "b": {"c": 2}},
    }
    assert (await client.post(VIMS, json=registration)).status_code == 201


async def patch(client: httpx.AsyncClient, body: Json, at: str = SECOND) -> httpx.Response:
    return await client.patch(at, json=body, headers={"Content-Type": MERGE_PATCH})


async def secrets(records: Records, name: str = "second") -> dict[str, str]:
    access = (await records.connection(name)).access_info
    return {key: secret.get_secret_value() for key, secret in access.items()}


async def defaults(client: httpx.AsyncClient) -> dict[str, bool]:
    return {vim["id"]: vim["default"] for vim in (await client.get(VIMS)).json()}


async def test_what_is_named_changes_and_all_else_stays(client: httpx.AsyncClient, world: Path) -> None:
    before = (await client.get(SECOND)).json()
    answer = await patch(client, {"extra": {"a": None, "b": {"d": 3}}})
    assert answer.status_code == 200
    assert answer.json() == {**before, "extra": {"b": {"c": 2, "d": 3}}}
    assert (await client.get(SECOND)).json() == answer.json()
    assert (await patch(client, {})).json() == answer.json()
    assert (await patch(client, {"extra": None})).json() == {**before, "extra": {}}
    assert before["interfaceInfo"] == {"world": str(world)}


@pytest.mark.parametrize(
    ("access", "after"),
    [
        ({"password": FRESH}, {"username": "demo", "password": FRESH}),
        ({"password": None, "token": FRESH, "retries": 3}, {"username": "demo", "token": FRESH, "retries": "3"}),
        (None, {}),
    ],
)
async def test_credentials_are_replaced_by_name_and_never_shown(
    client: httpx.AsyncClient, records: Records, access: Json | None, after: Json
) -> None:
    answer = await patch(client, {"accessInfo": access})
    assert await secrets(records) == after
    for shown in (answer, await client.get(SECOND), await client.get(VIMS)):
        assert shown.status_code == 200
        assert "accessInfo" not in shown.text
        assert not any(secret in shown.text for secret in (SECRET, FRESH))


async def test_the_next_call_goes_where_the_change_leads(
    client: httpx.AsyncClient, services: Services, tmp_path: Path
) -> None:
    assert str(tmp_path / "world.db") in (await client.post(f"{SECOND}/check")).json()["result"]
    await patch(client, {"interfaceInfo": {"world": str(tmp_path / "other.db")}})
    assert str(tmp_path / "other.db") in (await client.post(f"{SECOND}/check")).json()["result"]
    network = NewVirtualLink(uid=uuid4(), vnf_instance_id=uuid4(), lcm_op_occ_id=uuid4(), name="lost")
    await (await services.vims.driver("second")).virtual_links.create(network)
    assert [one["name"] for one in (await client.get(f"{SECOND}/orphans")).json()] == ["lost"]
    assert (await client.get(f"{VIMS}/{VIM}/orphans")).json() == []


async def test_there_is_one_default_or_none(client: httpx.AsyncClient) -> None:
    assert (await patch(client, {"default": True})).json()["default"] is True
    assert await defaults(client) == {VIM: False, "second": True}
    assert (await patch(client, {"default": None})).json()["default"] is False
    assert await defaults(client) == {VIM: False, "second": False}


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"id": "third"}, 422, "cannot change the id of VIM second"),
        ({"driver": "cloudstack"}, 422, "there is no driver for cloudstack"),
        ({"driver": None}, 422, "driver and vimType are to name one driver"),
        ({"driver": "fake", "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}, 422, "driver and vimType are to name one"),
        ({"accessInfo": {"password": [FRESH]}}, 422, "accessInfo password is not a plain value"),
        ({"interfaceInfo": {"endpoint": f"https://admin:{FRESH[:9]}@cloud"}}, 422, "put it into accessInfo"),
        ({"default": "perhaps"}, 400, "default"),
    ],
)
async def test_what_cannot_be_is_refused_by_name_and_changes_nothing(
    client: httpx.AsyncClient, records: Records, change: Json, status: int, named: str
) -> None:
    before = (await client.get(SECOND)).json()
    answer = await patch(client, {"extra": {"z": 26}, **change})
    assert answer.status_code == status
    assert named in answer.json()["detail"]
    assert FRESH[:9] not in answer.text
    assert (await client.get(SECOND)).json() == before
    assert await secrets(records) == {"username": "demo", "password": SECRET}


async def test_a_patch_that_is_none_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/json-patch+json"}
    assert (await client.patch(SECOND, content="[]", headers=headers)).status_code == 415
    assert (await client.patch(SECOND, content="[]", headers={"Content-Type": MERGE_PATCH})).status_code == 400


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_an_unknown_vim_is_not_found(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, f"{VIMS}/nowhere", json={} if method == "PATCH" else None)
    assert answer.status_code == 404
    assert "nowhere" in answer.json()["detail"]


async def test_a_vim_that_nobody_uses_becomes_another_cloud(client: httpx.AsyncClient, records: Records) -> None:
    shown = (await patch(client, {"vimId": None, "vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"})).json()
    assert (shown["vimId"], shown["driver"]) == ("second", "openstack")
    assert (await records.connection("second")).driver == "openstack"


async def test_a_vim_that_nobody_uses_is_deleted(client: httpx.AsyncClient) -> None:
    answer = await client.delete(SECOND)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(SECOND)).status_code == 404
    assert (await client.post(f"{SECOND}/check")).status_code == 404
    assert await defaults(client) == {VIM: True}


async def test_one_that_is_used_stays_and_its_credentials_change(vnf: Vnf) -> None:
    here = f"{VIMS}/{VIM}"
    performance = await vnf.begin()
    for told in (await vnf.client.delete(here), await patch(vnf.client, {"vimId": "moved"}, here)):
        assert told.status_code == 409
        assert f"operation {performance.occurrence.id} (INSTANTIATE, " in told.json()["detail"]
    await performance.complete()
    told = await vnf.client.delete(here)
    assert told.status_code == 409
    assert f"VNF instance {vnf.id} has resources in it" in told.json()["detail"]
    assert (await patch(vnf.client, {"accessInfo": {"password": FRESH}, "default": False}, here)).status_code == 200
    assert await secrets(vnf.records, VIM) == {"password": FRESH}
    assert (await vnf.client.post(f"{here}/check")).status_code == 200


async def test_without_a_default_a_request_names_its_vim(vnf: Vnf, world: Path) -> None:
    third = {"id": "third", "driver": "fake", "interfaceInfo": {"world": str(world)}}
    assert (await vnf.client.post(VIMS, json=third)).status_code == 201
    assert (await vnf.client.delete(f"{VIMS}/{VIM}")).status_code == 204
    refused = await vnf.ask("instantiate", instantiation())
    assert refused.status_code == 422
    assert "there is no default among those registered (second, third)" in refused.json()["detail"]
    assert (await vnf.client.delete(SECOND)).status_code == 204
    assert (await vnf.ask("instantiate", instantiation())).status_code == 202  # there is but one


async def test_one_that_a_request_brought_changes_its_credentials_and_is_no_default(vnf: Vnf, world: Path) -> None:
    brought = {
        "vimType": "fake",
        "interfaceInfo": {"world": str(world)},
        "accessInfo": {"password": SECRET},
    }
    await vnf.ask("instantiate", instantiation(vimConnectionInfo={"mine": brought}))
    here = f"{VIMS}/{vnf.id}/mine"
    assert (await patch(vnf.client, {"accessInfo": {"password": FRESH}}, here)).status_code == 200
    assert await secrets(vnf.records, f"{vnf.id}/mine") == {"password": FRESH}
    refused = await patch(vnf.client, {"default": True}, here)
    assert refused.status_code == 422
    assert "brought it along" in refused.json()["detail"]
    told = await vnf.client.delete(here)
    assert told.status_code == 409
    assert f"of VNF instance {vnf.id} works in it" in told.json()["detail"]
