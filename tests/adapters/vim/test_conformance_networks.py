"""Conformance: virtual links and ports."""

from ipaddress import ip_address, ip_network

import pytest

from manoflow.domain.cloud import FixedAddress, ResourceState
from manoflow.domain.errors import AlreadyExistsError, TemporaryError
from manoflow.domain.vnfd_connectivity import AddressPool
from tests.adapters.vim.conformance import Bench


async def test_a_link_has_the_one_subnet_that_was_asked_for(bench: Bench) -> None:
    link = await bench.make(bench.link())

    assert link.network_id == link.vim_id
    assert len(link.subnet_ids) == 1


async def test_a_link_without_cidr_is_ready_without_a_subnet(bench: Bench) -> None:
    link = await bench.make(bench.link(cidr=None))

    assert link.subnet_ids == ()


async def test_a_half_made_link_is_shown_as_such_and_can_be_finished(bench: Bench) -> None:
    new = bench.link()
    link = await bench.adopt(new, bench.site.half_make(bench.driver, new))
    (half_made,) = await bench.driver.virtual_links.find(new.uid)

    finished = await bench.driver.virtual_links.finish(half_made, new)
    (found,) = await bench.driver.virtual_links.find(new.uid)

    assert half_made.state is ResourceState.HALF_MADE
    assert finished.vim_id == half_made.vim_id == link.vim_id
    assert (found.state, len(found.subnet_ids)) == (ResourceState.READY, 1)


async def test_a_port_tells_its_network_mac_and_address(bench: Bench) -> None:
    new_link = bench.link(cidr="192.168.78.0/24")
    link = await bench.make(new_link)
    new = bench.port("one", new_link)

    port = await bench.make(new)

    (address,) = port.addresses
    assert port.network_id == link.vim_id
    assert port.mac_address == new.mac_address
    assert address.subnet_id == link.subnet_ids[0]
    assert ip_address(address.ip_address or "") in ip_network("192.168.78.0/24")


async def test_a_port_on_an_external_network_gets_an_address_there(bench: Bench) -> None:
    port = await bench.make(bench.external_port())

    assert port.network_id == bench.site.external_network
    assert port.addresses[0].ip_address


async def test_a_port_gets_an_address_of_the_links_pools(bench: Bench) -> None:
    pools = (
        AddressPool(start="192.168.80.7", end="192.168.80.7"),
        AddressPool(start="192.168.80.9", end="192.168.80.9"),
    )
    new_link = bench.link(cidr="192.168.80.0/24").model_copy(update={"address_pools": pools})
    await bench.make(new_link)

    ports = [await bench.make(bench.port(place, new_link)) for place in ("one", "two")]

    assert {port.addresses[0].ip_address for port in ports} == {"192.168.80.7", "192.168.80.9"}


async def test_a_port_keeps_the_fixed_address_it_asked_for(bench: Bench) -> None:
    new_link = bench.link(cidr="192.168.79.0/24")
    link = await bench.make(new_link)
    (subnet,) = link.subnet_ids

    by_address = await bench.make(bench.port("one", new_link, FixedAddress(ip_address="192.168.79.40")))
    by_both = FixedAddress(ip_address="192.168.79.41", subnet_id=subnet)
    both = await bench.make(bench.port("two", new_link, by_both))
    by_subnet = await bench.make(bench.port("three", new_link, FixedAddress(subnet_id=subnet)))

    assert by_address.addresses == (FixedAddress(ip_address="192.168.79.40", subnet_id=subnet),)
    assert both.addresses == (by_both,)
    assert [address.subnet_id for address in by_subnet.addresses] == [subnet]


async def test_a_second_port_with_the_same_mac_is_refused(bench: Bench) -> None:
    link = bench.link()
    await bench.make(link)
    port = bench.port("one", link)
    await bench.make(port)

    with pytest.raises(AlreadyExistsError):
        await bench.create(port)

    assert len(await bench.driver.ports.find(port.uid)) == 1


async def test_a_second_port_with_the_same_address_is_refused(bench: Bench) -> None:
    link = bench.link(cidr="192.168.79.0/24")
    await bench.make(link)
    address = FixedAddress(ip_address="192.168.79.40")
    await bench.make(bench.port("one", link, address))
    second = bench.port("two", link, address)

    with pytest.raises(AlreadyExistsError):
        await bench.create(second)

    assert list(await bench.driver.ports.find(second.uid)) == []


async def test_an_address_is_free_again_when_its_port_is_gone(bench: Bench) -> None:
    link = bench.link(cidr="192.168.79.0/24")
    await bench.make(link)
    address = FixedAddress(ip_address="192.168.79.40")
    first = bench.port("one", link, address)
    await bench.make(first)
    await bench.remove(first)

    second = await bench.make(bench.port("two", link, address))

    assert second.addresses[0].ip_address == "192.168.79.40"


async def test_deleting_a_link_with_ports_is_a_temporary_error(bench: Bench) -> None:
    new_link = bench.link()
    link = await bench.make(new_link)
    port = bench.port("one", new_link)
    await bench.make(port)

    with pytest.raises(TemporaryError):
        await bench.driver.virtual_links.delete(link)
    await bench.remove(port)
    await bench.remove(new_link)

    assert list(await bench.tagged()) == []
