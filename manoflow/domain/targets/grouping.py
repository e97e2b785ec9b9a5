"""Which VNFCs a flavour wants near each other or apart, at a size.

Groups of scope host become placement groups of the VIM (`manoflow.domain.targets.picture`), those of scope zone decide
the zones that are granted; others are only asked for.
"""

from collections.abc import Iterator, Mapping

from manoflow.domain.identity import Kind, key_of
from manoflow.domain.placement import PlacementRule
from manoflow.domain.vnfd import Flavour, PlacementScope

ENFORCED = frozenset({PlacementScope.HOST, PlacementScope.ZONE})


def placement_rules(flavour: Flavour, counts: Mapping[str, int]) -> tuple[PlacementRule, ...]:
    """The flavour's placement groups, with the places of their VNFCs."""
    return tuple(
        PlacementRule(
            group_id=group.id,
            anti_affinity=group.anti_affinity,
            scope=group.scope,
            members=tuple(
                key_of(Kind.VNFC, vdu, ordinal) for vdu in group.members for ordinal in range(counts.get(vdu, 0))
            ),
        )
        for group in flavour.placement_groups
    )


def unenforced(flavour: Flavour) -> Iterator[str]:
    """A warning for each group that nobody sees to; a VNF is in one VIM anyway."""
    for group in flavour.placement_groups:
        in_one_vim = group.scope is PlacementScope.NFVI_POP and not group.anti_affinity
        if group.scope not in ENFORCED and not in_one_vim:
            yield f"placement group {group.id}: scope {group.scope} is not enforced"
