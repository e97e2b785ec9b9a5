"""What a crash leaves between two calls, what Nova leaves when two servers want one port, and what fails by itself."""

import asyncio

import pytest

from manoflow.adapters.vim.openstack.tags import uid_tag
from manoflow.domain.cloud import NewServer, ResourceState
from manoflow.domain.errors import AlreadyExistsError
from tests.adapters.vim.conformance import Bench
from tests.lab import laboratory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

SPECS = {"hw:cpu_policy": "dedicated", "hw:mem_page_size": "large"}


async def test_a_port_without_its_tags_is_found_and_finished(admin: Bench) -> None:
    link = admin.link()
    network = await admin.make(link)
    new = admin.port("one", link)
    sdk = laboratory.sdk("oslab")
    await asyncio.to_thread(
        sdk.network.create_port,
        name=new.name,
        description=str(uid_tag(new.uid)),
        network_id=network.vim_id,
        mac_address=new.mac_address,
    )
    (half_made,) = await admin.driver.ports.find(new.uid)
    with pytest.raises(AlreadyExistsError):
        await admin.create(new)

    await admin.driver.ports.finish(half_made, new)
    (finished,) = await admin.driver.ports.of_vnf(admin.vnf)

    assert half_made.state is ResourceState.HALF_MADE
    assert (finished.vim_id, finished.state) == (half_made.vim_id, ResourceState.READY)


async def test_a_network_that_has_its_tags_but_no_subnet_is_finished(admin: Bench) -> None:
    new = admin.link()
    made = await admin.make(new)
    sdk = laboratory.sdk("oslab")
    await asyncio.to_thread(sdk.network.delete_subnet, made.subnet_ids[0])
    (half_made,) = await admin.driver.virtual_links.of_vnf(admin.vnf)

    finished = await admin.driver.virtual_links.finish(half_made, new)

    assert half_made.state is ResourceState.HALF_MADE
    assert (finished.state, len(finished.subnet_ids)) == (ResourceState.READY, 1)


async def test_a_flavor_without_its_extra_specs_is_finished(admin: Bench) -> None:
    new = admin.flavor().model_copy(update={"extra_specs": SPECS})
    made = await admin.make(new)
    sdk = laboratory.sdk("oslab")
    await asyncio.to_thread(sdk.compute.delete_flavor_extra_specs_property, made.vim_id, "hw:cpu_policy")
    (half_made,) = await admin.driver.flavors.find(new.uid)

    finished = await admin.driver.flavors.finish(half_made, new)

    assert half_made.state is ResourceState.HALF_MADE
    assert finished.state is ResourceState.READY
    assert sdk.compute.get_flavor(made.vim_id).extra_specs == SPECS


async def test_a_volume_that_fails_is_broken_and_can_be_removed(admin: Bench) -> None:
    new = (await admin.storage()).model_copy(update={"name": "conformance-fail"})
    await admin.create(new)

    broken = await admin.wait_until(admin.driver.storages, new.uid, ResourceState.BROKEN)

    assert broken.detail == "its status in Cinder is 'error'"


async def test_a_server_that_fits_nowhere_is_broken_with_novas_reason(admin: Bench) -> None:
    too_big = admin.flavor().model_copy(update={"vcpus": 5000})
    port = admin.external_port()
    await admin.make(too_big)
    await admin.make(port)
    new = (await admin.server("one", port)).model_copy(update={"flavor_id": None, "flavor_uid": too_big.uid})
    await admin.create(new)

    broken = await admin.wait_until(admin.driver.servers, new.uid, ResourceState.BROKEN)

    assert broken.detail is not None
    assert "No valid host was found" in broken.detail


async def test_a_server_whose_port_was_taken_away_is_broken(admin: Bench) -> None:
    port = admin.external_port()
    made_port = await admin.make(port)
    new = await admin.server("one", port)
    await admin.make(new)
    sdk = laboratory.sdk("oslab")

    await asyncio.to_thread(sdk.network.update_port, made_port.vim_id, device_id="")

    (by_uid,) = await admin.driver.servers.find(new.uid)
    (by_vnf,) = await admin.driver.servers.of_vnf(admin.vnf)
    assert by_uid.state is by_vnf.state is ResourceState.BROKEN
    assert by_uid.detail == by_vnf.detail == "only 0 of its 1 ports are bound to it"


async def test_of_servers_asked_for_at_once_with_one_port_none_is_ready_without_its_port(admin: Bench) -> None:
    port = admin.external_port()
    made_port = await admin.make(port)
    new = await admin.server("one", port)
    laboratory.svc("pause", "nova-conductor")  # so that Nova has begun neither when the other is asked for
    twins = {(await admin.create(new)).vim_id, (await admin.create(new)).vim_id}
    laboratory.svc("cont", "nova-conductor")

    await _settled(admin, new)

    sdk = laboratory.sdk("oslab")
    holder = (await asyncio.to_thread(sdk.network.get_port, made_port.vim_id)).device_id
    found = await admin.driver.servers.find(new.uid)
    assert {server.vim_id for server in found} == twins
    assert {server.vim_id for server in found if server.state is ResourceState.READY} <= {holder}
    assert ResourceState.BROKEN in {server.state for server in found}


async def test_a_server_that_wants_the_boot_volume_of_another_is_refused_at_once(admin: Bench) -> None:
    boot = await admin.storage(bootable=True)
    first_port, second_port = admin.external_port("a"), admin.external_port("b")
    for part in (boot, first_port, second_port):
        await admin.make(part)
    first = await admin.server("one", first_port, boot=boot)
    await admin.create(first)

    with pytest.raises(AlreadyExistsError):
        await admin.create(first.model_copy(update={"port_uids": (second_port.uid,)}))


async def _settled(bench: Bench, new: NewServer) -> None:
    async with asyncio.timeout(bench.site.patience):
        while any(s.state is ResourceState.BUILDING for s in await bench.driver.servers.find(new.uid)):
            await asyncio.sleep(bench.site.pause)
