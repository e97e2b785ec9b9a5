"""What a VIM is asked to make and what it tells back, in words that fit every cloud.

A planner writes these values (`manoflow.domain.binding`), an activity hands them to the ports of
`manoflow.ports.vim`, a driver turns them into calls. References to what Manoflow itself made are uids (a driver
finds them by tag); references to what was there before (external networks, images, flavors) are the VIM's own ids.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from manoflow.domain.base import Model, Moment
from manoflow.domain.identity import Kind
from manoflow.domain.vnfd_connectivity import AddressPool


class NewResource(Model):
    """What every resource bears: the tags by which it is found, adopted and deleted, and a name for people."""

    uid: UUID
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID
    name: str


class NewImage(NewResource):
    """A software image. VNFs share it, so it bears its uid and its digest and no VNF's tag; its name is the image's."""

    kind: Literal[Kind.IMAGE] = Kind.IMAGE
    digest: str
    """SHA-256 of the content, in hex."""
    package: str
    """Digest of the package that has the content, and the path of its file there."""
    path: str
    disk_format: str = "raw"
    container_format: str = "bare"
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    content: Callable[[], Iterator[bytes]] | None = Field(default=None, exclude=True, repr=False)
    """Reads the content anew, blocking. Put in by the activity that makes the image, never in a plan."""


class NewFlavor(NewResource):
    """A flavor made because the VIM has none of that content. Its id in the VIM derives from the uid where possible."""

    kind: Literal[Kind.FLAVOR] = Kind.FLAVOR
    vcpus: int
    memory_mib: int
    disk_gib: int
    extra_specs: dict[str, str] = Field(default_factory=dict)


class NewPlacementGroup(NewResource):
    """Servers that must be on different hosts, or on the same."""

    kind: Literal[Kind.PLACEMENT_GROUP] = Kind.PLACEMENT_GROUP
    anti_affinity: bool


class NewVirtualLink(NewResource):
    """A network with one subnet (the subnet is absent where `cidr` is None)."""

    kind: Literal[Kind.VIRTUAL_LINK] = Kind.VIRTUAL_LINK
    network_type: str | None = None
    ip_version: int = 4
    cidr: str | None = None
    gateway_ip: str | None = None
    dhcp_enabled: bool = True
    mtu: int | None = None
    """Bytes; None: the VIM's default."""
    address_pools: tuple[AddressPool, ...] = ()
    """Where dynamic addresses come from; empty: the whole subnet."""
    ipv6_mode: str | None = None
    """How hosts get IPv6 addresses: ``slaac``, ``dhcpv6-stateful`` or ``dhcpv6-stateless``."""


class FixedAddress(Model):
    """An address asked for; either part may be missing: any address of that subnet, or that address anywhere."""

    ip_address: str | None = None
    subnet_id: str | None = None


class NewPort(NewResource):
    """A port on a link of ours (`link_uid`) or on a network that was there before (`network_id`): one of the two."""

    kind: Literal[Kind.PORT] = Kind.PORT
    link_uid: UUID | None = None
    network_id: str | None = None
    mac_address: str
    """Derived from the uid, so that a second create is refused; a driver may drop it where policy refuses it."""
    mac_required: bool = False
    """True where the request named this MAC: then it is not dropped."""
    addresses: tuple[FixedAddress, ...] = ()
    vnic_type: str = "normal"
    allowed_addresses: tuple[str, ...] = ()
    """Addresses and networks beside its own that may be used there."""


class NewStorage(NewResource):
    """A volume, blank or made from an image."""

    kind: Literal[Kind.STORAGE] = Kind.STORAGE
    size_gib: int
    image_id: str | None = None
    image_uid: UUID | None = None
    """An image that Manoflow put into the VIM; at most one of the two is set."""


class NewServer(NewResource):
    """A server with its ports in order. It boots from `boot_storage_uid`, else from its image."""

    kind: Literal[Kind.VNFC] = Kind.VNFC
    flavor_id: str | None = None
    flavor_uid: UUID | None = None
    """A flavor that this VNF made; exactly one of the two is set."""
    image_id: str | None = None
    image_uid: UUID | None = None
    """An image that Manoflow put into the VIM; at most one of the two is set."""
    boot_storage_uid: UUID | None = None
    storage_uids: tuple[UUID, ...] = ()
    """Further volumes, attached in this order."""
    port_uids: tuple[UUID, ...] = ()
    group_uid: UUID | None = None
    zone: str | None = None
    boot_data: str | None = None
    """Reference of `user_data` and `metadata` together, the SHA-256 of their content: this is what travels."""
    user_data: str | None = None
    """Text for the server's first start. Put in by the activity that makes the server, never in a plan."""
    metadata: dict[str, str] = Field(default_factory=dict)
    """Keys and values for the server to read. The same."""


AnyNew = Annotated[
    NewImage | NewFlavor | NewPlacementGroup | NewVirtualLink | NewPort | NewStorage | NewServer,
    Field(discriminator="kind"),
]
"""Whatever a step may make, told apart by its kind."""


class Power(StrEnum):
    """Whether a server runs."""

    STARTED = "started"
    STOPPED = "stopped"


class ServerChange(Model):
    """What changes of a server that stays, and what it was before: an undo goes back to that."""

    power_before: Power
    power: Power
    shutdown_seconds: float | None = None
    """How long a server that is stopped may take to end by itself; None: as long as the VIM gives it."""


class ResourceState(StrEnum):
    """How far a resource in the VIM has come."""

    BUILDING = "BUILDING"
    """The VIM works on it; wait."""
    READY = "READY"
    """It can be used."""
    HALF_MADE = "HALF_MADE"
    """A part is missing that the driver can add (a network without its subnet)."""
    BROKEN = "BROKEN"
    """It will never get ready; only deleting it helps."""
    DELETING = "DELETING"
    """It is going away; wait."""
    UNKNOWN = "UNKNOWN"
    """The VIM could not be asked: it may exist or not. Only in the record, never told by a driver."""


class VimResource(Model):
    """A resource as the VIM shows it."""

    uid: UUID
    vim_id: str
    name: str
    state: ResourceState
    created_at: Moment
    vnf_instance_id: UUID | None = None
    detail: str | None = None
    """Why it is BROKEN, in what state of the VIM's own it is on its way, or what was made otherwise than asked."""
    addresses: tuple[FixedAddress, ...] = ()
    """Of a port: what it got."""
    mac_address: str | None = None
    network_id: str | None = None
    """Of a port or a virtual link: the network's own id."""
    subnet_ids: tuple[str, ...] = ()
    zone: str | None = None
    host: str | None = None
    power: Power | None = None
    """Of a server."""


class Image(Model):
    """An image that the VIM has."""

    vim_id: str
    name: str


class Flavor(Model):
    """A flavor that the VIM has."""

    vim_id: str
    name: str
    vcpus: int
    memory_mib: int
    disk_gib: int
    extra_specs: dict[str, str] = Field(default_factory=dict)
    """What it asks beyond its size: dedicated CPUs, huge pages, host aggregates."""
    made_by_us: bool = False
    """Made for one VNF instance: not to be shared."""


class Network(Model):
    """A network that was in the VIM before: what an external virtual link's resourceId names."""

    vim_id: str
    name: str


class Tagged(Model):
    """Anything in a VIM that bears our tag: what an orphan search looks through."""

    kind: str
    vim_id: str
    name: str
    uid: UUID | None = None
    vnf_instance_id: UUID | None = None
