"""Affinity and anti-affinity (SOL001 clauses 6.9 and 6.10)."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.topology import COMPUTE, PLACEMENT_GROUP, Topology
from manoflow.domain.vnfd import PlacementGroup, PlacementScope

_RULES = {"AffinityRule": False, "AntiAffinityRule": True}


def placement_groups(topology: Topology) -> tuple[PlacementGroup, ...]:
    """One group for each target of each rule: of a group's VDUs together, or of the instances of one VDU."""
    groups: dict[str, PlacementGroup] = {}
    for kind, anti_affinity in _RULES.items():
        for policy in topology.policies(kind):
            for target, members in _members(policy, topology):
                # A group under two rules makes two server groups; both need a name.
                group_id = target if target not in groups else f"{target}-{policy.name}"
                groups[group_id] = PlacementGroup(
                    id=group_id, anti_affinity=anti_affinity, scope=_scope(policy), members=members
                )
    return tuple(groups.values())


def _members(policy: Field, topology: Topology) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each target of a rule with its VDUs; targets without a VDU, such as virtual links, are told as warnings."""
    groups = topology.root.at("groups")
    for target in policy.at("targets").entries():
        group = groups.at(target.text())
        if topology.node(target.text(), COMPUTE):
            yield target.text(), (target.text(),)
        elif topology.types.is_a("group_types", group.at("type").text(""), PLACEMENT_GROUP):
            yield target.text(), tuple(_vdus(group, topology))
        else:
            topology.warnings.append(target.warning(f"is {target.text()}: only VDUs and placement groups are placed"))


def _vdus(group: Field, topology: Topology) -> Iterator[str]:
    for member in group.at("members").entries():
        if topology.node(member.text(), COMPUTE):
            yield member.text()
        else:
            topology.warnings.append(member.warning(f"is {member.text()}: only VDUs are placed"))


def _scope(policy: Field) -> PlacementScope:
    scope = policy.at("properties", "scope")
    known = [str(known) for known in PlacementScope]
    if scope.text() not in known:
        raise scope.refusal(f"is {scope.text()}", f"write one of {', '.join(known)}")
    return PlacementScope(scope.text())
