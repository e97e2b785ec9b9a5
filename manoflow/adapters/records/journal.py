"""The journal of an occurrence, and the inventory that follows from it.

A creation that is done puts its resource into the inventory, a deletion takes it out, an update changes it; striking
does the opposite. What a deletion took out stays readable in the journal, so an occurrence can always say what it has
changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from manoflow.adapters.records.engine import Condition, Transaction
from manoflow.adapters.records.rows import model_of, row_of, wire
from manoflow.adapters.records.tables import build_steps, journal, resources
from manoflow.domain.cloud import VimResource
from manoflow.domain.diff import Action
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.journal import Entry, Journal, Projection
from manoflow.domain.plan import PlannedStep
from manoflow.domain.resources import AffectedResource, Resource

StepRef = tuple[UUID, Action, str]
"""A step: its build, what it does, its key."""

_CHANGES = {Action.CREATE: "ADDED", Action.DELETE: "REMOVED", Action.UPDATE: "MODIFIED"}


async def journal_of(tx: Transaction, lcm_op_occ_id: UUID) -> Journal:
    """The keys of what is done, in the order in which it was recorded, and the values of decisions."""
    rows = await tx.rows(journal, journal.c.lcm_op_occ_id == lcm_op_occ_id)
    return Journal(
        done=tuple(row["key"] for row in rows),
        values={row["key"]: row["value"] for row in rows if row["build_id"] is None},
    )


async def affected_resources(tx: Transaction, lcm_op_occ_id: UUID) -> Sequence[AffectedResource]:
    """The steps in the journal, each as the change it made."""
    rows = await tx.rows(journal, journal.c.lcm_op_occ_id == lcm_op_occ_id, journal.c.build_id.is_not(None))
    refs: list[StepRef] = [(row["build_id"], Action(row["action"]), row["step_key"]) for row in rows]
    steps = await _steps(tx, refs)
    return [_affected(steps[ref], row["resource"]) for ref, row in zip(refs, rows, strict=True)]


async def write_effects(tx: Transaction, projection: Projection) -> None:
    """Strike what was undone or is gone, then enter what is done."""
    if projection.struck:
        await _strike(tx, projection)
    if projection.done:
        await _enter(tx, projection)
    if projection.left:
        await _own(tx, projection, [entry for entry in projection.left if _action(entry) is not Action.UPDATE])
        await _change(tx, projection, [entry for entry in projection.left if _action(entry) is Action.UPDATE])


async def _strike(tx: Transaction, projection: Projection) -> None:
    steps = await _steps(tx, _refs(projection.struck))
    made = [planned.step.uid for planned in steps.values() if planned.action is Action.CREATE]
    await _forget(tx, projection, projection.struck)
    await tx.delete(resources, _own_rows(projection), resources.c.uid.in_(made))
    remade = [entry for entry in projection.struck if entry.resource is not None]
    await _own(tx, projection, [entry for entry in remade if _action(entry) is Action.DELETE])
    await _change(tx, projection, [entry for entry in projection.struck if _action(entry) is Action.UPDATE], "before")


async def _enter(tx: Transaction, projection: Projection) -> None:
    steps = await _steps(tx, _refs(projection.done))
    touched = _own_rows(projection) & resources.c.uid.in_([planned.step.uid for planned in steps.values()])
    last_seen = {row["uid"]: row["observed"] for row in await tx.rows(resources, touched)}
    await _forget(tx, projection, projection.done)
    entered = [_journal_row(projection, entry, steps, last_seen) for entry in projection.done]
    await tx.insert(journal, *entered, taken=f"cannot enter in the journal of {projection.lcm_op_occ_id}: a key twice")
    gone = [planned.step.uid for planned in steps.values() if planned.action is Action.DELETE]
    await tx.delete(resources, _own_rows(projection), resources.c.uid.in_(gone))
    await _own(tx, projection, [entry for entry in projection.done if _action(entry) is Action.CREATE])
    await _change(tx, projection, [entry for entry in projection.done if _action(entry) is Action.UPDATE], "element")


async def _own(tx: Transaction, projection: Projection, entries: Sequence[Entry]) -> None:
    """Put what was made into the inventory, in the place of what was known of it before."""
    steps = await _steps(tx, _refs(entries))
    made = [_resource(projection, entry, steps[ref]) for entry in entries if (ref := _ref(entry))]
    if made:
        uids = [resource.uid for resource in made]
        await tx.delete(resources, _own_rows(projection), resources.c.uid.in_(uids))
        rows = [row_of(resource, resources) for resource in made]
        await tx.insert(resources, *rows, taken=f"cannot record resources of {projection.lcm_op_occ_id}: a uid twice")


async def _change(
    tx: Transaction, projection: Projection, entries: Sequence[Entry], becomes: str | None = None
) -> None:
    """Write what became of resources that stay; `becomes`: the attribute of their steps that says what they are now.

    Of one that is gone, what was last seen stays recorded.
    """
    for ref, planned in (await _steps(tx, _refs(entries))).items():
        observed = next(entry.resource for entry in entries if _ref(entry) == ref)
        changes: dict[str, object] = {"observed": wire(observed), "observed_at": projection.at} if observed else {}
        if becomes is not None:
            changes["element"] = wire(getattr(planned, becomes))
        await tx.update(resources, _own_rows(projection) & (resources.c.uid == planned.step.uid), changes)


def _own_rows(projection: Projection) -> Condition:
    """Those of the VNF instance: an image's uid is in others' rows as well."""
    return resources.c.vnf_instance_id == projection.vnf_instance_id


async def _forget(tx: Transaction, projection: Projection, entries: Iterable[Entry]) -> None:
    keys = journal.c.key.in_([entry.key for entry in entries])
    await tx.delete(journal, journal.c.lcm_op_occ_id == projection.lcm_op_occ_id, keys)


async def _steps(tx: Transaction, refs: Iterable[StepRef]) -> Mapping[StepRef, PlannedStep]:
    """The planned steps that are referred to. Raises `NotFoundError` for one that its build does not have."""
    wanted: dict[tuple[UUID, Action], list[str]] = defaultdict(list)
    for build_id, action, key in refs:
        wanted[build_id, action].append(key)
    steps: dict[StepRef, PlannedStep] = {}
    for (build_id, action), keys in wanted.items():
        half = (build_steps.c.build_id == build_id, build_steps.c.action == action.value)
        rows = await tx.rows(build_steps, *half, build_steps.c.key.in_(keys))
        steps.update({(build_id, action, row["key"]): model_of(PlannedStep, row) for row in rows})
        missing = [key for key in keys if (build_id, action, key) not in steps]
        if missing:
            raise NotFoundError(f"cannot find step {action} {missing[0]} in build {build_id}")
    return steps


def _refs(entries: Iterable[Entry]) -> list[StepRef]:
    return [ref for entry in entries if (ref := _ref(entry))]


def _ref(entry: Entry) -> StepRef | None:
    """The step that an entry is about; None for a decision."""
    if entry.stage is None:
        return None
    if entry.step_key is None:
        raise InvalidInputError(f"cannot record {entry.key}: it names stage {entry.stage.name} but no step of it")
    return entry.stage.build_id, entry.stage.action, entry.step_key


def _action(entry: Entry) -> Action | None:
    return entry.stage.action if entry.stage else None


def _journal_row(
    projection: Projection,
    entry: Entry,
    steps: Mapping[StepRef, PlannedStep],
    last_seen: Mapping[UUID, object],
) -> dict[str, object]:
    ref = _ref(entry)
    planned = steps[ref] if ref else None
    seen = last_seen.get(planned.step.uid) if planned else None
    return {
        "lcm_op_occ_id": projection.lcm_op_occ_id,
        "key": entry.key,
        "build_id": ref[0] if ref else None,
        "action": planned.action if planned else None,
        "kind": planned.step.kind if planned else None,
        "step_key": entry.step_key,
        "value": entry.value,
        "resource": wire(entry.resource) or seen,
    }


def _resource(projection: Projection, entry: Entry, planned: PlannedStep) -> Resource:
    if entry.resource is None:
        raise InvalidInputError(f"cannot record {entry.key}: a creation that is done must tell what it made")
    step = planned.step
    return Resource(
        uid=step.uid,
        key=step.key,
        kind=step.kind,
        vnf_instance_id=projection.vnf_instance_id,
        lcm_op_occ_id=projection.lcm_op_occ_id,
        vim_connection_id=step.vim_connection_id,
        vim_id=entry.resource.vim_id,
        element=planned.element,
        observed=entry.resource,
        observed_at=projection.at,
    )


def _affected(planned: PlannedStep, observed: object) -> AffectedResource:
    seen = VimResource.model_validate(observed) if observed is not None else None
    step = planned.step
    return AffectedResource(
        change=_CHANGES[planned.action],
        uid=step.uid,
        key=step.key,
        kind=step.kind,
        vim_connection_id=step.vim_connection_id,
        vim_id=seen.vim_id if seen else step.vim_id,
        element=planned.element,
        observed=seen,
    )
