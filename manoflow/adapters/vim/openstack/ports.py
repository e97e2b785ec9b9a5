"""Ports: made before their servers, each with a MAC derived from its uid, so that Neutron refuses a second one (409).

On a network of somebody else, a member of a project may choose neither MAC nor address (403). Then the port is made
without what was refused, and a mark on it says so. Without its MAC nothing keeps a twin from being made: who calls
looks again.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from openstack import exceptions
from openstack.connection import Connection
from openstack.network.v2 import port

from manoflow.adapters.vim.openstack import neutron
from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.kinds import CloudResources, moment
from manoflow.adapters.vim.openstack.tags import Tag
from manoflow.adapters.vim.openstack.virtual_links import OpenStackVirtualLinks
from manoflow.domain.cloud import FixedAddress, NewPort, ResourceState, VimResource
from manoflow.domain.errors import UnreachableError
from manoflow.domain.identity import Kind

WITHOUT = "manoflow:without"
MAC = "mac"
ADDRESS = "address"


class OpenStackPorts(CloudResources[NewPort]):
    """Ports on links of the VNF and on networks that were there before."""

    kind = Kind.PORT
    noun = "port"
    may_deny = True

    def __init__(self, cloud: Cloud, links: OpenStackVirtualLinks) -> None:
        """`links`: where the links that ports refer to are found."""
        super().__init__(cloud)
        self._links = links

    def _denies(self, sdk: Connection) -> bool:
        return neutron.denies(sdk)

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        ports = sdk.network.ports(**neutron.query(sdk, tag))
        return [_seen(found, uid) for found in ports if (uid := neutron.marks_of(found).uid)]

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        ports = sdk.network.ports(**neutron.query_all(sdk, uids))
        return [_seen(found, uid) for found in ports if (uid := neutron.marks_of(found).uid)]

    def _create(self, sdk: Connection, new: NewPort) -> VimResource:
        network_id = self._links.vim_ids(sdk, [new.link_uid], new)[0] if new.link_uid else new.network_id
        fixed: dict[str, Any] = {**neutron.identity(new), "network_id": str(network_id)}
        fixed |= binding(new)
        return _complete(sdk, _as_wished(sdk, fixed, list(_wishes(new))), new)

    def _finish(self, sdk: Connection, half_made: VimResource, new: NewPort) -> VimResource:
        return _complete(sdk, sdk.network.get_port(half_made.vim_id), new)

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        sdk.network.delete_port(resource.vim_id, ignore_missing=False)


def binding(new: NewPort) -> dict[str, Any]:
    """How a server is to be bound to the port, and what else it may use there."""
    pairs = [{"ip_address": address} for address in new.allowed_addresses]
    return {
        **({"binding_vnic_type": new.vnic_type} if new.vnic_type != "normal" else {}),
        **({"allowed_address_pairs": pairs} if pairs else {}),
    }


def _wishes(new: NewPort) -> Iterator[dict[str, Any]]:
    """What is asked for beyond a mere port: the whole first, then less and less of what policy may refuse."""
    mac = {"mac_address": new.mac_address}
    exact = [_asked(address) for address in new.addresses]
    anywhere = [{"subnet_id": address.subnet_id} for address in new.addresses if address.subnet_id]
    yield {**mac, "fixed_ips": exact} if exact else mac
    if not new.mac_required:
        yield {"fixed_ips": exact} if exact else {}
    if exact != anywhere:
        any_address = {"fixed_ips": anywhere} if anywhere else {}
        yield {**mac, **any_address}
        if not new.mac_required:
            yield any_address


def _asked(address: FixedAddress) -> dict[str, str]:
    return address.model_dump(by_alias=False, exclude_none=True)


def _as_wished(sdk: Connection, fixed: dict[str, Any], wishes: Sequence[dict[str, Any]]) -> port.Port:
    for wish in wishes[:-1]:
        try:
            return sdk.network.create_port(**fixed, **wish)
        except exceptions.ForbiddenException as error:
            if neutron.denies(sdk):
                message = "cannot make a port yet: Neutron has just started, and lets nobody see or make anything"
                raise UnreachableError(message) from error
    return sdk.network.create_port(**fixed, **wishes[-1])


def _complete(sdk: Connection, made: port.Port, new: NewPort) -> VimResource:
    refused = _refused(made, new)
    neutron.mark(sdk, made, new, [Tag(WITHOUT, " and ".join(refused))] if refused else [])
    return _seen(made, new.uid)


def _refused(made: port.Port, new: NewPort) -> list[str]:
    got = {address["ip_address"] for address in made.fixed_ips}
    lacks_address = any(address.ip_address and address.ip_address not in got for address in new.addresses)
    other_mac = made.mac_address.lower() != new.mac_address.lower()
    return [name for name, missing in ((MAC, other_mac), (ADDRESS, lacks_address)) if missing]


def _seen(found: port.Port, uid: UUID) -> VimResource:
    marks = neutron.marks_of(found)
    without = marks.get(WITHOUT)
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name,
        state=_state(found),
        created_at=moment(found.created_at),
        vnf_instance_id=marks.vnf_instance_id,
        detail=f"the VIM's policy refused what was asked for: {without}" if without else None,
        addresses=tuple(FixedAddress.model_validate(address) for address in found.fixed_ips),
        mac_address=found.mac_address,
        network_id=found.network_id,
    )


def _state(found: port.Port) -> ResourceState:
    if not neutron.is_marked(found):
        return ResourceState.HALF_MADE
    return ResourceState.BROKEN if found.status == "ERROR" else ResourceState.READY
