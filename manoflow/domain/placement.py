"""Placement: which VNFCs a VNFD wants near each other or apart, and how that is said to whoever grants.

A `PlacementRule` is what the VNFD says, about places in the topology; a plan has them. A `PlacementConstraint` is what
the grant request says of it, about resources to be made and resources that exist (SOL003 clause 9.5.3.6).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from manoflow.domain.base import Model
from manoflow.domain.resources import Resource
from manoflow.domain.vnfd import PlacementScope


class PlacementRule(Model):
    """VNFCs that must share a place or must not."""

    group_id: str
    anti_affinity: bool
    scope: PlacementScope
    members: tuple[str, ...]
    """Keys of VNFCs."""


class AffinityType(StrEnum):
    """SOL003 clause 9.5.3.6."""

    AFFINITY = "AFFINITY"
    ANTI_AFFINITY = "ANTI_AFFINITY"


class ConstraintScope(StrEnum):
    """SOL003 clause 9.5.3.6."""

    NFVI_POP = "NFVI_POP"
    ZONE = "ZONE"
    ZONE_GROUP = "ZONE_GROUP"
    NFVI_NODE = "NFVI_NODE"


class IdType(StrEnum):
    """SOL003 clause 9.5.3.7."""

    RES_MGMT = "RES_MGMT"
    """What the VIM calls a resource that exists."""
    GRANT = "GRANT"
    """The id of a resource definition of the request: the key of a place to be filled."""


class ConstraintResourceRef(Model):
    """A resource that a constraint is about (SOL003 clause 9.5.3.7)."""

    id_type: IdType
    vim_connection_id: str | None = None
    resource_id: str


class PlacementConstraint(Model):
    """Resources that must share a place or must not (SOL003 clause 9.5.3.6)."""

    affinity_or_anti_affinity: AffinityType
    scope: ConstraintScope
    resource: tuple[ConstraintResourceRef, ...]

    @property
    def is_apart(self) -> bool:
        """The resources must not share the place."""
        return self.affinity_or_anti_affinity is AffinityType.ANTI_AFFINITY


_SCOPES = {
    PlacementScope.HOST: ConstraintScope.NFVI_NODE,
    PlacementScope.ZONE: ConstraintScope.ZONE,
    PlacementScope.ZONE_GROUP: ConstraintScope.ZONE_GROUP,
    PlacementScope.NFVI_POP: ConstraintScope.NFVI_POP,
}
"""A VNFD knows one scope more, of network links, which SOL003 does not."""


def constraints_of(
    rules: Sequence[PlacementRule], made: Collection[str], recorded: Mapping[str, Resource]
) -> tuple[PlacementConstraint, ...]:
    """The rules as far as they bind the places in `made`; of other members those count that are recorded."""
    return tuple(_constraints(rules, made, recorded))


def _constraints(
    rules: Sequence[PlacementRule], made: Collection[str], recorded: Mapping[str, Resource]
) -> Iterator[PlacementConstraint]:
    for rule in rules:
        new = [ConstraintResourceRef(id_type=IdType.GRANT, resource_id=key) for key in rule.members if key in made]
        old = [_standing(recorded[key]) for key in rule.members if key not in made and key in recorded]
        if rule.scope in _SCOPES and new and len(new) + len(old) > 1:
            yield PlacementConstraint(
                affinity_or_anti_affinity=AffinityType.ANTI_AFFINITY if rule.anti_affinity else AffinityType.AFFINITY,
                scope=_SCOPES[rule.scope],
                resource=(*new, *old),
            )


def _standing(row: Resource) -> ConstraintResourceRef:
    return ConstraintResourceRef(
        id_type=IdType.RES_MGMT, vim_connection_id=row.vim_connection_id, resource_id=row.vim_id
    )
