"""The laboratory as sites of the conformance suite: once as an administrator, once as a member of a project."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from manoflow.adapters.vim.openstack.tags import uid_tag
from manoflow.domain.cloud import NewVirtualLink, VimResource
from manoflow.ports.vim import VimDriver
from tests.adapters.vim.site import Site
from tests.lab import laboratory


def openstack_as_admin(_: Path) -> Site:
    """May do everything."""
    return _site("oslab", makes_flavors=True)


def openstack_as_member(_: Path) -> Site:
    """May make no flavors, and choose neither MAC nor address on somebody else's network."""
    return _site("demo", makes_flavors=False)


def _site(cloud: str, *, makes_flavors: bool) -> Site:
    connection = laboratory.vim_connection(cloud)
    sdk = laboratory.sdk(cloud)

    async def half_make(driver: VimDriver, new: NewVirtualLink) -> VimResource:
        """As a worker leaves it that dies after its first call."""
        description = str(uid_tag(new.uid))
        await asyncio.to_thread(sdk.network.create_network, name=new.name, description=description)
        (half_made,) = await driver.virtual_links.find(new.uid)
        return half_made

    async def ports_of(server_id: str) -> Sequence[str]:
        """Neutron has no order; Nova shows a server's addresses in the order of its ports."""

        def attached() -> list[str]:
            by_mac = {port.mac_address: port.id for port in sdk.network.ports(device_id=server_id)}
            networks = sdk.compute.get_server(server_id).addresses.values()
            return [by_mac[address["OS-EXT-IPS-MAC:mac_addr"]] for addresses in networks for address in addresses]

        return await asyncio.to_thread(attached)

    return Site(
        connection=connection,
        external_network=sdk.network.find_network("mgmt", ignore_missing=False).id,
        image="sample_image",
        zone="az2",
        makes_flavors=makes_flavors,
        patience=60.0,
        pause=0.3,
        half_make=half_make,
        ports_of=ports_of,
    )
