"""VIM connections that a request brings along: used, encrypted, never shown."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.api.consumer import OCCURRENCES, VIM, VIMS, Json, Vnf, instantiation

SECRET = "correct horse battery staple"


@pytest.fixture
def brought(world: Path) -> Json:
    """A request that brings a VIM along."""
    connection = {
        "vimId": "site-7",
        "vimType": "fake",
        "interfaceInfo": {"world": str(world)},
        "accessInfo": {"username": "tenant-7", "password": SECRET, "retries": 3},
    }
    return instantiation(vimConnectionInfo={"mine": connection})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "records.db"


async def test_it_is_registered_for_this_instance_alone(vnf: Vnf, brought: Json) -> None:
    assert (await vnf.ask("instantiate", brought)).status_code == 202
    name = f"{vnf.id}/mine"
    vim, connection = await vnf.records.vim(name), await vnf.records.connection(name)
    assert (vim.default, vim.driver, vim.vim_id) == (False, "fake", "site-7")
    secrets = {key: secret.get_secret_value() for key, secret in connection.access_info.items()}
    assert secrets == {"username": "tenant-7", "password": SECRET, "retries": "3"}


async def test_its_credentials_are_nowhere_to_be_seen(vnf: Vnf, brought: Json, database: Path) -> None:
    here = (await vnf.ask("instantiate", brought)).headers["Location"]
    occurrence = await vnf.records.occurrence(UUID(here.rpartition("/")[2]))
    assert "mine" in str(occurrence.operation_params)
    assert "accessInfo" not in str(occurrence.operation_params)
    for resource in (here, OCCURRENCES, vnf.here, VIMS, f"{VIMS}/{vnf.id}/mine"):
        answer = await vnf.client.get(resource)
        assert answer.status_code == 200
        assert SECRET not in answer.text
    assert not any(SECRET in text for text in _bytes_at_rest(database))


def _bytes_at_rest(database: Path) -> list[str]:
    files = [database, database.with_name(f"{database.name}-wal")]
    return [path.read_bytes().decode("latin-1") for path in files if path.exists()]


async def test_asking_again_after_a_rollback_uses_the_same_connection(vnf: Vnf, brought: Json) -> None:
    for _ in range(2):
        performance = await vnf.begin(request=brought)
        await performance.fail()
        await performance.roll_back()
    assert len(await vnf.records.vims()) == 2


async def test_other_credentials_under_the_same_key_are_refused(vnf: Vnf, brought: Json) -> None:
    performance = await vnf.begin(request=brought)
    await performance.fail()
    await performance.roll_back()
    brought["vimConnectionInfo"]["mine"]["accessInfo"]["password"] = "changed"
    answer = await vnf.ask("instantiate", brought)
    assert answer.status_code == 409
    assert "mine" in answer.json()["detail"]
    assert "changed" not in answer.json()["detail"]
    connection = await vnf.records.connection(f"{vnf.id}/mine")
    assert connection.access_info["password"].get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"vimType": None}, "vimType"),
        ({"vimType": "SOMEBODY.ELSES.V_1"}, "SOMEBODY.ELSES.V_1"),
        ({"accessInfo": {"password": ["a", "list"]}}, "password"),
    ],
)
async def test_a_connection_that_cannot_be_used_is_refused_and_not_kept(
    vnf: Vnf, brought: Json, change: Json, named: str
) -> None:
    brought["vimConnectionInfo"]["mine"] |= change
    answer = await vnf.ask("instantiate", brought)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]
    assert [vim.id for vim in await vnf.records.vims()] == [VIM]
    assert await vnf.occurrences() == []


async def test_a_request_that_cannot_be_planned_registers_nothing(vnf: Vnf, brought: Json) -> None:
    assert (await vnf.ask("instantiate", {**brought, "flavourId": "gigantic"})).status_code == 422
    assert [vim.id for vim in await vnf.records.vims()] == [VIM]


async def test_it_is_shown_as_changed_under_the_id_that_handles_have(vnf: Vnf, brought: Json) -> None:
    performance = await vnf.begin(request=brought)
    await performance.complete()
    connections = (await vnf.occurrence(performance))["changedInfo"]["vimConnectionInfo"]
    assert connections.keys() == {f"{vnf.id}/mine"}
    assert connections[f"{vnf.id}/mine"]["vimId"] == "site-7"


async def test_the_vim_is_found_under_etsis_name_of_its_kind(vnf: Vnf, brought: Json) -> None:
    brought["vimConnectionInfo"]["mine"]["vimType"] = "ETSINFV.OPENSTACK_KEYSTONE.V_3"
    assert (await vnf.ask("instantiate", brought)).status_code == 202
    assert (await vnf.records.vim(f"{vnf.id}/mine")).driver == "openstack"


@pytest.mark.parametrize("attribute", ["interfaceInfo", "extra"])
@pytest.mark.parametrize("access", [{}, {"password": "given"}])
async def test_a_password_in_a_url_is_refused_and_not_repeated(vnf: Vnf, attribute: str, access: Json) -> None:
    told = {attribute: {"deep": [{"endpoint": f"https://admin:{SECRET.replace(' ', '-')}@cloud.example/v3"}]}}
    cloud = {"vimType": "fake", "accessInfo": access, **told}
    asked = await vnf.ask("instantiate", instantiation(vimConnectionInfo={"mine": cloud}))
    registered = await vnf.client.post(VIMS, json={"id": "mine", **cloud})
    for answer in (asked, registered):
        assert answer.status_code == 422
        assert f"{attribute} deep has a user or a password in its URL" in answer.json()["detail"]
        assert SECRET.replace(" ", "-") not in answer.text
