"""What a fake cloud has before Manoflow comes: external networks, images, flavors.

The defaults hold what the examples and the packages of the tests name. Hosts and zones are in every world (`schema`).
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from manoflow.adapters.vim.fake.world import World, milliseconds
from manoflow.domain.cloud import Flavor

NETWORKS = ("mgmt", "data")

IMAGES = (
    "cirros",
    "debian-12",
    "manoflow-demo-image",
    "sample_image",
    "VDU1-VirtualStorage-image",
    "VDU2-VirtualStorage-image",
    "DemoVirtualStorage",
)

FLAVORS = (
    Flavor(vim_id="1", name="m1.tiny", vcpus=1, memory_mib=512, disk_gib=1),
    Flavor(vim_id="2", name="m1.small", vcpus=1, memory_mib=2048, disk_gib=20),
    Flavor(vim_id="3", name="m1.medium", vcpus=2, memory_mib=4096, disk_gib=40),
)

QUICK_CLOUD = {
    "servers.create": 1.0,
    "servers.delete": 1.0,
    "storages.create": 0.5,
    "storages.delete": 0.5,
    "virtual_links.create": 0.2,
    "virtual_links.delete": 0.2,
    "ports.create": 0.2,
    "ports.delete": 0.2,
}
"""Latencies of a quick real cloud: a value for interfaceInfo's ``latency``."""


def seed(
    world: Path,
    networks: Sequence[str] = NETWORKS,
    images: Sequence[str] = IMAGES,
    flavors: Sequence[Flavor] = FLAVORS,
) -> None:
    """Put in what is not there yet, so that it may be called at every start. Makes the world when absent.

    A network's id is its name. Its subnet is ``<name>-subnet``: 10.10.0.0/16 for the first, 10.11.0.0/16 for the next.
    """
    opened = World.at(world)
    try:
        with opened.transaction() as connection:
            for network in networks:
                _seed_network(connection, network)
            for image in images:
                _seed_image(connection, image)
            for flavor in flavors:
                _seed_flavor(connection, flavor)
    finally:
        opened.close()


def _seed_network(connection: sqlite3.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM virtual_links WHERE id = ?", (name,)).fetchone():
        return
    before = connection.execute("SELECT count(*) FROM virtual_links WHERE uid IS NULL").fetchone()[0]
    now = milliseconds()
    connection.execute(
        "INSERT INTO virtual_links (id, name, created_at, ready_at) VALUES (?, ?, ?, ?)",
        (name, name, now, now),
    )
    connection.execute(
        "INSERT INTO subnets (id, network_id, cidr, gateway_ip, dhcp_enabled) VALUES (?, ?, ?, ?, 1)",
        (f"{name}-subnet", name, f"10.{10 + before}.0.0/16", f"10.{10 + before}.0.1"),
    )


def _seed_image(connection: sqlite3.Connection, name: str) -> None:
    if connection.execute("SELECT 1 FROM images WHERE name = ?", (name,)).fetchone() is None:
        now = milliseconds()
        connection.execute(
            "INSERT INTO images (id, name, created_at, ready_at) VALUES (?, ?, ?, ?)", (str(uuid4()), name, now, now)
        )


def _seed_flavor(connection: sqlite3.Connection, flavor: Flavor) -> None:
    now = milliseconds()
    connection.execute(
        "INSERT INTO flavors (id, name, created_at, ready_at, vcpus, memory_mib, disk_gib, extra_specs)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, '{}') ON CONFLICT (id) DO NOTHING",
        (flavor.vim_id, flavor.name, now, now, flavor.vcpus, flavor.memory_mib, flavor.disk_gib),
    )
