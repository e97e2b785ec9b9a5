"""What a VIM has room for, and what grants hold back of it.

Free is the limit, less what the VIM reports as used by whomever, less what is reserved and not made yet.
Sources: SOL003 clause 9.5 (grants), IFA 010 clause 6.2.2 (resource reservation by the NFVO).
"""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from manoflow.domain.base import Model, Moment


class Measure(StrEnum):
    """What is counted."""

    SERVERS = "servers"
    VCPUS = "vcpus"
    MEMORY_MIB = "memoryMib"
    STORAGES = "storages"
    STORAGE_GIB = "storageGib"
    VIRTUAL_LINKS = "virtualLinks"
    PORTS = "ports"
    PLACEMENT_GROUPS = "placementGroups"


Amounts = dict[Measure, int]


class Zone(Model):
    """An availability zone that takes servers."""

    name: str


class Capacity(Model):
    """A VIM tenant's limits as observed at one moment."""

    vim_connection_id: str
    observed_at: Moment
    """A moment before the VIM was asked."""
    limits: Amounts = Field(default_factory=dict)
    """Without an entry there is no limit."""
    used: Amounts = Field(default_factory=dict)
    zones: tuple[Zone, ...] = ()
    """Empty where the VIM knows no zones."""
    seen: frozenset[UUID] = frozenset()
    """Uids of ours that were looked for and found before: `used` has them, whatever is reserved for them."""


class ReservationState(StrEnum):
    """The life of a reservation."""

    RESERVED = "RESERVED"
    """Held back; the resource is not recorded yet."""
    USED = "USED"
    """The resource is recorded: the VIM itself counts it now."""
    RELEASED = "RELEASED"
    """Given back."""


class Reservation(Model):
    """What one resource of a grant takes."""

    grant_id: UUID
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    vim_connection_id: str
    key: str
    """The place in the topology."""
    amounts: Amounts
    state: ReservationState = ReservationState.RESERVED
    reserved_at: Moment
    changed_at: Moment
    """When the state was entered."""
