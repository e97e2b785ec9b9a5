"""Connecting to a fake cloud, and the connection: `manoflow.ports.vim.VimDriver`."""

import asyncio
from collections.abc import Sequence
from fnmatch import filter as matching_names
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, NonNegativeFloat, ValidationError

from manoflow.adapters.vim.fake.calls import Calls, Turn
from manoflow.adapters.vim.fake.flavors import FakeFlavors
from manoflow.adapters.vim.fake.images import FakeImages
from manoflow.adapters.vim.fake.networks import FakePorts, FakeVirtualLinks
from manoflow.adapters.vim.fake.placement import FakePlacementGroups
from manoflow.adapters.vim.fake.schema import CALLS, KINDS
from manoflow.adapters.vim.fake.servers import FakeServers
from manoflow.adapters.vim.fake.site import FakeSite
from manoflow.adapters.vim.fake.storages import FakeStorages
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.adapters.vim.fake.world import World
from manoflow.domain.base import Model
from manoflow.domain.cloud import NewPlacementGroup, NewPort, NewStorage, Tagged
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import Flavors, Images, Resources, Servers, Site, VirtualLinks


def _fitting(pattern: str) -> str:
    if not matching_names(CALLS, pattern):
        raise ValueError(f"there is no call {pattern}; calls are {', '.join(sorted(CALLS))}")
    return pattern


class FakeInterface(Model):
    """What a fake VIM's interfaceInfo says."""

    world: Path
    """The file of the world; made when absent."""
    latency: dict[Annotated[str, AfterValidator(_fitting)], NonNegativeFloat] = Field(default_factory=dict)
    """Seconds by call or pattern of calls (``ports.*``), none by default; the last that fits a call counts."""


async def connect(connection: VimConnection) -> "FakeDriver":
    """Open the world that the connection's interfaceInfo names; raises `InvalidInputError` where it makes no sense."""
    try:
        interface = FakeInterface.model_validate(connection.interface_info)
    except ValidationError as error:
        raise InvalidInputError(f"cannot connect to VIM {connection.id}: interfaceInfo: {error}") from error
    return FakeDriver(await asyncio.to_thread(World.at, interface.world), interface, connection.id)


class FakeDriver:
    """A connection to a fake cloud."""

    def __init__(self, world: World, interface: FakeInterface, vim_connection_id: str) -> None:
        self._world = world
        self._calls = calls = Calls(world, interface.latency)
        self.flavors: Flavors = FakeFlavors(calls)
        self.placement_groups: Resources[NewPlacementGroup] = FakePlacementGroups(calls)
        self.virtual_links: VirtualLinks = FakeVirtualLinks(calls)
        self.ports: Resources[NewPort] = FakePorts(calls)
        self.storages: Resources[NewStorage] = FakeStorages(calls)
        self.servers: Servers = FakeServers(calls)
        self.images: Images = FakeImages(calls)
        self.site: Site = FakeSite(calls, vim_connection_id)

    async def check(self) -> str:
        """Reach the world."""

        def look(turn: Turn) -> str:
            counts = {
                "hosts": turn.world.execute("SELECT count(*) FROM hosts").fetchone()[0],
                "images": turn.world.execute("SELECT count(*) FROM images").fetchone()[0],
                "flavors": turn.world.execute("SELECT count(*) FROM flavors").fetchone()[0],
                "networks": turn.world.execute("SELECT count(*) FROM virtual_links").fetchone()[0],
            }
            found = ", ".join(f"{number} {what}" for what, number in counts.items())
            return f"fake VIM {self._world.path}: {found}"

        return await self._calls.perform(Call(kind="check"), look)

    async def tagged(self) -> Sequence[Tagged]:
        """Everything with a uid."""
        return await self._calls.perform(Call(kind="tagged"), _tagged)

    async def close(self) -> None:
        """Give back the file."""
        await asyncio.to_thread(self._world.close)


def _tagged(turn: Turn) -> list[Tagged]:
    return [
        Tagged(
            kind=topology_kind,
            vim_id=row["id"],
            name=row["name"],
            uid=row["uid"],
            vnf_instance_id=row["vnf_instance_id"],
        )
        for kind, topology_kind in KINDS.items()
        for row in turn.world.execute(f"SELECT * FROM {kind} WHERE uid IS NOT NULL ORDER BY created_at, id")  # noqa: S608 - a name of ours
    ]
