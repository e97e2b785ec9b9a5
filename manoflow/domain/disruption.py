"""Disruption: what the stages of an operation do to the VNFCs that there are, and to how many of them at once."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from manoflow.domain.base import Model
from manoflow.domain.cloud import Power
from manoflow.domain.diff import Action
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.plan import PlannedStep
from manoflow.domain.resources import Resource
from manoflow.domain.topology import VnfcElement

Stages = Sequence[Sequence[PlannedStep]]


class Effect(StrEnum):
    """What happens to a VNFC."""

    REMOVED = "REMOVED"
    """It goes."""
    REPLACED = "REPLACED"
    """It goes, and another one comes into its place."""
    STOPPED = "STOPPED"
    """It stays and does not run any more."""
    REATTACHED = "REATTACHED"
    """It stays; a port or a storage of it goes or changes."""


class DisruptedVnfc(Model):
    """One VNFC."""

    key: str
    """Its place."""
    vnfc_instance_id: UUID
    """Its id of vnfcInfo."""
    vdu_id: str
    effect: Effect


class Disruption(Model):
    """What an operation does to the VNFCs that there are."""

    vnfcs: tuple[DisruptedVnfc, ...] = ()
    at_once: int = 0
    """How many of those that are to run do not at the worst moment."""
    running: int = 0
    """How many are to run before the operation."""


def disruption(vnf_instance_id: UUID, stages: Stages, recorded: Sequence[Resource]) -> Disruption:
    """Reckon it. Steps of one stage happen at once, stages one after the other."""
    vnfcs = {row.key: row.element for row in recorded if isinstance(row.element, VnfcElement)}
    running = {key for key, vnfc in vnfcs.items() if vnfc.power is Power.STARTED}
    effects = dict(_effects(stages, vnfcs))
    return Disruption(
        vnfcs=tuple(
            DisruptedVnfc(
                key=key,
                vnfc_instance_id=place_id(vnf_instance_id, key),
                vdu_id=vnfcs[key].vdu_id,
                effect=effects[key],
            )
            for key in sorted(effects)
        ),
        at_once=max((len(down & running) for down in _down(stages)), default=0),
        running=len(running),
    )


def _effects(stages: Stages, vnfcs: Mapping[str, VnfcElement]) -> Iterator[tuple[str, Effect]]:
    steps = [planned for stage in stages for planned in stage]
    changed = {planned.step.key for planned in steps if planned.action is not Action.CREATE}
    gone = {planned.step.key for planned in steps if planned.action is Action.DELETE}
    made = {planned.step.key for planned in steps if planned.action is Action.CREATE}
    stopped = {planned.step.key for planned in steps if _stops(planned)}
    for key, vnfc in vnfcs.items():
        if key in gone:
            yield key, Effect.REPLACED if key in made else Effect.REMOVED
        elif key in stopped and vnfc.power is Power.STARTED:
            yield key, Effect.STOPPED
        elif changed & {*vnfc.ports, *vnfc.storages}:
            yield key, Effect.REATTACHED


def _down(stages: Stages) -> Iterator[frozenset[str]]:
    """The places of VNFCs that do not run after each stage because of it or those before it."""
    down: set[str] = set()
    for stage in stages:
        for planned in stage:
            if planned.step.kind is not Kind.VNFC:
                continue
            if planned.action is Action.DELETE or _stops(planned):
                down.add(planned.step.key)
            else:
                down.discard(planned.step.key)
        yield frozenset(down)


def _stops(planned: PlannedStep) -> bool:
    return (
        isinstance(planned.element, VnfcElement)
        and planned.action is Action.UPDATE
        and (planned.element.power is Power.STOPPED)
    )
