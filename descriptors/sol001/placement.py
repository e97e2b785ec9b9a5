"""Affinity and anti-affinity (SOL001 clauses 6.9 and 6.10)."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.topology import COMPUTE, DEPLOYABLE_UNIT, MCIOP, PLACEMENT_GROUP, VIRTUAL_LINK, Topology
from manoflow.domain.vnfd import PlacementGroup, PlacementScope

_RULES = {"AffinityRule": False, "AntiAffinityRule": True}
_MAY_BE_PLACED = (COMPUTE, DEPLOYABLE_UNIT, MCIOP, VIRTUAL_LINK)


def placement_groups(topology: Topology) -> tuple[PlacementGroup, ...]:
    """One group for each target of each rule: of a group's members together, or of the instances of one of them."""
    groups: dict[str, PlacementGroup] = {}
    for kind, anti_affinity in _RULES.items():
        for policy in topology.policies(kind):
            for target in policy.at("targets").entries():
                # A group under two rules makes two server groups; both need a name.
                group_id = target.text() if target.text() not in groups else f"{target.text()}-{policy.name}"
                members = list(_members(target, topology))
                vdus = tuple(member for member in members if topology.node(member, COMPUTE))
                groups[group_id] = PlacementGroup(
                    id=group_id,
                    anti_affinity=anti_affinity,
                    scope=_scope(policy),
                    members=vdus,
                    other_members=tuple(member for member in members if member not in vdus),
                )
    return tuple(group for group in groups.values() if group.members or group.other_members)


def _members(target: Field, topology: Topology) -> Iterator[str]:
    """The members of a group, or the target itself; those that nobody places are told as warnings."""
    group = topology.root.at("groups").at(target.text())
    is_group = topology.types.is_a("group_types", group.at("type").text(""), PLACEMENT_GROUP)
    for member in group.at("members").entries() if is_group else (target,):
        if not topology.node(member.text(), COMPUTE):
            topology.warnings.append(member.warning(f"is {member.text()}: only VDUs are placed"))
        if any(topology.node(member.text(), base) for base in _MAY_BE_PLACED):
            yield member.text()


def _scope(policy: Field) -> PlacementScope:
    scope = policy.at("properties", "scope")
    known = [str(known) for known in PlacementScope]
    if scope.text() not in known:
        raise scope.refusal(f"is {scope.text()}", f"write one of {', '.join(known)}")
    return PlacementScope(scope.text())
