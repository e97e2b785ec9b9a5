"""Whether anything recorded names content (the method `Packages.content_in_use`).

What is taken for unused is removed for good, so a column need not be known for what it means: content is in use as long
as its digest is written anywhere in a package, an instance, a resource, or a plan or build of an open occurrence. All
tenants count, they share the folder of content.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, Text, cast, literal, or_, select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.tables import build_steps, builds, instances, is_open, occurrences, packages, plans
from manoflow.adapters.records.tables import resources as recorded

Found = Select[tuple[int]]


class ContentUseRecords(Part):
    """What the folder of content asks before it forgets."""

    async def content_in_use(self, digests: Collection[str]) -> frozenset[str]:
        """Those of these digests that are named, all seen at one moment."""
        async with self._database.reading() as tx:
            return frozenset([digest for digest in digests if await _is_named(tx, digest)])


async def _is_named(tx: Transaction, digest: str) -> bool:
    """Packages and instances name almost all content there is; the rest is looked through where they do not."""
    for places in (_in_packages(digest), _in_instances(digest), _in_resources(digest), *_in_open_operations(digest)):
        if await tx.read_all_tenants(places.limit(1)):
            return True
    return False


def _in_packages(digest: str) -> Found:
    return _one().where(_names(digest, packages.c.content, packages.c.upload))


def _in_instances(digest: str) -> Found:
    return _one().where(_names(digest, instances.c.state))


def _in_resources(digest: str) -> Found:
    return _one().where(_names(digest, recorded.c.element))


def _in_open_operations(digest: str) -> tuple[Found, Found]:
    planned = _one().select_from(plans).join(occurrences, occurrences.c.id == plans.c.lcm_op_occ_id)
    built = (
        _one()
        .select_from(build_steps)
        .join(builds, builds.c.id == build_steps.c.build_id)
        .join(occurrences, occurrences.c.id == builds.c.lcm_op_occ_id)
    )
    return (
        planned.where(is_open, _names(digest, plans.c.body)),
        built.where(is_open, _names(digest, build_steps.c.step, build_steps.c.element)),
    )


def _one() -> Found:
    return select(literal(1))


def _names(digest: str, *columns: ColumnElement[object]) -> ColumnElement[bool]:
    """A digest has no letter that has a meaning in a pattern."""
    return or_(*(cast(column, Text).contains(digest) for column in columns))
