"""What the fake cloud does as real ones do, beyond what the conformance suite asks of every driver."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.ledger import duplicates, inventory
from manoflow.domain.cloud import FixedAddress, NewPort, NewServer, ResourceState
from manoflow.domain.errors import (
    AlreadyExistsError,
    BusyError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    QuotaError,
)
from manoflow.domain.identity import mac_of
from tests.adapters.vim.conformance import KINDS, Bench


async def test_everything_made_and_deleted_leaves_the_world_as_it_was(cloud: Bench, world: Path) -> None:
    before = inventory(world)
    link = cloud.link()
    port, storage = cloud.port("one", link), await cloud.storage()
    server = (await cloud.server("one", port)).model_copy(update={"storage_uids": (storage.uid,)})
    for new in (cloud.flavor(), cloud.group(), link, port, storage, server):
        await cloud.make(new)

    with_everything = inventory(world)
    await cloud.clear()

    assert {made.kind for made in set(with_everything) - set(before)} == {
        "flavors",
        "placement_groups",
        "virtual_links",
        "subnets",
        "ports",
        "storages",
        "servers",
    }
    assert inventory(world) == before


async def test_the_oldest_of_twins_is_the_first_in_every_list(cloud: Bench, world: Path) -> None:
    group = cloud.group()
    twins = [await cloud.create(group) for _ in range(3)]

    found = await cloud.driver.placement_groups.find(group.uid)

    assert [twin.vim_id for twin in found] == [
        twin.vim_id for twin in sorted(twins, key=lambda twin: (twin.created_at, twin.vim_id))
    ]
    assert duplicates(world) == (("placement_groups", group.uid),)


async def test_a_server_that_is_going_still_holds_its_ports_and_volumes(cloud: Bench, world: Path) -> None:
    port, storage = cloud.external_port(), await cloud.storage()
    await cloud.make(port)
    volume = await cloud.make(storage)
    server = (await cloud.server("one", port)).model_copy(update={"storage_uids": (storage.uid,)})
    made = await cloud.make(server)
    knobs.slow(world, "servers.delete", 600)

    await cloud.driver.servers.delete(made)
    (deleting,) = await cloud.driver.servers.find(server.uid)

    assert deleting.state is ResourceState.DELETING
    with pytest.raises(BusyError, match=made.vim_id):
        await cloud.driver.storages.delete(volume)
    with pytest.raises(BusyError, match=made.vim_id):
        await cloud.create(await cloud.server("two", port))


async def test_what_is_going_is_no_duplicate_and_serves_nobody(cloud: Bench, world: Path) -> None:
    storage = await cloud.storage()
    going, staying = [await cloud.create(storage) for _ in range(2)]
    knobs.slow(world, "storages.delete", 600)

    await cloud.driver.storages.delete(going)
    none_twice = duplicates(world)
    await cloud.make((await cloud.server("one")).model_copy(update={"storage_uids": (storage.uid,)}))
    with pytest.raises(BusyError):
        await cloud.driver.storages.delete(staying)

    assert none_twice == ()
    assert len(await cloud.driver.storages.find(storage.uid)) == 2


async def test_another_server_with_a_used_port_is_told_to_wait_and_the_same_one_that_it_is_there(cloud: Bench) -> None:
    port = cloud.external_port()
    await cloud.make(port)
    first, other = await cloud.server("first", port), await cloud.server("other", port)
    await cloud.make(first)

    with pytest.raises(AlreadyExistsError, match="same uid"):
        await cloud.create(first)
    with pytest.raises(BusyError, match="used by server"):
        await cloud.create(other)


async def test_a_volume_that_is_still_built_is_busy_and_a_broken_one_of_no_use(cloud: Bench, world: Path) -> None:
    knobs.slow(world, "storages.create", 600, matching="slow")
    knobs.break_down(world, "storages.create", "no space", matching="broken")
    slow, broken = await cloud.storage("slow"), await cloud.storage("broken")
    await cloud.create(slow)
    await cloud.create(broken)

    for storage, refusal in ((slow, BusyError), (broken, ConflictError)):
        with pytest.raises(refusal, match=str(storage.uid)):
            await cloud.create((await cloud.server("one")).model_copy(update={"storage_uids": (storage.uid,)}))


async def _server(cloud: Bench, place: str, **update: object) -> NewServer:
    return (await cloud.server(place)).model_copy(update=update)


async def test_a_server_for_which_no_host_is_left_ends_broken_and_takes_nothing(cloud: Bench) -> None:
    group = cloud.group()
    await cloud.make(group)
    for number in range(3):
        await cloud.make(await _server(cloud, f"{number}", group_uid=group.uid, zone="az1"))
    port = cloud.external_port()
    await cloud.make(port)
    fourth = await _server(cloud, "3", group_uid=group.uid, zone="az1", port_uids=(port.uid,))

    await cloud.create(fourth)
    broken = await cloud.wait_until(cloud.driver.servers, fourth.uid, ResourceState.BROKEN)

    assert (broken.detail, broken.host) == ("No valid host was found.", None)
    await cloud.make(await cloud.server("elsewhere", port))


async def test_servers_spread_over_all_hosts(cloud: Bench) -> None:
    servers = [await cloud.make(await cloud.server(f"{number}")) for number in range(6)]

    assert len({server.host for server in servers}) == 6
    assert {server.zone for server in servers} == {"az1", "az2"}


async def test_an_unknown_zone_is_refused(cloud: Bench) -> None:
    with pytest.raises(NotFoundError, match="no zone az9"):
        await cloud.create(await _server(cloud, "one", zone="az9"))


async def test_a_server_with_nothing_to_boot_from_is_refused(cloud: Bench) -> None:
    with pytest.raises(InvalidInputError, match="neither an image nor a boot volume"):
        await cloud.create(await _server(cloud, "one", image_id=None))


@pytest.mark.parametrize("flavor_uid", [None, uuid4()])
async def test_a_server_needs_a_flavor_either_by_id_or_by_uid(cloud: Bench, flavor_uid: UUID | None) -> None:
    flavor_id = None if flavor_uid is None else "1"

    with pytest.raises(InvalidInputError, match="either a flavor's id or its uid"):
        await cloud.create(await _server(cloud, "one", flavor_id=flavor_id, flavor_uid=flavor_uid))


@pytest.mark.parametrize("link_uid", [None, uuid4()])
async def test_a_port_needs_a_network_either_by_id_or_by_uid(cloud: Bench, link_uid: UUID | None) -> None:
    network_id = None if link_uid is None else "mgmt"
    port = cloud.external_port().model_copy(update={"network_id": network_id, "link_uid": link_uid})

    with pytest.raises(InvalidInputError, match="either a link's uid or a network's id"):
        await cloud.create(port)


async def test_a_port_on_a_link_without_subnet_has_no_address(cloud: Bench) -> None:
    link = cloud.link(cidr=None)
    await cloud.make(link)

    assert (await cloud.make(cloud.port("one", link))).addresses == ()


async def test_a_deleted_port_is_taken_from_its_server(cloud: Bench) -> None:
    port = cloud.external_port()
    made = await cloud.make(port)
    server = await cloud.make(await cloud.server("one", port))

    await cloud.driver.ports.delete(made)

    assert list(await cloud.site.ports_of(server.vim_id)) == []


def _external(cloud: Bench, place: str, network: str, *addresses: FixedAddress) -> NewPort:
    port = cloud.external_port(place)
    return port.model_copy(update={"network_id": network, "addresses": addresses})


async def test_a_mac_is_unique_in_its_network_only(cloud: Bench) -> None:
    mac = mac_of(cloud.vnf)
    on_mgmt = _external(cloud, "one", "mgmt").model_copy(update={"mac_address": mac})
    on_data = _external(cloud, "two", "data").model_copy(update={"mac_address": mac})
    again = _external(cloud, "three", "data").model_copy(update={"mac_address": mac.upper()})
    await cloud.make(on_mgmt)
    await cloud.make(on_data)

    with pytest.raises(AlreadyExistsError, match=mac):
        await cloud.create(again)


async def test_addresses_are_given_out_in_order_without_the_gateway(cloud: Bench) -> None:
    link = cloud.link(cidr="192.168.9.0/29").model_copy(update={"gateway_ip": "192.168.9.1"})
    await cloud.make(link)

    ports = [await cloud.make(cloud.port(f"{number}", link)) for number in range(5)]
    assert [port.addresses[0].ip_address for port in ports] == [f"192.168.9.{host}" for host in range(2, 7)]

    with pytest.raises(QuotaError, match="no address left"):
        await cloud.create(cloud.port("6", link))


async def test_an_ipv6_link_gives_ipv6_addresses(cloud: Bench) -> None:
    link = cloud.link(cidr="2001:db8::/64").model_copy(update={"ip_version": 6})
    await cloud.make(link)

    port = await cloud.make(cloud.port("one", link, FixedAddress(ip_address="2001:DB8:0::7")))

    assert port.addresses[0].ip_address == "2001:db8::7"


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        (FixedAddress(ip_address="192.0.2.1"), "no subnet of its network has ipAddress 192.0.2.1"),
        (FixedAddress(subnet_id="data-subnet"), "no subnet of its network has subnetId data-subnet"),
        (FixedAddress(ip_address="ten"), "'ten' does not appear to be an IPv4 or IPv6 address"),
    ],
)
async def test_an_address_that_the_network_does_not_have_is_refused(
    cloud: Bench, address: FixedAddress, complaint: str
) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        await cloud.create(_external(cloud, "one", "mgmt", address))


@pytest.mark.parametrize(("cidr", "complaint"), [("ten", "ten is no CIDR"), ("2001:db8::/64", "not of IP version 4")])
async def test_a_link_with_a_senseless_cidr_is_refused_and_not_made(cloud: Bench, cidr: str, complaint: str) -> None:
    link = cloud.link(cidr=cidr)

    with pytest.raises(InvalidInputError, match=complaint):
        await cloud.create(link)

    assert list(await cloud.driver.virtual_links.find(link.uid)) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_finishing_what_is_finished_changes_nothing(cloud: Bench, kind: str) -> None:
    new = await cloud.new(kind)
    made = await cloud.make(new)

    assert await cloud.of(new).finish(made, new) == made


async def test_finishing_what_is_gone_is_an_error(cloud: Bench) -> None:
    link = cloud.link()
    made = await cloud.make(link)
    await cloud.remove(link)

    with pytest.raises(NotFoundError, match="is gone"):
        await cloud.driver.virtual_links.finish(made, link)
