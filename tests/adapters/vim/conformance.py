"""The bench on which every VIM driver is tried: it makes what a VNF is made of, waits with a bound, and clears up.

The cases are in the `test_conformance_*` files beside it; the fixture `bench` of `conftest` gives them a bench on every
site of every driver.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from time import monotonic
from typing import Any, TypedDict
from uuid import UUID, uuid4

from manoflow.domain.cloud import (
    FixedAddress,
    Flavor,
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
from manoflow.domain.errors import TemporaryError
from manoflow.domain.identity import Kind, mac_of, name_of, uid_of
from manoflow.ports.vim import Resources, VimDriver
from tests.adapters.vim.site import Site

KINDS = {
    "images": Kind.IMAGE,
    "flavors": Kind.FLAVOR,
    "placement_groups": Kind.PLACEMENT_GROUP,
    "virtual_links": Kind.VIRTUAL_LINK,
    "ports": Kind.PORT,
    "storages": Kind.STORAGE,
    "servers": Kind.VNFC,
}
"""The driver's attributes, and what they are in a topology."""


CONTENT = b"what servers start from, but for a boot sector\n" * 40
"""Of an image, unless a case says otherwise."""


class Identity(TypedDict):
    """What every new resource bears."""

    uid: UUID
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID
    name: str


