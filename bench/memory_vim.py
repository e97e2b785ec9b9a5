"""A cloud that takes no time: resources in a dictionary, so that a benchmark sees the engine and nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from manoflow.domain.capacity import Capacity
from manoflow.domain.cloud import (
    Flavor,
    Image,
    Network,
    NewFlavor,
    NewImage,
    NewPlacementGroup,
    NewPort,
    NewResource,
    NewServer,
    NewStorage,
    NewVirtualLink,
    Power,
    ResourceState,
    Tagged,
    VimResource,
)
from manoflow.ports.vim import Flavors, Images, New_contra, Resources, Servers, Site, VimDriver, VirtualLinks


class MemoryResources(Resources[New_contra]):
    """One kind of resource."""

    def __init__(self) -> None:
        self._by_uid: dict[UUID, VimResource] = {}
        self._by_vnf: dict[UUID, dict[UUID, VimResource]] = defaultdict(dict)

    def __len__(self) -> int:
        return len(self._by_uid)

    async def find(self, uid: UUID) -> Sequence[VimResource]:
        """At most one."""
        return [self._by_uid[uid]] if uid in self._by_uid else []

    async def find_for_certain(self, uid: UUID) -> Sequence[VimResource]:
        """The same."""
        return await self.find(uid)

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of one VNF instance."""
        return list(self._by_vnf[vnf_instance_id].values())

    async def create(self, new: New_contra) -> VimResource:
        """It is READY at once."""
        made = _made(new)
        self._by_uid[new.uid] = self._by_vnf[new.vnf_instance_id][new.uid] = made
        return made

    async def finish(self, half_made: VimResource, new: New_contra) -> VimResource:  # noqa: ARG002 - nothing ever is
        """Nothing is half made here."""
        return half_made

    async def delete(self, resource: VimResource) -> None:
        """It is gone at once."""
        gone = self._by_uid.pop(resource.uid, None)
        if gone is not None and gone.vnf_instance_id is not None:
            self._by_vnf[gone.vnf_instance_id].pop(gone.uid, None)


def _made(new: NewResource) -> VimResource:
    return VimResource(
        uid=new.uid,
        vim_id=str(new.uid),
        name=new.name,
        state=ResourceState.READY,
        created_at=datetime.now(UTC),
        vnf_instance_id=new.vnf_instance_id,
    )


class MemoryServers(MemoryResources[NewServer], Servers):
    """They start and stop at once."""

    async def create(self, new: NewServer) -> VimResource:
        """It runs at once."""
        await super().create(new)
        return self._powered(new.uid, Power.STARTED)

    async def start(self, server: VimResource) -> None:
        """It runs at once."""
        self._powered(server.uid, Power.STARTED)

    async def stop(self, server: VimResource) -> None:
        """It has ended at once."""
        self._powered(server.uid, Power.STOPPED)

    def _powered(self, uid: UUID, power: Power) -> VimResource:
        changed = self._by_uid[uid].model_copy(update={"power": power})
        if changed.vnf_instance_id is not None:
            self._by_vnf[changed.vnf_instance_id][uid] = changed
        self._by_uid[uid] = changed
        return changed


class MemoryFlavors(MemoryResources[NewFlavor], Flavors):
    """None is there before."""

    async def available(self) -> Sequence[Flavor]:
        """None: every VNF makes its own."""
        return ()


class MemoryLinks(MemoryResources[NewVirtualLink], VirtualLinks):
    """Every network that is asked for by its id is there."""

    async def look_up(self, resource_id: str) -> Network | None:
        """It is there."""
        return Network(vim_id=resource_id, name=resource_id)


class MemoryImages(MemoryResources[NewImage], Images):
    """Every image is there."""

    async def look_up(self, name_or_id: str) -> Sequence[Image]:
        """It is there."""
        return [Image(vim_id=name_or_id, name=name_or_id)]


class MemorySite(Site):
    """Without limits and zones."""

    async def capacity(self) -> Capacity:
        """Room for everything."""
        return Capacity(vim_connection_id="memory", observed_at=datetime.now(UTC))


class MemoryVim(VimDriver):
    """The driver."""

    def __init__(self) -> None:
        self.flavors: Flavors = MemoryFlavors()
        self.placement_groups: Resources[NewPlacementGroup] = MemoryResources()
        self.virtual_links: VirtualLinks = MemoryLinks()
        self.ports: Resources[NewPort] = MemoryResources()
        self.storages: Resources[NewStorage] = MemoryResources()
        self.servers: Servers = MemoryServers()
        self.images: Images = MemoryImages()
        self.site: Site = MemorySite()

    async def check(self) -> str:
        """It is there."""
        return "memory"

    async def tagged(self) -> Sequence[Tagged]:
        """Nobody asks."""
        return ()

    async def close(self) -> None:
        """There is nothing to give back."""


class MemoryVims:
    """The port `Vims`: one such cloud, whatever VIM is asked for."""

    def __init__(self) -> None:
        self._vim = MemoryVim()

    async def driver(self, vim_connection_id: str) -> VimDriver:  # noqa: ARG002 - there is only one
        """The cloud."""
        return self._vim
