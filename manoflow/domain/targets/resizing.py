"""The target of a VNF at another size: what scaling by steps and scaling to a level share.

What stays keeps the element that is recorded, whatever the VNFD says of it by now; what is added is drawn as
instantiation draws it. A VDU that grows takes its lowest free ordinals, one that shrinks gives up its highest. The
number of VNFCs follows from the scale levels and not from what is recorded, so what an operation that was given up has
left behind, or has not made, is mended by the next one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError
from manoflow.domain.identity import Kind
from manoflow.domain.placement import PlacementRule
from manoflow.domain.targets.connectivity import attachments, require_connected
from manoflow.domain.targets.grouping import placement_rules, unenforced
from manoflow.domain.targets.managed_links import managed_links
from manoflow.domain.targets.picture import picture
from manoflow.domain.targets.sizing import instances, level_of, require_allowed
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Element, PortElement, StorageElement, Topology, VnfcElement
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.domain.vnfd import Flavour, Vnfd

Ordinals = Mapping[str, Collection[int]]
"""The ordinals of each VDU's VNFCs."""


class Size(Model):
    """How large a VNF is to be."""

    level_id: str | None
    """The instantiation level from which it is counted."""
    scale_levels: dict[str, int]


def flavour_of(instance: VnfInstance, vnfd: Vnfd) -> tuple[Flavour, InstantiatedState]:
    """What the instance is. Raises `ConflictError` where it is not instantiated, or not with a flavour of the VNFD."""
    if instance.state is None:
        message = f"cannot scale VNF instance {instance.id}: it is not instantiated"
        raise ConflictError(message)
    flavour = vnfd.flavour(instance.state.flavour_id)
    if flavour is None:
        message = f"cannot scale VNF instance {instance.id}: VNFD {vnfd.id} has no flavour {instance.state.flavour_id}"
        raise ConflictError(message)
    return flavour, instance.state


def require_possible(flavour: Flavour, state: InstantiatedState, size: Size) -> None:
    """Refuse a size that a VDU may not have, or at which an external CP is not connected."""
    counts = _counts(flavour, size)
    require_allowed(flavour, counts)
    require_connected(flavour, counts, attachments(flavour, state.ext_virtual_links))


def resized(flavour: Flavour, state: InstantiatedState, size: Size, current: Topology) -> Target:
    """Draw the target: `current` at another size."""
    require_possible(flavour, state, size)
    counts = _counts(flavour, size)
    wanted = _ordinals(flavour, counts, current)
    drawn = picture(
        flavour,
        counts,
        attachments(flavour, state.ext_virtual_links),
        managed_links(flavour, state.ext_managed_virtual_links),
        state.boot_data,
    )
    topology = Topology.of(_elements(current, drawn, wanted))
    outcome = {"instantiation_level_id": size.level_id, "scale_levels": size.scale_levels}
    return Target(
        topology=topology,
        outcome=state.model_copy(update=outcome),
        placement=_rules(flavour, wanted, topology),
        warnings=tuple(unenforced(flavour)),
    )


def _counts(flavour: Flavour, size: Size) -> dict[str, int]:
    level = level_of(flavour, size.level_id) if size.level_id is not None else None
    return instances(flavour, size.scale_levels, level)


def _ordinals(flavour: Flavour, counts: Mapping[str, int], current: Topology) -> Ordinals:
    recorded: dict[str, set[int]] = defaultdict(set)
    for element in current.elements.values():
        if isinstance(element, VnfcElement):
            recorded[element.vdu_id].add(element.ordinal)
    return {vdu.id: _chosen(recorded[vdu.id], counts[vdu.id]) for vdu in flavour.vdus}


def _chosen(recorded: Collection[int], count: int) -> frozenset[int]:
    kept = sorted(recorded)[:count]
    free = (ordinal for ordinal in range(count) if ordinal not in kept)
    return frozenset((*kept, *islice(free, count - len(kept))))


def _elements(current: Topology, drawn: Topology, wanted: Ordinals) -> Iterator[Element]:
    """What stays as it is recorded, and of the drawn what is not there yet."""
    merged = {**drawn.elements, **current.elements}
    kept = {key: element for key, element in merged.items() if _is_wanted(element, wanted)}
    populated = {element.group for element in kept.values() if isinstance(element, VnfcElement)} | drawn.elements.keys()
    for key, element in kept.items():
        if element.kind is not Kind.PLACEMENT_GROUP or key in populated:
            yield element


def _is_wanted(element: Element, wanted: Ordinals) -> bool:
    """What belongs to no VNFC of the flavour stays."""
    if isinstance(element, VnfcElement | PortElement | StorageElement) and element.vdu_id in wanted:
        return element.ordinal in wanted[element.vdu_id]
    return True


def _rules(flavour: Flavour, wanted: Ordinals, topology: Topology) -> tuple[PlacementRule, ...]:
    """For those VNFCs that there will be."""
    beyond = {vdu: max(ordinals, default=-1) + 1 for vdu, ordinals in wanted.items()}
    return tuple(
        rule.model_copy(update={"members": tuple(key for key in rule.members if key in topology.elements)})
        for rule in placement_rules(flavour, beyond)
    )
