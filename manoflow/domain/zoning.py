"""The choice of zones: each VNFC that a constraint of scope ZONE names gets one, so that all of them hold.

VNFCs that must be together are one *place*; places that must be apart get different zones. A place in which a VNFC
stands already keeps that VNFC's zone. The search tries the place with the fewest zones left first, so it finds a choice
where there is one; of several zones it prefers the one that a VNFC had before, then the one with the fewest VNFCs of
this VNF. Pure: the same question has one answer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from manoflow.domain.errors import InvalidInputError, QuotaError
from manoflow.domain.placement import ConstraintResourceRef, ConstraintScope, IdType, PlacementConstraint

TRIES = 1_000
"""Steps after which the search gives up (a second or two). VNFDs that people write need one for each VNFC."""
SHOWN = 5
"""So many VNFCs are named to whoever is refused."""

Ref = ConstraintResourceRef
Apart = Mapping[Ref, frozenset[Ref]]
"""The places that must not share a zone with a place."""


def choose_zones(
    constraints: Sequence[PlacementConstraint], zones: Sequence[str], known: Mapping[str, str]
) -> dict[str, str]:
    """The zone of each VNFC to be made that a constraint names, by the id under which the request defines it.

    `zones` are those that take servers, `known` is where resources are, or were before they are replaced, by the id
    under which constraints name them. Where the VIM knows no zones, VNFCs are together anyway. Raises `QuotaError`
    where zones do not suffice, `InvalidInputError` where constraints contradict each other or what stands.
    """
    of_zone = [_without_unknown(one, known) for one in constraints if one.scope is ConstraintScope.ZONE]
    binding = [constraint for constraint in of_zone if constraint.resource]
    for constraint in binding:
        _require_enough(constraint, zones, known)
    if not zones:
        return {}
    places = _places(binding)
    apart = _apart(binding, places)
    chosen: Mapping[Ref, str] = _standing(places, known)
    _require_open(places, apart, chosen, zones)
    former = {places[ref]: known[ref.resource_id] for ref in reversed(places) if ref.resource_id in known}
    search = _Search(zones, apart, former, Counter(places.values()))
    for group in _connected(apart):
        chosen = search.completed(chosen, group)
    return {ref.resource_id: chosen[place] for ref, place in places.items() if ref.id_type is IdType.GRANT}


@dataclass
class _Search:
    zones: Sequence[str]
    apart: Apart
    former: Mapping[Ref, str]
    """Zones that places had before."""
    weight: Counter[Ref]
    """How many VNFCs are in a place."""
    tries: int = 0

    def completed(self, chosen: Mapping[Ref, str], places: Sequence[Ref]) -> Mapping[Ref, str]:
        """What is chosen, with a zone for each of these places."""
        found = self._try(chosen, places)
        if found is None:
            named = _listed(place.resource_id for place in places)
            raise QuotaError(f"cannot place {named}: no choice among the zones {_listed(self.zones)} keeps them apart")
        return found

    def _try(self, chosen: Mapping[Ref, str], places: Sequence[Ref]) -> Mapping[Ref, str] | None:
        undecided = [place for place in places if place not in chosen]
        if not undecided:
            return chosen
        self.tries += 1
        place = min(undecided, key=lambda one: (len(self._open(one, chosen)), -len(self.apart[one])))
        for zone in self._preferred(place, chosen):
            found = self._try({**chosen, place: zone}, undecided) if self.tries <= TRIES else None
            if found is not None:
                return found
        return None

    def _open(self, place: Ref, chosen: Mapping[Ref, str]) -> list[str]:
        taken = {chosen.get(other) for other in self.apart[place]}
        return [zone for zone in self.zones if zone not in taken]

    def _preferred(self, place: Ref, chosen: Mapping[Ref, str]) -> list[str]:
        load: Counter[str] = Counter()
        for other, zone in chosen.items():
            load[zone] += self.weight[other]
        return sorted(self._open(place, chosen), key=lambda zone: (zone != self.former.get(place), load[zone]))


def _without_unknown(constraint: PlacementConstraint, known: Mapping[str, str]) -> PlacementConstraint:
    """A VNFC that stands nobody knows where binds nobody."""
    refs = [ref for ref in constraint.resource if ref.id_type is IdType.GRANT or ref.resource_id in known]
    return constraint.model_copy(update={"resource": tuple(refs)})


def _require_enough(constraint: PlacementConstraint, zones: Sequence[str], known: Mapping[str, str]) -> None:
    new = [ref.resource_id for ref in constraint.resource if ref.id_type is IdType.GRANT]
    taken = {known[ref.resource_id] for ref in constraint.resource if ref.id_type is not IdType.GRANT} & set(zones)
    needed = len(new) + len(taken)
    if constraint.is_apart and needed > max(1, len(zones)):
        beside = f" beside those that stand in {_listed(sorted(taken))}" if taken else ""
        there = f"{len(zones)} ({_listed(zones)})" if zones else "none"
        raise QuotaError(
            f"cannot place {_listed(new)} in different zones{beside}: {needed} zones are needed, the VIM has {there}"
        )


def _places(constraints: Sequence[PlacementConstraint]) -> dict[Ref, Ref]:
    """The place of each resource, named by one of those in it."""
    places = {ref: ref for constraint in constraints for ref in constraint.resource}
    for constraint in constraints:
        if not constraint.is_apart:
            joined = {places[ref] for ref in constraint.resource}
            name = places[constraint.resource[0]]
            places = {ref: name if place in joined else place for ref, place in places.items()}
    return places


def _apart(constraints: Sequence[PlacementConstraint], places: Mapping[Ref, Ref]) -> Apart:
    apart: dict[Ref, frozenset[Ref]] = dict.fromkeys(places.values(), frozenset())
    for constraint in constraints:
        if not constraint.is_apart:
            continue
        members = [places[ref] for ref in constraint.resource]
        if len(set(members)) < len(members):
            named = _listed(ref.resource_id for ref in constraint.resource)
            raise InvalidInputError(
                f"cannot place {named} in different zones: another placement group keeps some of them together"
            )
        for place in members:
            apart[place] |= set(members) - {place}
    return apart


def _standing(places: Mapping[Ref, Ref], known: Mapping[str, str]) -> dict[Ref, str]:
    """The zones that are no longer to be chosen."""
    standing: dict[Ref, str] = {}
    for ref, place in places.items():
        if ref.id_type is IdType.GRANT:
            continue
        zone = known[ref.resource_id]
        if standing.setdefault(place, zone) != zone:
            raise InvalidInputError(
                f"cannot place VNFCs in one zone with {ref.resource_id}, which is in {zone}: "
                f"others of the same placement group are in {standing[place]}"
            )
    return standing


def _require_open(places: Mapping[Ref, Ref], apart: Apart, chosen: Mapping[Ref, str], zones: Sequence[str]) -> None:
    """Where something stands, whoever must be with it has no choice: refuse what is not to be had there."""
    for ref, place in places.items():
        zone = chosen.get(place)
        if ref.id_type is not IdType.GRANT or zone is None:
            continue
        if zone not in zones:
            raise QuotaError(f"cannot place {ref.resource_id} in zone {zone} with those there: it takes no servers")
        if zone in {chosen.get(other) for other in apart[place]}:
            raise QuotaError(
                f"cannot place {ref.resource_id} in zone {zone} with those there: others must be apart from it"
            )


def _connected(apart: Apart) -> Iterator[Sequence[Ref]]:
    """Places that depend on each other, group by group."""
    left = list(apart)
    while left:
        group = [left.pop(0)]
        for place in group:
            group += [other for other in left if other in apart[place]]
            left = [other for other in left if other not in apart[place]]
        yield group


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return f"{', '.join(every[:SHOWN])}{more}"
