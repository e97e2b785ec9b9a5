"""Reservations (the protocol `Reservations`), and what becomes of them as an operation goes on.

Whoever reserves holds the row of the occurrence, so that a grant given back or an operation that has ended reserves
nothing however late it asks, and then the row of the VIM, so that of two who want the last the second sees what the
first has. What projections do to reservations (`follow`) is part of their transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from manoflow.adapters.records.engine import Condition, Transaction
from manoflow.adapters.records.lookups import find_occurrence, found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import grants, is_open, occurrences, reservations, vims
from manoflow.domain.capacity import Capacity, Reservation, ReservationState
from manoflow.domain.cloud import ResourceState
from manoflow.domain.diff import Action
from manoflow.domain.errors import ConflictError, QuotaError
from manoflow.domain.journal import Entry, Projection
from manoflow.domain.lcm import FINAL_STATES, LcmOperationState, VnfLcmOpOcc
from manoflow.domain.reserving import shortages

KEPT = timedelta(hours=1)
"""So long is kept what no longer holds anything back: no reading that somebody still reckons with is as old."""


class ReservationRecords(Part):
    """What grants hold back."""

    async def reserve(self, wanted: Sequence[Reservation], capacity: Capacity) -> None:
        """Reserve for one grant, all or nothing; a grant that has reserved already keeps what it has."""
        if not wanted:
            return
        in_vim = reservations.c.vim_connection_id == capacity.vim_connection_id
        async with self._database.writing() as tx:
            await _require_wanted_still(tx, wanted[0])
            vim = await tx.row(vims, vims.c.id == capacity.vim_connection_id, lock=True)
            found(vim, f"VIM {capacity.vim_connection_id}")
            if await tx.row(reservations, reservations.c.grant_id == wanted[0].grant_id):
                return
            await tx.delete(reservations, in_vim, _is_history(capacity.observed_at))
            await _require_room(tx, wanted, capacity)
            rows = [row_of(reservation, reservations) for reservation in wanted]
            await tx.insert(reservations, *rows, taken=f"cannot reserve for grant {wanted[0].grant_id}: a key twice")

    async def require_room(self, wanted: Sequence[Reservation], capacity: Capacity) -> None:
        """Refuse as `reserve` does where there is no room now, and hold nothing back."""
        async with self._database.reading() as tx:
            await _require_room(tx, wanted, capacity)

    async def reservations(self, vim_connection_id: str | None = None) -> Sequence[Reservation]:
        """What open operations hold back, or have made of it, oldest first."""
        working = select(occurrences.c.id).where(is_open)
        where = [_is_not(ReservationState.RELEASED), reservations.c.lcm_op_occ_id.in_(working)]
        if vim_connection_id is not None:
            where.append(reservations.c.vim_connection_id == vim_connection_id)
        async with self._database.reading() as tx:
            return [model_of(Reservation, row) for row in await tx.rows(reservations, *where)]


async def follow(tx: Transaction, before: VnfLcmOpOcc, projection: Projection) -> None:
    """Have reservations follow what a projection says was made, undone, deleted, or ended.

    What is recorded is counted by the VIM itself: USED. What a retry found gone will be made again: RESERVED. What was
    undone for good, deleted, or is no longer going to be made: RELEASED.
    """
    mine = reservations.c.lcm_op_occ_id == before.id
    state = projection.state or before.operation_state
    undoing = state in {LcmOperationState.ROLLING_BACK, LcmOperationState.ROLLED_BACK}
    struck = ReservationState.RELEASED if undoing else ReservationState.RESERVED
    made = (*projection.done, *(entry for entry in projection.left if _is_there(entry)))
    await _move(tx, projection, struck, mine, _places(projection.struck, Action.CREATE))
    await _move(tx, projection, ReservationState.USED, mine, _places(made, Action.CREATE))
    of_instance = reservations.c.vnf_instance_id == before.vnf_instance_id
    spent = of_instance & _is(ReservationState.USED)
    await _move(tx, projection, ReservationState.RELEASED, spent, _places(projection.done, Action.DELETE))
    if state in FINAL_STATES:
        await _enter(tx, ReservationState.RELEASED, projection.at, mine & _is(ReservationState.RESERVED))


async def release(tx: Transaction, grant: Condition, at: datetime) -> None:
    """Give back what a grant holds and has not used."""
    await _enter(tx, ReservationState.RELEASED, at, grant & _is(ReservationState.RESERVED))


async def _require_room(tx: Transaction, wanted: Sequence[Reservation], capacity: Capacity) -> None:
    in_vim = reservations.c.vim_connection_id == capacity.vim_connection_id
    held = await tx.rows(reservations, in_vim, _is_not(ReservationState.RELEASED))
    short = shortages(wanted, capacity, [model_of(Reservation, row) for row in held])
    if short:
        raise QuotaError(f"cannot reserve in VIM {capacity.vim_connection_id}: {'; '.join(short)}")


async def _require_wanted_still(tx: Transaction, wanted: Reservation) -> None:
    occurrence = await find_occurrence(tx, wanted.lcm_op_occ_id, lock=True)
    what = f"cannot reserve for operation {occurrence.id}"
    if not occurrence.is_open:
        raise ConflictError(f"{what}: it has ended in state {occurrence.operation_state}")
    if await tx.row(grants, grants.c.id == wanted.grant_id, grants.c.released):
        raise ConflictError(f"{what}: its grant {wanted.grant_id} was given back")


def _is_history(observed_at: datetime) -> Condition:
    return _is_not(ReservationState.RESERVED) & (reservations.c.changed_at < observed_at - KEPT)


async def _move(
    tx: Transaction, projection: Projection, state: ReservationState, where: Condition, keys: Collection[str]
) -> None:
    if keys:
        await _enter(tx, state, projection.at, where & reservations.c.key.in_(keys))


async def _enter(tx: Transaction, state: ReservationState, at: datetime, where: Condition) -> None:
    await tx.update(reservations, where, {"state": state.value, "changed_at": at})


def _places(entries: Sequence[Entry], action: Action) -> set[str]:
    """The keys of the places that steps of one kind are about."""
    return {entry.step_key for entry in entries if entry.step_key and entry.stage and entry.stage.action is action}


def _is_there(entry: Entry) -> bool:
    """Whether what a failed step left was seen; where the VIM could not be asked the reservation stays."""
    return entry.resource is not None and entry.resource.state is not ResourceState.UNKNOWN


def _is(state: ReservationState) -> Condition:
    return reservations.c.state == state.value


def _is_not(state: ReservationState) -> Condition:
    return reservations.c.state != state.value
