"""Servers: made with ports, volumes and group that exist already, found through Nova's tags.

A server asked for while another has its port is refused (409), or its boot volume (400). Nova looks only once at
the beginning, though: two servers asked for within about a second are both accepted, one then fails, and *in
failing takes the port away from the other*, which stays ACTIVE without network. So each server notes how many ports
it was given, and one to which Neutron knows fewer shows as BROKEN.
"""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from openstack import exceptions
from openstack.compute.v2 import server
from openstack.connection import Connection

from manoflow.adapters.vim.openstack import neutron
from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.flavors import OpenStackFlavors
from manoflow.adapters.vim.openstack.images import OpenStackImages
from manoflow.adapters.vim.openstack.kinds import CloudResources, moment
from manoflow.adapters.vim.openstack.placement_groups import OpenStackPlacementGroups
from manoflow.adapters.vim.openstack.ports import OpenStackPorts
from manoflow.adapters.vim.openstack.storages import OpenStackStorages
from manoflow.adapters.vim.openstack.tags import Marks, Tag, tags_of, uid_tag
from manoflow.domain.cloud import NewServer, Power, ResourceState, VimResource
from manoflow.domain.errors import AlreadyExistsError, ConflictError
from manoflow.domain.identity import Kind

PORTS = "manoflow:ports"
"""Name in the metadata: how many ports the server was given."""

STATES = {
    "ACTIVE": ResourceState.READY,
    "SHUTOFF": ResourceState.READY,
    "ERROR": ResourceState.BROKEN,
    "DELETED": ResourceState.DELETING,
    "SOFT_DELETED": ResourceState.DELETING,
}
"""By status in Nova; all others pass by themselves."""

POWER = {1: Power.STARTED, 4: Power.STOPPED}

ENDED = {Power.STARTED: "ACTIVE", Power.STOPPED: "SHUTOFF"}
"""The status of a server that has been started or stopped, ..."""
UNDER_WAY = {Power.STARTED: "powering-on", Power.STOPPED: "powering-off"}
"""... and its task while it is."""


@dataclass(frozen=True)
class Parts:
    """The kinds that servers are put together from."""

    images: OpenStackImages
    flavors: OpenStackFlavors
    placement_groups: OpenStackPlacementGroups
    ports: OpenStackPorts
    storages: OpenStackStorages


class OpenStackServers(CloudResources[NewServer]):
    """Servers."""

    kind = Kind.VNFC
    noun = "server"

    def __init__(self, cloud: Cloud, parts: Parts) -> None:
        """`parts`: where what servers refer to is found."""
        super().__init__(cloud)
        self._parts = parts

    async def start(self, server: VimResource) -> None:
        """Ask that it runs; see `manoflow.ports.vim.Servers.start`."""
        await self._cloud.call(
            f"start server {server.name} ({server.vim_id})",
            lambda sdk: _power(sdk, sdk.compute.start_server, server, Power.STARTED),
        )

    async def stop(self, server: VimResource) -> None:
        """Ask that it ends; Nova lets it end by itself for a while, and then ends it."""
        await self._cloud.call(
            f"stop server {server.name} ({server.vim_id})",
            lambda sdk: _power(sdk, sdk.compute.stop_server, server, Power.STOPPED),
        )

    def _list(self, sdk: Connection, tag: Tag | None) -> Sequence[VimResource]:
        asked: dict[str, Any] = {"tags": str(tag)} if tag else {}
        servers = list(sdk.compute.servers(**asked))
        bound = _bound_ports(sdk, servers, neutron.query(sdk, tag))
        return [_seen(found, uid, bound[found.id]) for found in servers if (uid := Marks.read(found.tags).uid)]

    def _find(self, sdk: Connection, uids: Sequence[UUID]) -> Sequence[VimResource]:
        servers = list(sdk.compute.servers(any_tags=",".join(str(uid_tag(uid)) for uid in uids)))
        bound = _bound_ports(sdk, servers, {"device_id": [found.id for found in servers]})
        return [_seen(found, uid, bound[found.id]) for found in servers if (uid := Marks.read(found.tags).uid)]

    def _create(self, sdk: Connection, new: NewServer) -> VimResource:
        try:
            made = sdk.compute.create_server(**_request(sdk, new, self._parts))
        except (exceptions.ConflictException, exceptions.BadRequestException) as refused:
            if self._find(sdk, [new.uid]):
                raise AlreadyExistsError(
                    f"cannot make server {new.name} ({new.uid}): another attempt made it already"
                ) from refused
            raise
        # Nova answers with the id alone; a further call would only say that it is being built.
        return VimResource(
            uid=new.uid,
            vim_id=made.id,
            name=new.name,
            state=ResourceState.BUILDING,
            created_at=datetime.now(UTC),
            vnf_instance_id=new.vnf_instance_id,
        )

    def _delete(self, sdk: Connection, resource: VimResource) -> None:
        sdk.compute.delete_server(resource.vim_id)


