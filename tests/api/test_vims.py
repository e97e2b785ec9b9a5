"""Registered VIMs: what is kept, what is shown, what is asked of them."""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from api.services import Services
from manoflow.domain.cloud import NewVirtualLink
from tests.api.consumer import URL, VIM, VIMS, Json, Vnf

SECRET = "correct horse battery staple"


def registration(world: Path, **changes: object) -> Json:
    return {
        "id": "second",
        "vimId": "site-2",
        "driver": "fake",
        "interfaceInfo": {"world": str(world)},
        "accessInfo": {"password": SECRET},
        **changes,
    }


async def test_a_vim_is_registered_and_shown_without_credentials(client: httpx.AsyncClient, world: Path) -> None:
    answer = await client.post(VIMS, json=registration(world))
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"{URL}{VIMS}/second"
    assert answer.json()["vimType"] == "fake"
    for shown in (answer, await client.get(f"{VIMS}/second"), await client.get(VIMS)):
        assert SECRET not in shown.text
        assert "accessInfo" not in shown.text
    assert [vim["id"] for vim in (await client.get(VIMS)).json()] == [VIM, "second"]


async def test_etsis_name_of_a_kind_finds_its_driver(client: httpx.AsyncClient, world: Path) -> None:
    asked = registration(world, driver=None, vimType="ETSINFV.OPENSTACK_KEYSTONE.V_3")
    made = (await client.post(VIMS, json=asked)).json()
    assert (made["driver"], made["vimType"]) == ("openstack", "ETSINFV.OPENSTACK_KEYSTONE.V_3")


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"id": VIM}, 409, VIM),
        ({"driver": None}, 422, "vimType"),
        ({"driver": "cloudstack"}, 422, "cloudstack"),
        ({"vimType": "ETSINFV.OPENSTACK_KEYSTONE.V_3"}, 422, "different"),
        ({"accessInfo": {"password": {"is": "nested"}}}, 422, "password"),
        ({"id": "a/b"}, 400, "id"),
        ({"id": ""}, 400, "id"),
    ],
)
async def test_what_cannot_be_registered_is_refused_by_name(
    client: httpx.AsyncClient, world: Path, change: Json, status: int, named: str
) -> None:
    answer = await client.post(VIMS, json=registration(world, **change))
    assert answer.status_code == status
    assert named in answer.json()["detail"]
    assert len((await client.get(VIMS)).json()) == 1


async def test_a_new_default_takes_the_place_of_the_last(client: httpx.AsyncClient, world: Path) -> None:
    await client.post(VIMS, json=registration(world, default=True))
    defaults = {vim["id"]: vim["default"] for vim in (await client.get(VIMS)).json()}
    assert defaults == {VIM: False, "second": True}


async def test_a_vim_that_can_be_used_says_what_it_has(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{VIMS}/{VIM}/check")
    assert answer.status_code == 200
    assert answer.json()["vimConnectionId"] == VIM
    assert answer.json()["result"]


async def test_a_vim_that_cannot_be_used_is_a_bad_gateway(client: httpx.AsyncClient, tmp_path: Path) -> None:
    await client.post(VIMS, json=registration(tmp_path / "no such folder" / "world.db"))
    for answer in (await client.post(f"{VIMS}/second/check"), await client.get(f"{VIMS}/second/orphans")):
        assert answer.status_code == 502
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"].startswith("cannot")


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/check"), ("GET", "/orphans")])
async def test_an_unknown_vim_is_not_found(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"{VIMS}/nowhere{path}")
    assert answer.status_code == 404
    assert "nowhere" in answer.json()["detail"]


async def test_what_nobody_owns_is_found(vnf: Vnf, services: Services) -> None:
    assert (await vnf.client.get(f"{VIMS}/{VIM}/orphans")).json() == []
    network = NewVirtualLink(uid=uuid4(), vnf_instance_id=uuid4(), lcm_op_occ_id=uuid4(), name="lost")
    await (await services.vims.driver(VIM)).virtual_links.create(network)
    found = (await vnf.client.get(f"{VIMS}/{VIM}/orphans")).json()
    assert [(one["name"], one["uid"]) for one in found] == [("lost", str(network.uid))]
    assert "openLcmOpOccId" not in found[0]


async def test_what_an_operation_works_on_names_the_operation(vnf: Vnf, services: Services) -> None:
    occurrence = (await vnf.begin()).occurrence
    network = NewVirtualLink(
        uid=uuid4(), vnf_instance_id=occurrence.vnf_instance_id, lcm_op_occ_id=occurrence.id, name="coming"
    )
    await (await services.vims.driver(VIM)).virtual_links.create(network)
    found = (await vnf.client.get(f"{VIMS}/{VIM}/orphans")).json()
    assert [one["openLcmOpOccId"] for one in found] == [str(occurrence.id)]
