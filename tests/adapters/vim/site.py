"""What the conformance suite must know about a cloud on which it tries a driver; `sites` lists them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from manoflow.domain.cloud import NewVirtualLink, VimResource
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import VimDriver


@dataclass(frozen=True, kw_only=True)
class Site:
    """A cloud, as far as the suite must know it."""

    connection: VimConnection
    external_network: str
    """Id of a network that was there before; it has a subnet with free addresses."""
    image: str
    """Name of an image that a server of the smallest flavor can boot from."""
    zone: str | None = None
    """A zone that servers may ask for; None where there are none."""
    makes_flavors: bool = True
    """False where policy lets this user make none."""
    patience: float
    """Seconds within which anything must be ready, or gone."""
    pause: float
    """Seconds between two looks."""
    half_make: Callable[[VimDriver, NewVirtualLink], Awaitable[VimResource]]
    """Makes a network without its subnet, by whatever means the site has."""
    ports_of: Callable[[str], Awaitable[Sequence[str]]]
    """The ids of a server's ports, in the order the server has them."""


SiteOf = Callable[[Path], Site]
