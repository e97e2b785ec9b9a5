"""The ports to a VIM: one small interface per kind of resource, the same seven verbs on each.

A driver (`manoflow.adapters.vim.<name>`) offers a coroutine ``connect(connection: VimConnection) -> VimDriver``; the
module's name is the driver's name. A driver only finds, creates, reads and deletes single resources. Who looks
first, adopts, removes twins and waits is decided once, in `activities.converging`, for every driver. All errors are
those of `manoflow.domain.errors`.
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar
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
    Tagged,
    VimResource,
)
from manoflow.domain.vim import VimConnection

New_contra = TypeVar("New_contra", bound=NewResource, contravariant=True)


class Resources(Protocol[New_contra]):
    """One kind of resource in one VIM."""

    async def find(self, uid: UUID) -> Sequence[VimResource]:
        """Every resource that bears this uid, in whatever state; empty when there is none (then nothing was made)."""
        ...

    async def find_for_certain(self, uid: UUID) -> Sequence[VimResource]:
        """As `find`, but that there is nothing is beyond doubt: what is not deleted now is never deleted.

        Takes some seconds where nothing is found in a VIM that may list nothing of what is there.
        """
        ...

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        """All of one VNF instance, by one list call: serves everybody who waits for one of them."""
        ...

    async def create(self, new: New_contra) -> VimResource:
        """Ask for it and return at once, perhaps still BUILDING.

        Raises `AlreadyExistsError` where a unique name, id or address derived from the uid is taken.
        """
        ...

    async def finish(self, half_made: VimResource, new: New_contra) -> VimResource:
        """Add what is missing to a HALF_MADE resource. Only called for those."""
        ...

    async def delete(self, resource: VimResource) -> None:
        """Ask for its removal and return at once. One that is gone or going is no error."""
        ...


class Servers(Resources[NewServer], Protocol):
    """Servers, which run or do not."""

    async def start(self, server: VimResource) -> None:
        """Ask that it runs, and return at once: it is BUILDING until it does. One that runs is no error.

        Raises `BusyError` while the VIM does something else with it, a `PermanentError` where it is BROKEN or gone.
        """
        ...

    async def stop(self, server: VimResource) -> None:
        """Ask that it ends, by itself as long as the VIM waits for that, and return at once. One that has is no error.

        Raises what `start` raises.
        """
        ...


class Images(Resources[NewImage], Protocol):
    """Images: those that were there before, and those that Manoflow put there.

    An image that is made is HALF_MADE until `finish` has given it its content, read from the `content` of what is
    asked for. `of_vnf` lists all that Manoflow put there: VNFs share them.
    """

    async def look_up(self, name_or_id: str) -> Sequence[Image]:
        """Usable images of that id or name that were there before: none, one, or several of an ambiguous name."""
        ...


class Flavors(Resources[NewFlavor], Protocol):
    """Flavors: those the VIM has, and those made for one VNF."""

    async def available(self) -> Sequence[Flavor]:
        """Every flavor the tenant may use."""
        ...


class VirtualLinks(Resources[NewVirtualLink], Protocol):
    """Networks: those of a VNF, and those that were there before."""

    async def look_up(self, resource_id: str) -> Network | None:
        """A network that was there before, by its own id."""
        ...


class Site(Protocol):
    """What a VIM offers as a whole."""

    async def capacity(self) -> Capacity:
        """Limits of the tenant, what of them is in use by whomever, and the zones that take servers."""
        ...


class VimDriver(Protocol):
    """A connection to one VIM."""

    flavors: Flavors
    placement_groups: Resources[NewPlacementGroup]
    virtual_links: VirtualLinks
    ports: Resources[NewPort]
    storages: Resources[NewStorage]
    servers: Servers
    images: Images
    site: Site

    async def check(self) -> str:
        """Reach every service the driver needs; answers one line that says what was found.

        Raises a `ManoError` that names the service that did not answer or refused.
        """
        ...

    async def tagged(self) -> Sequence[Tagged]:
        """Everything in the VIM that bears a Manoflow tag, of whatever VNF and kind."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...


class Vims(Protocol):
    """The registered VIMs: gives a driver for a VIM connection's id."""

    async def driver(self, vim_connection_id: str) -> VimDriver:
        """The driver, connected (and kept for the next caller).

        Raises `NotFoundError` for an unknown id and whatever connecting raises.
        """
        ...


class Connect(Protocol):
    """What a driver's module offers under the name ``connect``."""

    async def __call__(self, connection: VimConnection) -> VimDriver:
        """Prepare a driver; need not talk to the VIM yet."""
        ...
