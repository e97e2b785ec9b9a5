"""What the resources of a plan take of a VIM, and whether there is still room for it.

Pure arithmetic: a grant's request says what each place takes (`amounts_of`), the local NFVO reserves the sum of it, and
the record asks `shortages` under its lock whether that fits (`manoflow.adapters.records.reservations`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from manoflow.domain.capacity import Amounts, Capacity, Measure, Reservation, ReservationState
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.topology import Element, StorageElement, VnfcElement

HOLDERS_SHOWN = 3
"""So many of those who have reserved are named to whoever is refused."""

_COUNTED = {
    Kind.VNFC: Measure.SERVERS,
    Kind.STORAGE: Measure.STORAGES,
    Kind.PORT: Measure.PORTS,
    Kind.VIRTUAL_LINK: Measure.VIRTUAL_LINKS,
    Kind.PLACEMENT_GROUP: Measure.PLACEMENT_GROUPS,
}


def amounts_of(element: Element) -> Amounts:
    """What an element takes as its descriptor has it. A flavor takes nothing."""
    counted = _COUNTED.get(element.kind)
    amounts: Amounts = {counted: 1} if counted else {}
    if isinstance(element, VnfcElement):
        amounts |= {Measure.VCPUS: element.compute.num_vcpus, Measure.MEMORY_MIB: element.compute.memory_mib}
    if isinstance(element, StorageElement):
        amounts[Measure.STORAGE_GIB] = element.size_gib
    return amounts


def total(amounts: Iterable[Amounts]) -> Amounts:
    """The sum."""
    summed: Counter[Measure] = Counter()
    for some in amounts:
        summed.update(some)
    return dict(summed)


def shortages(wanted: Sequence[Reservation], capacity: Capacity, held: Sequence[Reservation]) -> tuple[str, ...]:
    """Why what is wanted does not fit, one sentence for each measure that falls short; empty where it fits.

    `held` are the reservations of others in that VIM. Those that `capacity` does not show yet are in the way.
    """
    hidden = [reservation for reservation in held if _is_hidden_from(capacity, reservation)]
    return tuple(_shortages(total(reservation.amounts for reservation in wanted), capacity, hidden))


def _shortages(wanted: Amounts, capacity: Capacity, hidden: Sequence[Reservation]) -> Iterator[str]:
    reserved = total(reservation.amounts for reservation in hidden)
    for measure, amount in wanted.items():
        limit = capacity.limits.get(measure)
        if limit is None:
            continue
        used, held_back = capacity.used.get(measure, 0), reserved.get(measure, 0)
        free = max(0, limit - used - held_back)
        if amount > free:
            holders = _holders(measure, hidden)
            yield f"{amount} {measure} wanted, {free} of {limit} free ({used} in use, {held_back} reserved{holders})"


def _is_hidden_from(capacity: Capacity, reservation: Reservation) -> bool:
    """Whether `capacity.used` may lack what is reserved: not made yet, or made after the VIM was asked."""
    if uid_of(reservation.lcm_op_occ_id, reservation.key) in capacity.seen:
        return False
    if reservation.state is ReservationState.USED:
        return reservation.changed_at >= capacity.observed_at
    return reservation.state is ReservationState.RESERVED


def _holders(measure: Measure, hidden: Sequence[Reservation]) -> str:
    """Who has reserved, largest share first."""
    shares: Counter[str] = Counter()
    for reservation in hidden:
        if share := reservation.amounts.get(measure):
            shares[f"operation {reservation.lcm_op_occ_id} of VNF instance {reservation.vnf_instance_id}"] += share
    named = [f"{share} by {who}" for who, share in shares.most_common(HOLDERS_SHOWN)]
    more = f" and {len(shares) - HOLDERS_SHOWN} more" if len(shares) > HOLDERS_SHOWN else ""
    return f": {', '.join(named)}{more}" if named else ""
