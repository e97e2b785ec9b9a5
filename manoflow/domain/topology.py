"""Topology: the neutral picture of what a VNF instance consists of.

Every element sits in a place named by its key and says which places it needs. `manoflow.domain.targets` draws the
picture that an operation wants, `manoflow.domain.diff` compares it with the recorded one.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from manoflow.domain.base import Model
from manoflow.domain.cloud import FixedAddress, Power
from manoflow.domain.identity import Kind
from manoflow.domain.vnfd import SwImage, VirtualCompute
from manoflow.domain.vnfd_connectivity import AddressPool


class _Placed(Model):
    key: str

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of the elements that have to exist before this one."""
        return ()


class ImageElement(_Placed):
    """A software image of the package, put into the VIM for all that start from it. Added when a plan is bound."""

    kind: Literal[Kind.IMAGE] = Kind.IMAGE
    image_name: str
    digest: str
    """SHA-256 of its file, in hex."""
    package: str
    """Digest of the package that has the file, ..."""
    path: str
    """... and where."""
    disk_format: str | None = None
    container_format: str | None = None
    min_disk_gib: int = 0
    min_ram_mib: int = 0


class FlavorElement(_Placed):
    """A flavor made for this VNF instance because the VIM has none of that content. Added when a plan is bound."""

    kind: Literal[Kind.FLAVOR] = Kind.FLAVOR
    vcpus: int
    memory_mib: int
    disk_gib: int
    extra_specs: dict[str, str] = Field(default_factory=dict)


class PlacementGroupElement(_Placed):
    """VNFCs that share a host or must not."""

    kind: Literal[Kind.PLACEMENT_GROUP] = Kind.PLACEMENT_GROUP
    group_id: str
    anti_affinity: bool


class VirtualLinkElement(_Placed):
    """An internal virtual link."""

    kind: Literal[Kind.VIRTUAL_LINK] = Kind.VIRTUAL_LINK
    vl_desc_id: str
    network_type: str | None = None
    ip_version: int = 4
    cidr: str | None = None
    gateway_ip: str | None = None
    dhcp_enabled: bool = True
    mtu: int | None = None
    address_pools: tuple[AddressPool, ...] = ()
    ipv6_mode: str | None = None


class PortElement(_Placed):
    """A connection point of one VNFC, on an internal link or outside."""

    kind: Literal[Kind.PORT] = Kind.PORT
    cpd_id: str
    vdu_id: str
    ordinal: int
    link: str | None = None
    """Key of the internal virtual link; None where the network is not ours to make."""
    network_id: str | None = None
    """The own id of a network that was there before: external, or an internal link that somebody else manages."""
    ext_virtual_link_id: str | None = None
    cp_config_id: str | None = None
    ext_managed_virtual_link_id: str | None = None
    """Set where the port joins an internal link that somebody else manages; `network_id` is that link's network."""
    vl_desc_id: str | None = None
    """Of that link."""
    mac_address: str | None = None
    addresses: tuple[FixedAddress, ...] = ()
    vnic_type: str = "normal"
    allowed_addresses: tuple[str, ...] = ()
    """Addresses and networks beside its own that may be used there: those that VNFCs share."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Its internal link."""
        return (self.link,) if self.link else ()


class StorageElement(_Placed):
    """A block storage of one VNFC."""

    kind: Literal[Kind.STORAGE] = Kind.STORAGE
    storage_desc_id: str
    vdu_id: str
    ordinal: int
    size_gib: int
    image: SwImage | None = None


class VnfcElement(_Placed):
    """A VNFC: one server."""

    kind: Literal[Kind.VNFC] = Kind.VNFC
    vdu_id: str
    ordinal: int
    compute: VirtualCompute
    image: SwImage | None = None
    boot_storage: str | None = None
    storages: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    group: str | None = None
    power: Power = Power.STARTED
    """Whether it is to run."""
    user_data: str | None = None
    """Reference of its boot data (`manoflow.domain.boot_data.BootData`)."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Group, storages and ports."""
        one = [key for key in (self.group, self.boot_storage) if key]
        return (*one, *self.storages, *self.ports)


Element = Annotated[
    ImageElement
    | FlavorElement
    | PlacementGroupElement
    | VirtualLinkElement
    | PortElement
    | StorageElement
    | VnfcElement,
    Field(discriminator="kind"),
]
"""Whatever may be in a topology."""


class Topology(Model):
    """Elements by key."""

    elements: dict[str, Element] = Field(default_factory=dict)

    @classmethod
    def of(cls, elements: Iterable[Element]) -> "Topology":
        """Put elements into their places; two in one place is a fault of the planner."""
        placed: dict[str, Element] = {}
        for element in elements:
            if element.key in placed:
                message = f"two elements in one place: {element.key}"
                raise ValueError(message)
            placed[element.key] = element
        return cls(elements=placed)

    def of_kind(self, kind: Kind) -> Mapping[str, Element]:
        """The elements of one kind, in their order."""
        return {key: element for key, element in self.elements.items() if element.kind is kind}
