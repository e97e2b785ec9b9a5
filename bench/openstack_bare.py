"""The same VNF made by a bare openstacksdk script: no record, no retries, no marks, nobody to go on where it stopped.

What to make is read from what Manoflow made, so it is the same number of the same things. Stage follows stage, and
within a stage as many calls run at once as Manoflow's driver makes. One list call after the other shows when all
servers or volumes are there: threads that each poll their own would slow the cloud down.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from openstack.connection import Connection

PARALLEL_CALLS = 10
"""As many as `manoflow.adapters.vim.openstack.driver` makes."""
LOOK_AGAIN = 0.5
"""Seconds between two lists of servers or volumes."""
FAILED = frozenset({"error", "error_deleting"})

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Wanted:
    """What the VNF consists of. Servers name their flavor, ports, volumes and group by what those were called."""

    flavors: Sequence[dict[str, Any]]
    groups: Sequence[str]
    networks: Sequence[tuple[str, str]]
    """Name and CIDR."""
    volumes: Sequence[dict[str, Any]]
    ports: Sequence[tuple[str, str]]
    """Name, and the network's name or, of one that was there before, its id."""
    servers: Sequence[dict[str, Any]]

    @property
    def count(self) -> int:
        """Of everything."""
        parts = (self.flavors, self.groups, self.networks, self.volumes, self.ports, self.servers)
        return sum(len(part) for part in parts)


@dataclass
class Made:
    """Ids by names, kind by kind."""

    flavors: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, str] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)


class Bare:
    """The script."""

    def __init__(self, sdk: Connection, wanted: Wanted) -> None:
        """`sdk`: logged in already, as Manoflow's is."""
        self._sdk = sdk
        self._wanted = wanted
        self._pool = ThreadPoolExecutor(PARALLEL_CALLS)
        self._kinds = {"server": sdk.compute.servers, "volume": sdk.block_storage.volumes}

    def instantiate(self) -> Made:
        """Make everything; answers when every server is ACTIVE."""
        made, wanted = Made(), self._wanted
        made.flavors = self._each(wanted.flavors, self._flavor)
        made.groups = self._each(wanted.groups, self._group)
        made.networks = self._each(wanted.networks, self._network)
        made.volumes = self._each(wanted.volumes, self._volume)
        self._until("volume", made.volumes, "available")
        made.ports = self._each(wanted.ports, lambda port: self._port(port, made))
        made.servers = self._each(wanted.servers, lambda server: self._server(server, made))
        self._until("server", made.servers, "active")
        return made

    def terminate(self, made: Made) -> None:
        """Remove everything; answers when nothing is left."""
        sdk = self._sdk
        self._all(made.servers.values(), sdk.compute.delete_server)
        self._until("server", made.servers, None)
        self._all(made.ports.values(), sdk.network.delete_port)
        self._all(made.volumes.values(), sdk.block_storage.delete_volume)
        self._until("volume", made.volumes, None)
        self._all(made.networks.values(), sdk.network.delete_network)
        self._all(made.groups.values(), sdk.compute.delete_server_group)
        self._all(made.flavors.values(), sdk.compute.delete_flavor)

    def close(self) -> None:
        """Give back the threads."""
        self._pool.shutdown()

    def _each(self, items: Iterable[Item], make: Callable[[Item], tuple[str, str]]) -> dict[str, str]:
        return dict(self._pool.map(make, items))

    def _all(self, ids: Iterable[str], remove: Callable[[str], object]) -> None:
        list(self._pool.map(remove, ids))

    def _flavor(self, flavor: dict[str, Any]) -> tuple[str, str]:
        return flavor["name"], self._sdk.compute.create_flavor(**flavor).id

    def _group(self, name: str) -> tuple[str, str]:
        return name, self._sdk.compute.create_server_group(name=name, policy="anti-affinity").id

    def _network(self, network: tuple[str, str]) -> tuple[str, str]:
        name, cidr = network
        made = self._sdk.network.create_network(name=name)
        self._sdk.network.create_subnet(network_id=made.id, ip_version=4, cidr=cidr)
        return name, made.id

    def _volume(self, volume: dict[str, Any]) -> tuple[str, str]:
        made = self._sdk.block_storage.create_volume(**volume)
        return volume["name"], made.id

    def _port(self, port: tuple[str, str], made: Made) -> tuple[str, str]:
        name, network = port
        network_id = made.networks.get(network, network)
        return name, self._sdk.network.create_port(name=name, network_id=network_id).id

    def _server(self, server: dict[str, Any], made: Made) -> tuple[str, str]:
        asked = {
            "name": server["name"],
            "flavor_id": made.flavors.get(server["flavor"], server["flavor"]),
            "networks": [{"port": made.ports[port]} for port in server["ports"]],
        }
        if server["group"]:
            asked["scheduler_hints"] = {"group": made.groups[server["group"]]}
        if server["volumes"]:
            asked["block_device_mapping"] = _devices(server, made)
        else:
            asked["image_id"] = server["image"]
        built = self._sdk.compute.create_server(**asked)
        return server["name"], built.id

    def _until(self, kind: str, made: dict[str, str], status: str | None) -> None:
        """Look at the list until all have the status; None: until it shows none of them."""
        mine = set(made.values())
        while mine:
            seen = {one.id: one.status.lower() for one in self._kinds[kind]() if one.id in mine}
            if FAILED & set(seen.values()):
                raise RuntimeError(f"cannot measure: a {kind} of the bare script has failed: {seen}")
            if set(seen.values()) <= {status} and len(seen) == (len(mine) if status else 0):
                return
            time.sleep(LOOK_AGAIN)


