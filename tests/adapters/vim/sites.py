"""Where the conformance suite tries the drivers: every driver of `manoflow.adapters.vim` names its sites here.

A site function gets a folder of its own, skips loudly when its cloud is not there, and answers what the suite needs to
know about a cloud. Sites of the fake run always, all others are marked ``lab``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.adapters.vim.fake.seed import seed
from manoflow.adapters.vim.fake.world import visit
from manoflow.domain.cloud import NewVirtualLink, VimResource
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import VimDriver
from tests.adapters.vim.site import Site, SiteOf
from tests.lab.sites import openstack_as_admin, openstack_as_member


def fake_at_once(folder: Path) -> Site:
    """A fake cloud that takes no time."""
    return _fake(folder, {})


def fake_with_latency(folder: Path) -> Site:
    """A fake cloud in which servers and volumes are BUILDING and DELETING for a while."""
    return _fake(folder, {"*.create": 0.05, "*.delete": 0.05})


def _fake(folder: Path, latency: dict[str, float]) -> Site:
    world = folder / "world.sqlite"
    seed(world)

    async def half_make(driver: VimDriver, new: NewVirtualLink) -> VimResource:
        knobs.half_make(world)
        return await driver.virtual_links.create(new)

    async def ports_of(server_id: str) -> Sequence[str]:
        with visit(world) as connection:
            rows = connection.execute("SELECT id FROM ports WHERE server_id = ? ORDER BY position", (server_id,))
            return [row["id"] for row in rows]

    return Site(
        connection=VimConnection(
            id="fake", vim_id="fake", driver="fake", interface_info={"world": str(world), "latency": latency}
        ),
        external_network="mgmt",
        image="cirros",
        zone="az2",
        patience=5.0,
        pause=0.02,
        half_make=half_make,
        ports_of=ports_of,
    )


SITES: dict[str, tuple[SiteOf, ...]] = {
    "fake": (fake_at_once, fake_with_latency),
    "openstack": (openstack_as_admin, openstack_as_member),
}


def sites_of(driver: str) -> tuple[SiteOf, ...]:
    """The driver's sites; for a driver that has none, one that fails and says what to write."""

    def nowhere(_: Path) -> NoReturn:
        pytest.fail(f"cannot try driver {driver}: give it a site in tests/adapters/vim/sites.py")

    return SITES.get(driver, (nowhere,))
