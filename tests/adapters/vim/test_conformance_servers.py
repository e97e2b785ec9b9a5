"""Conformance: servers with their ports, volumes, groups and zones."""

from uuid import uuid4

import pytest

from manoflow.domain.cloud import NewPort, NewResource
from manoflow.domain.errors import AlreadyExistsError, BusyError, PermanentError, TemporaryError
from manoflow.domain.identity import Kind
from tests.adapters.vim.conformance import Bench


async def _two_ports(bench: Bench) -> tuple[NewPort, NewPort]:
    link = bench.link()
    inside, outside = bench.port("in", link), bench.external_port("out")
    for new in (link, inside, outside):
        await bench.make(new)
    return inside, outside


async def _vim_ids(bench: Bench, *news: NewResource) -> list[str]:
    return [(await bench.of(new).find(new.uid))[0].vim_id for new in news]


@pytest.mark.parametrize("inside_first", [True, False])
async def test_a_server_from_an_image_starts_with_its_ports_in_order(bench: Bench, *, inside_first: bool) -> None:
    inside, outside = await _two_ports(bench)
    ports = (inside, outside) if inside_first else (outside, inside)

    server = await bench.make(await bench.server("one", *ports))

    assert server.power == "started"
    assert list(await bench.site.ports_of(server.vim_id)) == await _vim_ids(bench, *ports)


async def test_a_server_boots_from_a_volume_and_has_another(bench: Bench) -> None:
    boot, extra = await bench.storage("boot", bootable=True), await bench.storage("extra")
    port = bench.external_port()
    for new in (boot, extra, port):
        await bench.make(new)
    server = (await bench.server("one", port, boot=boot)).model_copy(update={"storage_uids": (extra.uid,)})
    await bench.make(server)

    for volume in (boot, extra):
        (used,) = await bench.driver.storages.find(volume.uid)
        with pytest.raises(TemporaryError):
            await bench.driver.storages.delete(used)
    await bench.remove(server)

    for volume in (boot, extra):
        await bench.remove(volume)
    assert [item.kind for item in await bench.tagged()] == [Kind.PORT]


async def test_ports_outlive_their_server_and_serve_the_next(bench: Bench) -> None:
    port = bench.external_port()
    made = await bench.make(port)
    first = await bench.server("first", port)
    await bench.make(first)
    await bench.remove(first)

    second = await bench.make(await bench.server("second", port))

    assert list(await bench.site.ports_of(second.vim_id)) == [made.vim_id]


async def test_a_second_server_with_the_same_ports_is_refused(bench: Bench) -> None:
    port = bench.external_port()
    await bench.make(port)
    server = await bench.server("one", port)
    await bench.make(server)

    with pytest.raises((AlreadyExistsError, BusyError)):
        await bench.create(server)

    assert len(await bench.driver.servers.find(server.uid)) == 1


@pytest.mark.parametrize(
    "missing", ["image_id", "image_uid", "flavor_id", "flavor_uid", "boot_storage_uid", "port_uids", "group_uid"]
)
async def test_a_server_from_what_is_not_there_is_a_permanent_error(bench: Bench, missing: str) -> None:
    nowhere = uuid4()
    port = bench.external_port()
    await bench.make(port)
    unlike: dict[str, dict[str, object]] = {
        "image_id": {"image_id": str(nowhere)},
        "image_uid": {"image_id": None, "image_uid": nowhere},
        "flavor_id": {"flavor_id": str(nowhere)},
        "flavor_uid": {"flavor_id": None, "flavor_uid": nowhere},
        "boot_storage_uid": {"image_id": None, "boot_storage_uid": nowhere},
        "port_uids": {"port_uids": (nowhere,)},
        "group_uid": {"group_uid": nowhere},
    }
    server = (await bench.server("one", port)).model_copy(update=unlike[missing])

    with pytest.raises(PermanentError, match="cannot"):
        await bench.create(server)

    assert list(await bench.driver.servers.find(server.uid)) == []


async def test_a_server_of_a_flavor_that_was_made_for_it(bench: Bench) -> None:
    if not bench.site.makes_flavors:
        pytest.skip("policy lets this user make no flavors")
    flavor, port = bench.flavor(), bench.external_port()
    await bench.make(flavor)
    await bench.make(port)
    ours = {"flavor_id": None, "flavor_uid": flavor.uid}

    server = await bench.make((await bench.server("one", port)).model_copy(update=ours))

    assert server.power == "started"


async def test_a_server_is_in_the_zone_it_asked_for(bench: Bench) -> None:
    if bench.site.zone is None:
        pytest.skip("the site has no zones")
    port = bench.external_port()
    await bench.make(port)

    server = await bench.make((await bench.server("one", port)).model_copy(update={"zone": bench.site.zone}))

    assert server.zone == bench.site.zone


@pytest.mark.parametrize("apart", [True, False])
async def test_servers_of_a_group_are_on_different_hosts_or_on_the_same(bench: Bench, *, apart: bool) -> None:
    group = bench.group(anti_affinity=apart)
    await bench.make(group)
    hosts = []
    for place in ("one", "two"):
        port = bench.external_port(place)
        await bench.make(port)
        server = (await bench.server(place, port)).model_copy(update={"group_uid": group.uid})
        hosts.append((await bench.make(server)).host)

    if None in hosts:
        pytest.skip("the VIM does not show hosts to this user")
    assert (hosts[0] != hosts[1]) is apart
