"""What of a world is in use, what its tenant may use, and the refusal of what would go beyond.

Everything that is there counts, of whatever VNF and whoever made it, until it is gone: also what is BROKEN or DELETING,
as in real clouds. A server counts what its flavor gave it. `knobs.limit` sets the limits.
"""

import sqlite3

from manoflow.domain.capacity import Amounts, Measure
from manoflow.domain.cloud import NewResource
from manoflow.domain.errors import QuotaError

_COUNTED: dict[str, dict[Measure, str]] = {
    "servers": {Measure.SERVERS: "count(*)", Measure.VCPUS: "sum(vcpus)", Measure.MEMORY_MIB: "sum(memory_mib)"},
    "storages": {Measure.STORAGES: "count(*)", Measure.STORAGE_GIB: "sum(size_gib)"},
    "virtual_links": {Measure.VIRTUAL_LINKS: "count(*)"},
    "ports": {Measure.PORTS: "count(*)"},
    "placement_groups": {Measure.PLACEMENT_GROUPS: "count(*)"},
}
"""The kinds that count, and how."""


def limits(world: sqlite3.Connection) -> Amounts:
    """What is limited at all."""
    return {Measure(row["measure"]): row["amount"] for row in world.execute("SELECT * FROM limits ORDER BY measure")}


def used(world: sqlite3.Connection) -> Amounts:
    """What is in use, by every measure."""
    amounts: Amounts = {}
    for kind in _COUNTED:
        amounts |= _used(world, kind)
    return amounts


def refuse_beyond(world: sqlite3.Connection, kind: str, new: NewResource) -> None:
    """Raise `QuotaError` where a resource that was just put in is more than a limit allows."""
    limited, amounts = limits(world), _used(world, kind)
    for measure, amount in amounts.items():
        if amount > limited.get(measure, amount):
            raise QuotaError(
                f"cannot make {new.name} ({new.uid}): {measure} would be {amount}, the quota is {limited[measure]};"
                " free some or raise the quota"
            )


def _used(world: sqlite3.Connection, kind: str) -> Amounts:
    counted = _COUNTED.get(kind, {})
    if not counted:
        return {}
    row = world.execute(f"SELECT {', '.join(counted.values())} FROM {kind}").fetchone()  # noqa: S608 - names of ours
    return {measure: amount or 0 for measure, amount in zip(counted, row, strict=True)}
