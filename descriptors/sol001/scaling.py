"""Scaling aspects, deltas and instantiation levels (SOL001 clause 6.10)."""

from collections.abc import Iterator

from descriptors.fields import Field
from descriptors.sol001.topology import Topology
from manoflow.domain.vnfd import InstantiationLevel, ScalingAspect, ScalingDelta

_Deltas = dict[str, dict[str, dict[str, int]]]
"""Instances by aspect, delta and VDU."""


def initial_instances(topology: Topology) -> dict[str, int]:
    """Instances of each VDU at scale level 0, where a VduInitialDelta states them."""
    return {
        vdu.name: policy.at("properties", "initial_delta", "number_of_instances").integer()
        for policy in topology.policies("VduInitialDelta")
        for vdu in topology.targets(policy)
    }


def aspects(topology: Topology) -> tuple[ScalingAspect, ...]:
    """Every scaling aspect with the delta of each of its steps."""
    fields = dict(_aspect_fields(topology))
    deltas = _deltas(topology, fields)
    return tuple(_aspect(aspect, deltas.get(aspect_id, {})) for aspect_id, aspect in fields.items())


def levels(topology: Topology, known: tuple[ScalingAspect, ...]) -> tuple[InstantiationLevel, ...]:
    """Every instantiation level; an id that only a VduInstantiationLevels policy has is a level too."""
    scale: dict[str, dict[str, int]] = {}
    counts: dict[str, dict[str, int]] = {}
    for policy in topology.policies("InstantiationLevels"):
        for level_id, level in policy.at("properties", "levels").items():
            scale[level_id] = dict(_scale_levels(level.at("scale_info"), known))
    for policy in topology.policies("VduInstantiationLevels"):
        for level_id, level in policy.at("properties", "levels").items():
            count = level.at("number_of_instances").integer()
            counts.setdefault(level_id, {}).update({vdu.name: count for vdu in topology.targets(policy)})
    return tuple(
        InstantiationLevel(id=level_id, scale_levels=scale.get(level_id, {}), instances=counts.get(level_id, {}))
        for level_id in dict.fromkeys((*scale, *counts))
    )


def default_level(topology: Topology, known: tuple[InstantiationLevel, ...]) -> str | None:
    """The default level: the stated one, or the only one (SOL001 asks for a default from two levels on)."""
    ids = [level.id for level in known]
    for policy in topology.policies("InstantiationLevels"):
        stated = policy.at("properties", "default_level")
        if stated.given and stated.text() not in ids:
            raise stated.refusal(f"is {stated.text()}, which is not a level here", f"name one of {', '.join(ids)}")
        if stated.given:
            return stated.text()
    return ids[0] if len(ids) == 1 else None


def _aspect_fields(topology: Topology) -> Iterator[tuple[str, Field]]:
    for policy in topology.policies("ScalingAspects"):
        yield from policy.at("properties", "aspects").items()


def _deltas(topology: Topology, known: dict[str, Field]) -> _Deltas:
    found: _Deltas = {}
    for policy in topology.policies("VduScalingAspectDeltas"):
        aspect = policy.at("properties", "aspect")
        if aspect.text() not in known:
            raise aspect.refusal(
                f"is {aspect.text()}, which no ScalingAspects policy defines", "define the aspect or correct the name"
            )
        for delta_id, delta in policy.at("properties", "deltas").items():
            count = delta.at("number_of_instances").integer()
            instances = found.setdefault(aspect.text(), {}).setdefault(delta_id, {})
            instances.update({vdu.name: count for vdu in topology.targets(policy)})
    return found


def _aspect(aspect: Field, deltas: dict[str, dict[str, int]]) -> ScalingAspect:
    """Without step_deltas every step is alike: the aspect then has one delta."""
    named = [(step, step.text()) for step in aspect.at("step_deltas").entries()]
    for step, delta_id in named:
        if delta_id not in deltas:
            raise step.refusal(
                f"is {delta_id}, which no VduScalingAspectDeltas policy of {aspect.name} defines", "define the delta"
            )
    steps = [delta_id for _, delta_id in named] or list(deltas)[:1]
    return ScalingAspect(
        id=aspect.name,
        name=aspect.at("name").text(aspect.name),
        max_scale_level=aspect.at("max_scale_level").integer(),
        steps=tuple(ScalingDelta(instances=deltas[delta_id]) for delta_id in steps),
    )


def _scale_levels(scale_info: Field, known: tuple[ScalingAspect, ...]) -> Iterator[tuple[str, int]]:
    highest = {aspect.id: aspect.max_scale_level for aspect in known}
    for aspect_id, info in scale_info.items():
        level = info.at("scale_level")
        if aspect_id not in highest:
            raise info.refusal(
                "is not a scaling aspect of this template", f"name one of {', '.join(highest) or 'none'}"
            )
        if level.integer() > highest[aspect_id]:
            raise level.refusal(
                f"is {level.text()}, above the aspect's max_scale_level {highest[aspect_id]}", "lower it"
            )
        yield aspect_id, level.integer()