class Bench:
    """One VNF instance's worth of resources on one site."""

    def __init__(self, driver: VimDriver, site: Site) -> None:
        self.driver = driver
        self.site = site
        self.vnf = uuid4()
        self.operation = uuid4()
        self._kinds: dict[type[NewResource], str] = dict(zip(_NEW, KINDS, strict=True))
        self._asked: list[NewResource] = []
        self._uids: set[UUID] = set()

    def resources(self, kind: str) -> Resources[Any]:
        """The port of one kind."""
        ports: Resources[Any] = getattr(self.driver, kind)
        return ports

    def of(self, new: NewResource) -> Resources[Any]:
        """The port that makes such a resource."""
        return self.resources(self._kinds[type(new)])

    async def create(self, new: NewResource) -> VimResource:
        """Ask for it, and remember to clear it up."""
        return await self.adopt(new, self.of(new).create(new))

    async def adopt(self, new: NewResource, making: Awaitable[VimResource]) -> VimResource:
        """Let somebody else make it, and remember to clear it up."""
        self._asked.append(new)
        self._uids.add(new.uid)
        return await making

    async def make(self, new: NewResource) -> VimResource:
        """Ask for it and wait until it is ready."""
        return await self.complete(new, await self.create(new))

    async def complete(self, new: NewResource, made: VimResource) -> VimResource:
        """Wait until what was asked for is ready; an image is given its content before."""
        if made.state is ResourceState.HALF_MADE:
            await self.of(new).finish(made, new)
        return await self.wait_until(self.of(new), new.uid, ResourceState.READY)

    async def remove(self, new: NewResource) -> None:
        """Delete everything that bears its uid and wait until it is gone."""
        resources = self.of(new)
        for found in await resources.find(new.uid):
            await self._delete(resources, found)
        await self.wait_until_gone(resources, new.uid)

    async def _delete(self, resources: Resources[Any], found: VimResource) -> None:
        """Delete it as soon as the VIM lets us: not while it is being made, or used by what is going."""
        deadline = monotonic() + self.site.patience
        while True:
            try:
                return await resources.delete(found)
            except TemporaryError:
                if monotonic() > deadline:
                    raise
            await asyncio.sleep(self.site.pause)

    async def clear(self) -> None:
        """Remove what was asked for, the newest first."""
        while self._asked:
            await self.remove(self._asked.pop())

    async def tagged(self) -> Sequence[Tagged]:
        """What the VIM has of this bench."""
        everything = await self.driver.tagged()
        return [tagged for tagged in everything if tagged.uid in self._uids or tagged.vnf_instance_id == self.vnf]

    async def wait_until(self, resources: Resources[Any], uid: UUID, state: ResourceState) -> VimResource:
        """Look until a resource with this uid is in this state; fails after the site's patience."""
        deadline = monotonic() + self.site.patience
        while True:
            seen = await resources.find(uid)
            for resource in seen:
                if resource.state is state:
                    return resource
            if monotonic() > deadline:
                raise TimeoutError(f"no {state} resource with uid {uid}, but {seen}")
            await asyncio.sleep(self.site.pause)

    async def wait_for_power(self, uid: UUID, power: Power) -> VimResource:
        """Look until the server with this uid is READY and runs, or does not; fails after the site's patience."""
        deadline = monotonic() + self.site.patience
        while (server := await self.wait_until(self.driver.servers, uid, ResourceState.READY)).power is not power:
            if monotonic() > deadline:
                raise TimeoutError(f"not {power}: {server}")
            await asyncio.sleep(self.site.pause)
        return server

    async def wait_until_gone(self, resources: Resources[Any], uid: UUID) -> None:
        """Look until no resource bears this uid; fails after the site's patience."""
        deadline = monotonic() + self.site.patience
        while seen := await resources.find(uid):
            if monotonic() > deadline:
                raise TimeoutError(f"not gone: {seen}")
            await asyncio.sleep(self.site.pause)

    async def smallest_flavor(self) -> Flavor:
        """A flavor that was there before."""
        flavors = [flavor for flavor in await self.driver.flavors.available() if not flavor.made_by_us]
        return min(flavors, key=lambda flavor: (flavor.memory_mib, flavor.vcpus, flavor.disk_gib))

    async def image_id(self) -> str:
        """The site's image."""
        (image,) = await self.driver.images.look_up(self.site.image)
        return image.vim_id

    async def new(self, kind: str) -> NewResource:
        """Something of this kind that can be made now: what it needs is there."""
        if kind == "ports":
            link = self.link()
            await self.make(link)
            return self.port("one", link)
        if kind == "storages":
            return await self.storage()
        if kind == "servers":
            out = self.external_port()
            await self.make(out)
            return await self.server("one", out)
        plain: dict[str, Callable[[], NewResource]] = {
            "images": self.image,
            "flavors": self.flavor,
            "placement_groups": self.group,
            "virtual_links": self.link,
        }
        return plain[kind]()

    def image(self, place: str = "app", content: bytes = CONTENT) -> NewImage:
        """An image with this content, read in two pieces."""
        half = len(content) // 2
        return NewImage(
            **self._identity("image", place),
            digest=sha256(content).hexdigest(),
            package="0" * 64,
            path=f"{place}.img",
            content=lambda: iter((content[:half], content[half:])),
        )

    def flavor(self, place: str = "small") -> NewFlavor:
        """A flavor that no cloud has by chance."""
        return NewFlavor(**self._identity("flavor", place), vcpus=1, memory_mib=576, disk_gib=1)

    def group(self, place: str = "apart", *, anti_affinity: bool = True) -> NewPlacementGroup:
        """A placement group."""
        return NewPlacementGroup(**self._identity("group", place), anti_affinity=anti_affinity)

    def link(self, place: str = "internal", cidr: str | None = "192.168.77.0/24") -> NewVirtualLink:
        """A network of ours."""
        return NewVirtualLink(**self._identity("vl", place), cidr=cidr)

    def port(self, place: str, link: NewVirtualLink, *addresses: FixedAddress) -> NewPort:
        """A port on a network of ours."""
        identity = self._identity("port", place)
        mac = mac_of(identity["uid"])
        return NewPort(**identity, link_uid=link.uid, mac_address=mac, addresses=addresses)

    def external_port(self, place: str = "out") -> NewPort:
        """A port on the site's external network."""
        identity = self._identity("port", place)
        mac = mac_of(identity["uid"])
        return NewPort(**identity, network_id=self.site.external_network, mac_address=mac)

    async def storage(self, place: str = "data", *, bootable: bool = False) -> NewStorage:
        """A volume of the smallest size."""
        image_id = await self.image_id() if bootable else None
        return NewStorage(**self._identity("storage", place), size_gib=1, image_id=image_id)

    async def server(self, place: str, *ports: NewPort, boot: NewStorage | None = None) -> NewServer:
        """A server of the smallest flavor, booting from a volume or else from the site's image."""
        flavor = await self.smallest_flavor()
        return NewServer(
            **self._identity("vnfc", place),
            flavor_id=flavor.vim_id,
            image_id=None if boot else await self.image_id(),
            boot_storage_uid=boot.uid if boot else None,
            port_uids=tuple(port.uid for port in ports),
        )

    def _identity(self, kind: str, place: str) -> Identity:
        key = f"{kind}/{place}"
        uid = uid_of(self.operation, key)
        name = name_of("conformance", key, uid)
        return Identity(uid=uid, vnf_instance_id=self.vnf, lcm_op_occ_id=self.operation, name=name)


_NEW = (NewImage, NewFlavor, NewPlacementGroup, NewVirtualLink, NewPort, NewStorage, NewServer)
