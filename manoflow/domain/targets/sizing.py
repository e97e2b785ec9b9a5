"""How many instances of each VDU: levels, aspects and deltas (IFA 011 clauses 7.1.8.7 and 7.1.10; SOL001 clause 6.10).

A size is an instantiation level and the scale levels that were reached from there. IFA 011 has a level state both the
scale levels and the instances that belong to them; a VNFD may state other instances than the deltas add up to. Then the
level is what was built, and a scaling step still adds or takes what its delta says: the difference stays.
"""

from collections.abc import Iterable, Mapping

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.scale_requests import ScaleInfo
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
            f"cannot give flavour {flavour.id} that size: "
            f"instantiationLevelId {wanted} is not one of its levels ({known})"
        )
        raise InvalidInputError(message)
    return found


def scale_levels(flavour: Flavour, level: InstantiationLevel | None) -> dict[str, int]:
    """The scale level of every aspect at an instantiation level."""
    stated = level.scale_levels if level else {}
    return {aspect.id: stated.get(aspect.id, 0) for aspect in flavour.aspects}


def levels_of(flavour: Flavour, vnfd_id: str, asked: Iterable[ScaleInfo]) -> dict[str, int]:
    """The scale level of each aspect that a request names. Refuses, by name, what the flavour has not."""
    levels: dict[str, int] = {}
    for info in asked:
        what = f"cannot bring aspect {info.aspect_id} to scale level {info.scale_level}"
        if info.vnfd_id not in {None, vnfd_id}:
            raise InvalidInputError(f"{what}: vnfdId {info.vnfd_id} is not that of the VNF instance ({vnfd_id})")
        if info.aspect_id in levels:
            raise InvalidInputError(f"{what}: the request names it twice; name each aspect once")
        highest = aspect_of(flavour, info.aspect_id).max_scale_level
        if info.scale_level > highest:
            raise InvalidInputError(f"{what}: its highest is {highest}")
        levels[info.aspect_id] = info.scale_level
    return levels


def aspect_of(flavour: Flavour, aspect_id: str) -> ScalingAspect:
    """The scaling aspect of that id. Raises `InvalidInputError` that names those there are."""
    found = next((aspect for aspect in flavour.aspects if aspect.id == aspect_id), None)
    if found is None:
        known = ", ".join(aspect.id for aspect in flavour.aspects) or "none"
        message = (
            f"cannot give flavour {flavour.id} that size: aspectId {aspect_id} is not one of its aspects ({known})"
        )
        raise InvalidInputError(message)
    return found


def instances(flavour: Flavour, levels: Mapping[str, int], level: InstantiationLevel | None = None) -> dict[str, int]:
    """Instances of every VDU at these scale levels, reached from an instantiation level."""
    counts = _summed(flavour, levels)
    if level is None:
        return counts
    there = _summed(flavour, scale_levels(flavour, level))
    beside = {vdu: count - there[vdu] for vdu, count in level.instances.items() if vdu in counts}
    return {vdu: count + beside.get(vdu, 0) for vdu, count in counts.items()}


def require_allowed(flavour: Flavour, counts: Mapping[str, int]) -> None:
    """Refuse, by name, a VDU that would have more instances than its profile allows, or fewer."""
    for vdu in flavour.vdus:
        if not vdu.min_instances <= counts[vdu.id] <= vdu.max_instances:
            message = (
                f"cannot give flavour {flavour.id} that size: VDU {vdu.id} would have {counts[vdu.id]} instances, its "
                f"vdu_profile allows {vdu.min_instances} to {vdu.max_instances}; choose another level or mend the VNFD"
            )
            raise InvalidInputError(message)


def _summed(flavour: Flavour, levels: Mapping[str, int]) -> dict[str, int]:
    """The initial instances, and the deltas of every step up to these scale levels."""
    counts = {vdu.id: vdu.initial_instances for vdu in flavour.vdus}
    for aspect in flavour.aspects:
        for step in range(levels.get(aspect.id, 0)):
            for vdu, added in _delta(aspect, step).instances.items():
                counts[vdu] = counts.get(vdu, 0) + added
    return counts


def _delta(aspect: ScalingAspect, step: int) -> ScalingDelta:
    if not aspect.steps:
        return ScalingDelta(instances={})
    return aspect.steps[min(step, len(aspect.steps) - 1)]
