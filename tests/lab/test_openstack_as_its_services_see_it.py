"""Past the driver: what the services know of what it made, and what it says when one of them does not answer."""

import asyncio
from base64 import b64decode
from uuid import uuid4

import pytest

from manoflow.adapters.vim.openstack import connect
from manoflow.adapters.vim.openstack.tags import tags_of
from manoflow.domain.errors import UnreachableError
from tests.adapters.vim.conformance import Bench
from tests.lab import laboratory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]


async def test_every_resource_bears_uid_vnf_and_operation_where_people_look_for_them(admin: Bench) -> None:
    flavor, group, link, storage = admin.flavor(), admin.group(), admin.link(), await admin.storage()
    port = admin.port("one", link)
    server = await admin.server("one", port)
    ids = [(await admin.make(new)).vim_id for new in (flavor, group, link, storage, port, server)]
    sdk = laboratory.sdk("oslab")

    def marks() -> list[object]:
        return [
            sdk.compute.get_flavor(ids[0]).description.split()[:3],
            sdk.compute.get_server_group(ids[1]).name.split()[1:],
            sdk.network.get_network(ids[2]).tags,
            sdk.block_storage.get_volume(ids[3]).metadata,
            sdk.network.get_port(ids[4]).tags,
            sdk.compute.get_server(ids[5]).tags,
        ]

    of_flavor, of_group, of_link, of_storage, of_port, of_server = await asyncio.to_thread(marks)

    assert of_flavor == [str(tag) for tag in tags_of(flavor)]
    assert of_group == [str(tag) for tag in tags_of(group)]
    assert of_storage == dict(tags_of(storage))
    assert of_port == sorted(str(tag) for tag in tags_of(port))
    assert of_server == sorted(str(tag) for tag in tags_of(server))
    assert of_link == sorted([*(str(tag) for tag in tags_of(link)), "manoflow:subnet=wanted"])


async def test_user_data_reaches_the_server_on_a_config_drive(admin: Bench) -> None:
    port = admin.external_port()
    await admin.make(port)
    boot_data = "#cloud-config\nhostname: größe\n"
    new = (await admin.server("one", port)).model_copy(update={"user_data": boot_data})

    made = await admin.make(new)

    sdk = laboratory.sdk("oslab")
    shown = await asyncio.to_thread(sdk.compute.get_server, made.vim_id)
    assert b64decode(shown.user_data).decode() == boot_data
    assert shown.has_config_drive


async def test_the_first_calls_of_a_connection_may_come_all_at_once(admin: Bench) -> None:
    driver = await connect(admin.site.connection)
    kinds = (
        driver.servers,
        driver.ports,
        driver.storages,
        driver.virtual_links,
        driver.flavors,
        driver.placement_groups,
    )

    found = await asyncio.gather(*(kind.find(uuid4()) for kind in kinds for _ in range(4)))

    await driver.close()
    assert [list(one) for one in found] == [[]] * 24


@pytest.mark.parametrize("service", ["keystone", "nova", "neutron", "cinder", "glance"])
async def test_a_service_that_is_down_is_a_temporary_error_until_it_is_back(admin: Bench, service: str) -> None:
    driver = await connect(admin.site.connection)
    laboratory.svc("kill9", service)
    try:
        with pytest.raises(UnreachableError):
            await driver.check()
    finally:
        laboratory.svc("start", service)

    assert "image" in await driver.check()
    await driver.close()


async def test_a_service_that_does_not_answer_in_time_is_named(admin: Bench) -> None:
    hasty = admin.site.connection.model_copy(update={"extra": {"callTimeout": 1.5}})
    driver = await connect(hasty)
    await driver.check()
    laboratory.svc("pause", "neutron")
    try:
        with pytest.raises(UnreachableError, match=r"^cannot reach service 'network' of VIM .*timed out"):
            await driver.check()
    finally:
        laboratory.svc("cont", "neutron")

    assert "network" in await admin.driver.check()
    await driver.close()
