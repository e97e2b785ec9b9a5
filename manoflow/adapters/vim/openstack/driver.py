"""The driver itself: the eight ports of one OpenStack project, and what concerns all of it."""

import asyncio
from collections.abc import Sequence

from openstack.connection import Connection
from openstack.proxy import Proxy

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.credentials import sdk_connection
from manoflow.adapters.vim.openstack.discretion import hiding
from manoflow.adapters.vim.openstack.flavors import OpenStackFlavors
from manoflow.adapters.vim.openstack.images import OpenStackImages
from manoflow.adapters.vim.openstack.placement_groups import OpenStackPlacementGroups
from manoflow.adapters.vim.openstack.ports import OpenStackPorts
from manoflow.adapters.vim.openstack.servers import OpenStackServers, Parts
from manoflow.adapters.vim.openstack.site import OpenStackSite
from manoflow.adapters.vim.openstack.storages import OpenStackStorages
from manoflow.adapters.vim.openstack.virtual_links import OpenStackVirtualLinks
from manoflow.domain.cloud import NewPlacementGroup, NewPort, NewStorage, Tagged
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import Flavors, Images, Resources, Servers, Site, VimDriver, VirtualLinks

PARALLEL_CALLS = 10
"""Calls to one VIM at a time, unless the connection's `extra` says otherwise as ``parallelCalls``."""


async def connect(connection: VimConnection) -> VimDriver:
    """Prepare a driver; it logs in at its first call.

    Raises `InvalidInputError` where the connection lacks something.
    """
    return OpenStackDriver(connection)


class OpenStackDriver:
    """One project of one OpenStack; see `manoflow.ports.vim.VimDriver`."""

    def __init__(self, connection: VimConnection) -> None:
        """Put the kinds together around one set of threads."""
        self._vim_id = connection.vim_id
        parallel_calls = int(connection.extra.get("parallelCalls", PARALLEL_CALLS))
        sdk, hide = sdk_connection(connection), hiding(connection)
        self._cloud = cloud = Cloud(sdk, parallel_calls=parallel_calls, hide=hide)
        links, images = OpenStackVirtualLinks(cloud), OpenStackImages(cloud)
        parts = Parts(
            images=images,
            flavors=OpenStackFlavors(cloud),
            placement_groups=OpenStackPlacementGroups(cloud),
            ports=OpenStackPorts(cloud, links),
            storages=OpenStackStorages(cloud, images),
        )
        servers = OpenStackServers(cloud, parts)
        self.images: Images = images
        self.flavors: Flavors = parts.flavors
        self.placement_groups: Resources[NewPlacementGroup] = parts.placement_groups
        self.virtual_links: VirtualLinks = links
        self.ports: Resources[NewPort] = parts.ports
        self.storages: Resources[NewStorage] = parts.storages
        self.servers: Servers = servers
        self.site: Site = OpenStackSite(cloud, connection.id)
        self._kinds = (servers, parts.ports, parts.storages, links, parts.placement_groups, parts.flavors, images)

    async def check(self) -> str:
        """Log in and ask each service something small."""
        where = await self._cloud.call(f"log in to VIM {self._vim_id}", _log_in)
        versions = [
            await self._cloud.call(f"reach service '{name}' of VIM {self._vim_id}", probe)
            for name, probe in PROBES.items()
        ]
        return f"{where}; {', '.join(versions)}"

    async def tagged(self) -> Sequence[Tagged]:
        """Everything in the project that bears a uid of ours, dependents first."""
        found = await asyncio.gather(*(kind.tagged() for kind in self._kinds))
        return [resource for of_kind in found for resource in of_kind]

    async def close(self) -> None:
        """Let calls in flight end, then give back the connections."""
        await self._cloud.close()


def _log_in(sdk: Connection) -> str:
    sdk.session.get_token()
    return f"project {sdk.current_project_id}, region {sdk.config.region_name or 'any'}"


def _compute(sdk: Connection) -> str:
    next(sdk.compute.flavors(limit=1, paginated=False), None)
    return _version("compute", sdk.compute)


def _network(sdk: Connection) -> str:
    next(sdk.network.networks(limit=1, paginated=False), None)
    return _version("network", sdk.network)


def _volumes(sdk: Connection) -> str:
    next(sdk.block_storage.volumes(limit=1, paginated=False), None)
    return _version("volumes", sdk.block_storage)


def _images(sdk: Connection) -> str:
    next(sdk.image.images(limit=1, paginated=False), None)
    return _version("images", sdk.image)


PROBES = {"compute": _compute, "network": _network, "block-storage": _volumes, "image": _images}
"""By type in Keystone's catalogue: one small request each."""


def _version(name: str, service: Proxy) -> str:
    endpoint = service.get_endpoint_data()
    newest = endpoint and (endpoint.max_microversion or endpoint.api_version)
    return f"{name} {'.'.join(map(str, newest))}" if newest else name
