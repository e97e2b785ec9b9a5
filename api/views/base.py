"""What many views share: links, handles, and how an inventory of rows is looked through."""

from collections.abc import Iterable
from typing import Protocol, TypeVar
from uuid import UUID

from manoflow.domain.base import Model
from manoflow.domain.cloud import VimResource
from manoflow.domain.identity import place_id
from manoflow.domain.topology import Element


class Link(Model):
    """A link to a resource (SOL013 clause 5.5)."""

    href: str


class ResourceHandle(Model):
    """What a VIM calls a resource (SOL003 clause 4.4.1.7)."""

    vim_connection_id: str | None = None
    resource_id: str


class Row(Protocol):
    """A recorded or an affected resource."""

    @property
    def uid(self) -> UUID:
        """The incarnation."""
        ...

    @property
    def key(self) -> str:
        """Its place."""
        ...

    @property
    def vim_connection_id(self) -> str:
        """Where it is."""
        ...

    @property
    def vim_id(self) -> str | None:
        """What the VIM calls it."""
        ...

    @property
    def element(self) -> Element:
        """What it is in the topology."""
        ...

    @property
    def observed(self) -> VimResource | None:
        """How the VIM last showed it."""
        ...


R = TypeVar("R", bound=Row)
E = TypeVar("E")


def of_type(rows: Iterable[R], kind: type[E]) -> list[tuple[R, E]]:
    """The rows whose element is of a type, with their element."""
    return [(row, row.element) for row in rows if isinstance(row.element, kind)]


def handle(row: Row) -> ResourceHandle:
    """The handle of a row; one that was never seen in the VIM has an empty resource id."""
    return ResourceHandle(vim_connection_id=row.vim_connection_id, resource_id=row.vim_id or "")


def vnfc_cp_id(vnf_instance_id: UUID, port_key: str) -> str:
    """The id of a VNFC's connection point: the place, so it survives healing. Its link port has the uid of the port."""
    return str(place_id(vnf_instance_id, port_key))


def ext_cp_id(vnf_instance_id: UUID, port_key: str) -> str:
    """The id of the same place as the VNF shows it outside."""
    return str(place_id(vnf_instance_id, f"ext/{port_key}"))
