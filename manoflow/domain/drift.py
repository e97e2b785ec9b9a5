"""Drift: where what a look at the VIMs found of a VNF instance is not what is recorded of it.

Compared is what a VIM shows (`manoflow.domain.cloud.VimResource`); what it does not tell, or what was not recorded, is
no difference, nor is anything of a resource that the VIM is just working on. Nothing is mended here: a heal is
proposed, where one would help (`manoflow.domain.targets.heal`).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from manoflow.domain.base import Model
from manoflow.domain.cloud import FixedAddress, ResourceState, Tagged, VimResource
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.observation import Condition, Seen, conditions
from manoflow.domain.resources import Resource
from manoflow.domain.topology import VnfcElement

HEAL: Mapping[str, JsonValue] = {"cause": "drift"}
"""The request that has everything replaced that is not there or not well."""

_TOLD = ("vim_id", "name", "mac_address", "network_id", "zone", "host")


class DriftClass(StrEnum):
    """How what is there differs from what is recorded."""

    MISSING = "MISSING"
    """It is recorded and not there."""
    ALTERED = "ALTERED"
    """It is there, and not as it is recorded, or not well."""
    UNEXPECTED = "UNEXPECTED"
    """It bears the tag of the VNF instance and is recorded nowhere."""


class Difference(Model):
    """One attribute."""

    attribute: str
    recorded: str
    observed: str


class Drifted(Model):
    """One resource."""

    drift: DriftClass
    kind: str
    key: str | None = None
    """Its place, if it is recorded."""
    vnfc_instance_id: UUID | None = None
    """Of a VNFC: its id of vnfcInfo."""
    uid: UUID | None = None
    vim_connection_id: str
    vim_id: str
    name: str
    differences: tuple[Difference, ...] = ()
    healed: bool = False
    """Whether a heal that names no VNFC would mend it."""


def drift_of_recorded(recorded: Sequence[Resource], seen: Seen) -> Iterator[Drifted]:
    """What is missing or altered."""
    found = conditions(recorded, seen)
    for row in recorded:
        there = _there(row, seen.get(row.kind, ()))
        differences = tuple(_differences(row, there)) if there else ()
        if there is None or differences:
            yield Drifted(
                drift=DriftClass.ALTERED if there else DriftClass.MISSING,
                kind=row.kind,
                key=row.key,
                vnfc_instance_id=place_id(row.vnf_instance_id, row.key) if row.kind is Kind.VNFC else None,
                uid=row.uid,
                vim_connection_id=row.vim_connection_id,
                vim_id=row.vim_id,
                name=row.observed.name,
                differences=differences,
                healed=found[row.key] is not Condition.WELL,
            )


def unexpected(
    vnf_instance_id: UUID,
    vim_connection_id: str,
    tagged: Sequence[Tagged],
    recorded: Sequence[Resource],
    known: Collection[UUID],
) -> Iterator[Drifted]:
    """What bears the tag of the VNF instance in a VIM and is none of `known`, which is recorded of whomever.

    A second one with a recorded uid is unexpected as well, where the recorded one is there.
    """
    vim_ids = {row.uid: row.vim_id for row in recorded}
    there = {thing.vim_id for thing in tagged}
    for thing in tagged:
        mine = thing.vnf_instance_id == vnf_instance_id
        first = vim_ids.get(thing.uid) if thing.uid else None
        is_twin = first is not None and first != thing.vim_id and first in there
        if mine and (thing.uid not in known or is_twin):
            yield Drifted(
                drift=DriftClass.UNEXPECTED,
                kind=thing.kind,
                uid=thing.uid,
                vim_connection_id=vim_connection_id,
                vim_id=thing.vim_id,
                name=thing.name,
            )


def proposed_heal(drifted: Sequence[Drifted]) -> dict[str, JsonValue] | None:
    """The body of the heal that mends all that a heal can mend; None where it can mend nothing."""
    return dict(HEAL) if any(one.healed for one in drifted) else None


def _there(row: Resource, seen: Sequence[VimResource]) -> VimResource | None:
    """Of those that bear its uid the recorded one, else one that is well, else any."""
    mine = [one for one in seen if one.uid == row.uid and one.state is not ResourceState.DELETING]
    order = (ResourceState.READY, ResourceState.BUILDING)
    return min(mine, key=lambda one: (one.vim_id != row.vim_id, one.state not in order), default=None)


def _differences(row: Resource, seen: VimResource) -> Iterator[Difference]:
    if seen.state is ResourceState.BUILDING:
        return
    if seen.state is not ResourceState.READY:
        why = f"{seen.state}: {seen.detail}" if seen.detail else seen.state
        yield Difference(attribute="state", recorded=ResourceState.READY, observed=why)
    if isinstance(row.element, VnfcElement) and seen.power not in {None, row.element.power}:
        yield Difference(attribute="power", recorded=row.element.power, observed=str(seen.power))
    for name in _TOLD:
        was, has = getattr(row.observed, name), getattr(seen, name)
        if was and has and was != has:
            yield Difference(attribute=_wire(name), recorded=was, observed=has)
    for name, of in (("addresses", _address), ("subnet_ids", str)):
        before, now = ({of(one) for one in getattr(told, name)} for told in (row.observed, seen))
        if before and before != now:
            yield Difference(attribute=_wire(name), recorded=_listed(before), observed=_listed(now))


def _address(address: FixedAddress) -> str:
    return f"{address.ip_address or 'any'} of {address.subnet_id or 'any subnet'}"


def _listed(texts: Collection[str]) -> str:
    return ", ".join(sorted(texts)) or "none"


def _wire(name: str) -> str:
    return VimResource.model_fields[name].alias or name
