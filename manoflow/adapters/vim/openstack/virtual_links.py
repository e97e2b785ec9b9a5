"""Virtual links: a Neutron network with its subnet.

Neither has a unique name, so twins are possible; a second subnet of overlapping addresses in one network is
refused. A network marked as wanting a subnet shows as HALF_MADE until it has one. Deleting a network takes its
subnets with it. How the network is carried (VXLAN, Geneve...) is the cloud's choice: only an administrator may
choose, and only what is configured.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openstack import exceptions
from openstack.connection import Connection
from openstack.network.v2 import network

from manoflow.adapters.vim.openstack import neutron
from manoflow.adapters.vim.openstack.kinds import CloudResources, moment
from manoflow.adapters.vim.openstack.tags import Tag
from manoflow.domain.cloud import Network, NewVirtualLink, ResourceState, VimResource
from manoflow.domain.identity import Kind

WANTS_SUBNET = Tag("manoflow:subnet", "wanted")


class OpenStackVirtualLinks(CloudResources[NewVirtualLink]):
    """Networks of VNFs, and those that were there before."""

    kind = Kind.VIRTUAL_LINK
    noun = "network"
    may_deny = True

    async def look_up(self, resource_id: str) -> Network | None:
        """A network by its id, as an external virtual link's resourceId names it."""
        return await self._cloud.call(f"look up network {resource_id}", lambda sdk: _look_up(sdk, resource_id))

    def _denies(self, sdk: Connection) -> bool:
        return neutron.denies(sdk)

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        networks = sdk.network.networks(**neutron.query(sdk, tag))
        return [_seen(found, uid) for found in networks if (uid := neutron.marks_of(found).uid)]

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        networks = sdk.network.networks(**neutron.query_all(sdk, uids))
        return [_seen(found, uid) for found in networks if (uid := neutron.marks_of(found).uid)]

    def _create(self, sdk: Connection, new: NewVirtualLink) -> VimResource:
        mtu = {"mtu": new.mtu} if new.mtu else {}
        return _complete(sdk, sdk.network.create_network(**neutron.identity(new), **mtu), new)

    def _finish(self, sdk: Connection, half_made: VimResource, new: NewVirtualLink) -> VimResource:
        return _complete(sdk, sdk.network.get_network(half_made.vim_id), new)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        sdk.network.delete_network(resource.vim_id, ignore_missing=False)


def _complete(sdk: Connection, made: network.Network, new: NewVirtualLink) -> VimResource:
    neutron.mark(sdk, made, new, [WANTS_SUBNET] if new.cidr else [])
    if new.cidr and not made.subnet_ids:
        sdk.network.create_subnet(
            network_id=made.id,
            ip_version=new.ip_version,
            cidr=new.cidr,
            is_dhcp_enabled=new.dhcp_enabled,
            **neutron.identity(new),
            **addressing(new),
        )
    return _seen(sdk.network.get_network(made.id), new.uid)


def addressing(new: NewVirtualLink) -> dict[str, Any]:
    """What of a subnet is left to Neutron where it is not asked for."""
    mode = new.ipv6_mode if new.ip_version == 6 and new.dhcp_enabled else None  # noqa: PLR2004 - the version of IP
    optional = {
        "gateway_ip": new.gateway_ip,
        "allocation_pools": [{"start": pool.start, "end": pool.end} for pool in new.address_pools],
        "ipv6_address_mode": mode,
        "ipv6_ra_mode": mode,
    }
    return {name: value for name, value in optional.items() if value}


def _look_up(sdk: Connection, resource_id: str) -> Network | None:
    try:
        found = sdk.network.get_network(resource_id)
    except exceptions.NotFoundException:
        return None
    return Network(vim_id=found.id, name=found.name)


def _seen(found: network.Network, uid: UUID) -> VimResource:
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name,
        state=_state(found),
        created_at=moment(found.created_at),
        vnf_instance_id=neutron.marks_of(found).vnf_instance_id,
        network_id=found.id,
        subnet_ids=tuple(found.subnet_ids),
    )


def _state(found: network.Network) -> ResourceState:
    lacks_subnet = neutron.marks_of(found).bear(WANTS_SUBNET) and not found.subnet_ids
    if lacks_subnet or not neutron.is_marked(found):
        return ResourceState.HALF_MADE
    if found.status == "ERROR":
        return ResourceState.BROKEN
    return ResourceState.BUILDING if found.status == "BUILD" else ResourceState.READY
