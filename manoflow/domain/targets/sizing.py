"""How many instances of each VDU: levels, aspects and deltas (IFA 011 clauses 7.1.8.7 and 7.1.10)."""

from collections.abc import Mapping

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vnfd import Flavour, InstantiationLevel, ScalingAspect, ScalingDelta


def level_of(flavour: Flavour, level_id: str | None) -> InstantiationLevel | None:
    """The level asked for, else the default level, else None: scale level 0 of every aspect."""
    wanted = level_id or flavour.default_level
    if wanted is None:
        return None
    found = next((level for level in flavour.levels if level.id == wanted), None)
    if found is None:
        known = ", ".join(level.id for level in flavour.levels) or "none"
        message = (
            f"cannot instantiate flavour {flavour.id}: instantiationLevelId {wanted} is not one of its levels ({known})"
        )
        raise InvalidInputError(message)
    return found


def scale_levels(flavour: Flavour, level: InstantiationLevel | None) -> dict[str, int]:
    """The scale level of every aspect at an instantiation level."""
    stated = level.scale_levels if level else {}
    return {aspect.id: stated.get(aspect.id, 0) for aspect in flavour.aspects}


def instances(flavour: Flavour, levels: Mapping[str, int], level: InstantiationLevel | None = None) -> dict[str, int]:
    """Instances of every VDU at these scale levels; what an instantiation level states of a VDU wins."""
    counts = {vdu.id: vdu.initial_instances for vdu in flavour.vdus}
    for aspect in flavour.aspects:
        for step in range(levels.get(aspect.id, 0)):
            for vdu, added in _delta(aspect, step).instances.items():
                counts[vdu] = counts.get(vdu, 0) + added
    return {
        **counts,
        **{vdu: count for vdu, count in (level.instances if level else {}).items() if vdu in counts},
    }


def _delta(aspect: ScalingAspect, step: int) -> ScalingDelta:
    if not aspect.steps:
        return ScalingDelta(instances={})
    return aspect.steps[min(step, len(aspect.steps) - 1)]
