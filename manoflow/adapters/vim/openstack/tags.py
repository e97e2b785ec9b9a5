"""The marks by which resources are found, adopted and deleted: ``manoflow:uid=``, ``manoflow:vnf=``, ``manoflow:op=``.

Where a service takes them in the call that creates (Nova's tags, Cinder's metadata, a flavor's description, a
server group's name), a crash cannot come between resource and mark. Neutron takes tags only afterwards, so there
the uid stands in the description as well (`manoflow.adapters.vim.openstack.neutron`).
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from manoflow.domain.cloud import NewResource

UID = "manoflow:uid"
VNF = "manoflow:vnf"
OP = "manoflow:op"


class Tag(NamedTuple):
    """One mark. Its text ``name=value`` stays below the 60 characters that Nova allows for the three above."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


def uid_tag(uid: UUID) -> Tag:
    """The mark of one incarnation."""
    return Tag(UID, str(uid))


def vnf_tag(vnf_instance_id: UUID) -> Tag:
    """The mark of everything that belongs to one VNF instance."""
    return Tag(VNF, str(vnf_instance_id))


def tags_of(new: NewResource) -> tuple[Tag, ...]:
    """The marks that a new resource bears."""
    return (uid_tag(new.uid), vnf_tag(new.vnf_instance_id), Tag(OP, str(new.lcm_op_occ_id)))


class Marks(dict[str, str]):
    """The marks found on a resource, by name."""

    @classmethod
    def read(cls, texts: Iterable[str]) -> "Marks":
        """Pick out what looks like a mark of ours."""
        pairs = (text.partition("=") for text in texts if text.startswith("manoflow:"))
        return cls({name: value for name, _, value in pairs})

    @property
    def uid(self) -> UUID | None:
        """The incarnation, or None where somebody else's tag only looks like ours."""
        return _uuid(self.get(UID))

    @property
    def vnf_instance_id(self) -> UUID | None:
        """The VNF instance it belongs to."""
        return _uuid(self.get(VNF))

    def bear(self, tag: Tag) -> bool:
        """Whether this mark is among them."""
        return self.get(tag.name) == tag.value


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
