"""The target of healing: what is recorded, with another incarnation in some places.

A VNFC that is named is replaced. Where none is named, what a look at the VIM found degraded or vanished is replaced,
and with it the VNFCs that cannot do without it. Ports keep their addresses; storages of a VNFC that is replaced go with
it unless the request keeps them.
"""

from collections.abc import Iterator, Mapping, Sequence

from manoflow.domain.cloud import Power
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.heal_request import HealVnfRequest
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.observation import Condition
from manoflow.domain.resources import Resource, recorded_topology
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Element, PortElement, StorageElement, Topology, VnfcElement
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Vnfd

CARRIES_OTHERS = frozenset({Kind.VIRTUAL_LINK, Kind.PORT, Kind.STORAGE})
"""Kinds without which those that need them do not work. A flavor, a group or an image is needed at the start only."""


def check_healing(_instance: VnfInstance, _vnfd: Vnfd, request: HealVnfRequest, _vim_connection_id: str) -> None:
    """Refuse what is wrong whatever there is. Raises `InvalidInputError`."""
    if request.heal_script:
        message = "cannot heal: healScript is not supported, leave it out"
        raise InvalidInputError(message)
    for name in ("all", "keepStorages"):
        if not isinstance(request.additional_params.get(name, False), bool):
            message = f"cannot heal: additionalParams.{name} must be true or false"
            raise InvalidInputError(message)
    if request.replaces_all and request.vnfc_instance_id:
        message = "cannot heal: additionalParams.all and vnfcInstanceId exclude each other, leave one out"
        raise InvalidInputError(message)


def healing(
    instance: VnfInstance, request: HealVnfRequest, recorded: Sequence[Resource], found: Mapping[str, Condition]
) -> Target:
    """Draw the target. Raises `InvalidInputError` that names a VNFC that there is not."""
    current = recorded_topology(tuple(recorded))
    ill = {key for key in current.elements if found.get(key) is not Condition.WELL}
    replaced = _replaced(instance, request, current, ill)
    rows = {row.key: row for row in recorded}
    elements = (_anew(rows[key]) if key in replaced else element for key, element in current.elements.items())
    return Target(
        topology=Topology.of(elements),
        outcome=instance.state,
        replace=frozenset(replaced),
        vanished=frozenset(key for key in replaced if found.get(key) is Condition.VANISHED),
    )


def _replaced(instance: VnfInstance, request: HealVnfRequest, current: Topology, ill: set[str]) -> set[str]:
    """Every place that gets another incarnation."""
    vnfcs = current.of_kind(Kind.VNFC)
    if request.vnfc_instance_id:
        chosen = set(_named(instance, request, vnfcs))
        ill &= chosen | set(_needed(chosen, current))
    else:
        chosen = set(vnfcs) if request.replaces_all else set()
    replaced = chosen | ill
    while more := set(_carried(replaced, current)) - replaced:
        replaced |= more
    return replaced if request.keeps_storages else replaced | set(_storages_of(replaced, current))


def _named(instance: VnfInstance, request: HealVnfRequest, vnfcs: Mapping[str, Element]) -> Iterator[str]:
    places = {place_id(instance.id, key): key for key in vnfcs}
    for vnfc in request.vnfc_instance_id:
        if vnfc not in places:
            known = ", ".join(str(place) for place in places) or "none"
            message = (
                f"cannot heal VNFC {vnfc} of VNF instance {instance.id}: it has none of that id in vnfcInfo ({known})"
            )
            raise InvalidInputError(message)
        yield places[vnfc]


def _needed(keys: set[str], current: Topology) -> Iterator[str]:
    """What the elements in these places need, and what that needs."""
    for key in keys:
        element = current.elements.get(key)
        needs = set(element.needs) if element else set()
        yield from needs
        yield from _needed(needs, current)


def _carried(replaced: set[str], current: Topology) -> Iterator[str]:
    """Those that do not work any more once these are replaced."""
    for key, element in current.elements.items():
        if any(need in replaced and current.elements[need].kind in CARRIES_OTHERS for need in element.needs):
            yield key


def _storages_of(replaced: set[str], current: Topology) -> Iterator[str]:
    for key in replaced:
        vnfc = current.elements[key]
        if isinstance(vnfc, VnfcElement):
            yield from (need for need in vnfc.needs if isinstance(current.elements.get(need), StorageElement))


def _anew(row: Resource) -> Element:
    """What takes the place: a port with the addresses that it had, a VNFC that runs."""
    element = row.element
    if isinstance(element, PortElement):
        had = {"addresses": row.observed.addresses or element.addresses, "mac_address": row.observed.mac_address}
        return element.model_copy(update=had)
    if isinstance(element, VnfcElement):
        return element.model_copy(update={"power": Power.STARTED})
    return element