def _power(sdk: Connection, ask: Callable[[str], None], asked: VimResource, power: Power) -> None:
    """Nova refuses (409) what is so already, or on its way, as it refuses what cannot be now."""
    if asked.state is ResourceState.BROKEN:
        raise ConflictError(f"cannot have server {asked.name} ({asked.vim_id}) {power}: it is broken: {asked.detail}")
    try:
        ask(asked.vim_id)
    except exceptions.ConflictException:
        found = sdk.compute.get_server(asked.vim_id)
        if found.task_state != UNDER_WAY[power] and (found.task_state or found.status != ENDED[power]):
            raise


def _request(sdk: Connection, new: NewServer, parts: Parts) -> dict[str, Any]:
    flavor_id = parts.flavors.vim_ids(sdk, [new.flavor_uid], new)[0] if new.flavor_uid else new.flavor_id
    image_id = parts.images.vim_ids(sdk, [new.image_uid], new)[0] if new.image_uid else new.image_id
    group = parts.placement_groups.vim_ids(sdk, [new.group_uid], new)[0] if new.group_uid else None
    boot = (new.boot_storage_uid,) if new.boot_storage_uid else ()
    volumes = parts.storages.vim_ids(sdk, (*boot, *new.storage_uids), new)
    ports = parts.ports.vim_ids(sdk, new.port_uids, new)
    optional = {
        "image_id": image_id if new.boot_storage_uid is None else None,
        "availability_zone": new.zone,
        "scheduler_hints": {"group": group} if group else None,
        "block_device_mapping": _block_devices(new, volumes, image_id) or None,
        **at_boot(new),
    }
    return {
        "name": new.name,
        "flavor_id": flavor_id,
        "networks": [{"port": port_id} for port_id in ports] or "none",
        "tags": [str(tag) for tag in tags_of(new)],
        "metadata": {**new.metadata, PORTS: str(len(ports))},
        **{name: value for name, value in optional.items() if value is not None},
    }


def at_boot(new: NewServer) -> dict[str, Any]:
    """User data as Nova takes it, and a config drive to read it and the metadata from; None where there is none."""
    return {
        "user_data": b64encode(new.user_data.encode()).decode() if new.user_data else None,
        "config_drive": True if new.user_data or new.metadata else None,
    }


def _block_devices(new: NewServer, volume_ids: Sequence[str], image_id: str | None) -> list[dict[str, Any]]:
    """Volumes in order; what the server boots from comes first and has index 0."""
    kept = {"source_type": "volume", "destination_type": "volume", "delete_on_termination": False}
    devices = [{**kept, "uuid": volume_id} for volume_id in volume_ids]
    if devices and new.boot_storage_uid is None:
        local = {"source_type": "image", "destination_type": "local", "delete_on_termination": True}
        devices.insert(0, {**local, "uuid": image_id})
    return [{**device, "boot_index": 0 if place == 0 else -1} for place, device in enumerate(devices)]


def _bound_ports(sdk: Connection, servers: Iterable[server.Server], query: Mapping[str, Any]) -> Counter[str]:
    """How many ports of those that the query shows each server has, as Neutron knows it."""
    if not any(STATES.get(found.status) is ResourceState.READY for found in servers):
        return Counter()
    return Counter(port.device_id for port in sdk.network.ports(**query))


def _seen(found: server.Server, uid: UUID, bound_ports: int) -> VimResource:
    state, detail = _state(found, bound_ports)
    return VimResource(
        uid=uid,
        vim_id=found.id,
        name=found.name,
        state=state,
        created_at=moment(found.created_at),
        vnf_instance_id=Marks.read(found.tags).vnf_instance_id,
        detail=detail,
        zone=found.availability_zone or None,
        host=found.compute_host,
        power=POWER.get(found.power_state),
    )


def _state(found: server.Server, bound_ports: int) -> tuple[ResourceState, str | None]:
    if found.task_state == "deleting":
        return ResourceState.DELETING, _in_nova(found)
    state = STATES.get(found.status, ResourceState.BUILDING)
    if state is ResourceState.BROKEN:
        return state, (found.fault or {}).get("message")
    if state is not ResourceState.READY:
        return state, _in_nova(found)
    given = int(found.metadata.get(PORTS, 0))
    if bound_ports < given:
        return ResourceState.BROKEN, f"only {bound_ports} of its {given} ports are bound to it"
    return (ResourceState.BUILDING, _in_nova(found)) if found.task_state else (ResourceState.READY, None)


def _in_nova(found: server.Server) -> str:
    return f"its status in Nova is '{found.status}', its task '{found.task_state}'"
