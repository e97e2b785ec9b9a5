"""Who uses a registered VIM: what stands in the way of taking it away, or of leading its id to another cloud.

Part of `vims`. An instance uses the VIM that it is in and those that it names, an open operation that for which it is
planned, and before it is planned what its request leads to (`manoflow.domain.targets.asking`).
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_instance
from manoflow.adapters.records.rows import model_of
from manoflow.adapters.records.tables import instances, is_open, occurrences, plans, reservations, resources, vims
from manoflow.domain.capacity import ReservationState
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.targets.asking import vims_asked_for
from manoflow.domain.vim import Vim

TOLD = 5
"""So many of a kind are told by name."""


async def obstacle_in_use(tx: Transaction, vim_connection_id: str) -> str | None:
    """Say who uses it and what to do, or None where nobody does."""
    in_it = await _instances(tx, vim_connection_id)
    working = await _operations(tx, vim_connection_id)
    told = [*_some(in_it, "VNF instances"), *_some(working, "operations")]
    if not told:
        return None
    ends = "end those operations" if working else ""
    leave = "terminate those instances, and take it out of their vimConnectionInfo" if in_it else ""
    return f"{'; '.join(told)}; {' and '.join(way for way in (ends, leave) if way)} first"


async def _instances(tx: Transaction, vim_connection_id: str) -> list[str]:
    """Instances that have something there, that are instantiated there, or that name it."""
    count = func.count().label("count")
    there = select(resources.c.vnf_instance_id, count).where(resources.c.vim_connection_id == vim_connection_id)
    grouped = await tx.read(there.group_by(resources.c.vnf_instance_id), resources)
    users = {row["vnf_instance_id"]: f"has resources in it ({row['count']})" for row in grouped}
    place = instances.c.state["vimConnectionId"].label("place")
    for row in await tx.read(select(instances.c.id, instances.c.vim_connection_info, place), instances):
        if row["place"] == vim_connection_id:
            users.setdefault(row["id"], "is instantiated in it")
        elif vim_connection_id in row["vim_connection_info"]:
            users.setdefault(row["id"], "names it in vimConnectionInfo")
    return [f"VNF instance {user} {how}" for user, how in users.items()]


async def _operations(tx: Transaction, vim_connection_id: str) -> list[str]:
    """Open operations that are going on in it, or are going to."""
    held = await _held(tx, vim_connection_id)
    place = plans.c.body["vimConnectionId"].label("place")
    named = plans.c.body[("modification", "vimConnectionInfo")].label("named")
    statement = select(occurrences, place, named).outerjoin(plans, plans.c.id == occurrences.c.plan_id).where(is_open)
    rows = await tx.read(statement.order_by(occurrences.c.serial), occurrences)
    registered = [model_of(Vim, row, default=row["is_default"]) for row in await tx.rows(vims)] if rows else []
    return [
        _operation(row, held)
        for row in rows
        if row["id"] in held or vim_connection_id in await _used_by(tx, row, registered)
    ]


async def _used_by(tx: Transaction, row: RowMapping, registered: Sequence[Vim]) -> frozenset[str]:
    if row["plan_id"] is not None:
        named = {name for name, info in (row["named"] or {}).items() if info is not None}
        return frozenset({*named, row["place"]})
    occurrence = model_of(VnfLcmOpOcc, row)
    return vims_asked_for(occurrence, await find_instance(tx, occurrence.vnf_instance_id), registered)


async def _held(tx: Transaction, vim_connection_id: str) -> dict[UUID, int]:
    """How many places each operation has reserved in it."""
    count = func.count().label("count")
    in_vim = reservations.c.vim_connection_id == vim_connection_id
    kept = reservations.c.state != ReservationState.RELEASED.value
    statement = select(reservations.c.lcm_op_occ_id, count).where(in_vim, kept).group_by(reservations.c.lcm_op_occ_id)
    return {row["lcm_op_occ_id"]: row["count"] for row in await tx.read(statement, reservations)}


def _operation(row: RowMapping, held: dict[UUID, int]) -> str:
    what = f"operation {row['id']} ({row['operation']}, {row['operation_state']}) of VNF instance"
    places = held.get(row["id"])
    return f"{what} {row['vnf_instance_id']} works in it" + (f" (reservations: {places})" if places else "")


def _some(users: Sequence[str], kind: str) -> list[str]:
    more = len(users) - TOLD
    return [*users[:TOLD], *([f"{more} more {kind}"] if more > 0 else [])]