def _devices(server: dict[str, Any], made: Made) -> list[dict[str, Any]]:
    kept = {"source_type": "volume", "destination_type": "volume", "delete_on_termination": False}
    devices = [{**kept, "uuid": made.volumes[name]} for name in server["volumes"]]
    if server["image"]:
        local = {"source_type": "image", "destination_type": "local", "delete_on_termination": True}
        devices.insert(0, {**local, "uuid": server["image"]})
    return [{**device, "boot_index": 0 if place == 0 else -1} for place, device in enumerate(devices)]


def wanted(sdk: Connection, vnf_instance_id: str) -> Wanted:
    """What Manoflow made for a VNF instance."""
    tag = f"manoflow:vnf={vnf_instance_id}"
    servers = list(sdk.compute.servers(tags=tag))
    ports = list(sdk.network.ports(tags=tag))
    networks = {one.id: one for one in sdk.network.networks(tags=tag)}
    groups = [one for one in sdk.compute.server_groups() if tag in one.name]
    flavors = [one for one in sdk.compute.flavors() if tag in (one.description or "")]
    volumes = {
        one.id: one for one in sdk.block_storage.volumes() if one.metadata.get("manoflow:vnf") == vnf_instance_id
    }
    return Wanted(
        flavors=[{"name": f"bare-{one.name}", "vcpus": one.vcpus, "ram": one.ram, "disk": one.disk} for one in flavors],
        groups=[f"bare-{one.id}" for one in groups],
        networks=[(f"bare-{one.id}", _cidr(sdk, one.subnet_ids[0])) for one in networks.values()],
        volumes=[{"name": f"bare-{one.id}", "size": one.size, **_image_of(one)} for one in volumes.values()],
        ports=[
            (f"bare-{one.id}", f"bare-{one.network_id}" if one.network_id in networks else one.network_id)
            for one in ports
        ],
        servers=[
            {
                "name": f"bare-{server.name}",
                "flavor": _flavor_of(sdk, server, {one.name for one in flavors}),
                "image": (server.image or {}).get("id"),
                "ports": [f"bare-{one.id}" for one in ports if one.device_id == server.id],
                "group": next((f"bare-{one.id}" for one in groups if server.id in one.member_ids), None),
                "volumes": [f"bare-{one['id']}" for one in server.attached_volumes],
            }
            for server in servers
        ],
    )


def _cidr(sdk: Connection, subnet_id: str) -> str:
    return str(sdk.network.get_subnet(subnet_id).cidr)


def _image_of(volume: Any) -> dict[str, Any]:  # noqa: ANN401 - of either version of the SDK's class
    metadata = volume.volume_image_metadata or {}
    return {"image_id": metadata["image_id"]} if "image_id" in metadata else {}


def _flavor_of(sdk: Connection, server: Any, made: set[str]) -> str:  # noqa: ANN401 - the SDK's
    name = server.flavor["original_name"]
    return f"bare-{name}" if name in made else str(sdk.compute.find_flavor(name, ignore_missing=False).id)
