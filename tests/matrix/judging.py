"""What a cell must show once nothing moves: the record is the world, nothing is there twice, all was told in order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from temporalio.client import WorkflowExecutionStatus

from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.tables import notifications
from manoflow.adapters.vim.fake.ledger import journal, made_more_than_once
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import FINAL_STATES, InstantiationState, LcmOperationState, VnfLcmOpOcc
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.domain.vnf import VnfInstance
from tests.stand import Stand

LOOK_AGAIN = 0.05
_S = LcmOperationState
FOLLOWS = {
    None: {_S.STARTING},
    _S.STARTING: {_S.PROCESSING, _S.ROLLED_BACK},
    _S.PROCESSING: {_S.COMPLETED, _S.FAILED_TEMP},
    _S.FAILED_TEMP: {_S.PROCESSING, _S.ROLLING_BACK, _S.FAILED},
    _S.ROLLING_BACK: {_S.ROLLED_BACK, _S.FAILED_TEMP},
}
"""Which state may be announced after which (SOL003 clause 5.6.2)."""


@dataclass(frozen=True)
class Scene:
    """A VNF instance at one moment, in the cloud and in the record."""

    world: tuple[tuple[str, str, UUID | None], ...]
    """Kind, VIM id and uid of everything in the cloud that is tagged as this instance's, and of the images it uses."""
    recorded: tuple[tuple[str, UUID], ...]
    """VIM id and uid of everything that the record says it owns."""
    instantiation_state: InstantiationState

    @property
    def kinds(self) -> Counter[str]:
        """How many of each kind there are in the cloud."""
        return Counter(kind for kind, _, _ in self.world)


async def scene(bench: Stand, instance: VnfInstance) -> Scene:
    """Look."""
    driver = await bench.vims.driver(bench.vim)
    rows = await bench.records.resources(instance.id)
    used = {row.uid for row in rows if row.kind is Kind.IMAGE}
    tagged = [one for one in await driver.tagged() if one.vnf_instance_id == instance.id or one.uid in used]
    return Scene(
        world=tuple(sorted((one.kind, one.vim_id, one.uid) for one in tagged)),
        recorded=tuple(sorted((row.vim_id, row.uid) for row in rows)),
        instantiation_state=(await bench.records.instance(instance.id)).instantiation_state,
    )


@dataclass(frozen=True)
class Expected:
    """How a cell has to end."""

    state: LcmOperationState
    before: Scene
    completed: Scene
    """What a run that nobody struck made of another instance."""
    twins_may_have_been: bool
    """Two workers were at it at once: one more may have been made, as long as it is gone."""


async def wrong(bench: Stand, occurrence: VnfLcmOpOcc, expected: Expected) -> list[str]:
    """Everything that is not as it must be; empty is what we want."""
    instance = await bench.records.instance(occurrence.vnf_instance_id)
    now = await scene(bench, instance)
    if occurrence.operation_state is not expected.state:
        return [f"it is {occurrence.operation_state}, not {expected.state}: {occurrence.error}"]
    return [
        *_of_the_world(now),
        *([] if expected.twins_may_have_been else made_twice(bench, instance)),
        *_of_the_end(now, expected),
        *await _of_announcements(bench, occurrence),
        *await _still_open(bench, instance),
    ]


def _of_the_world(now: Scene) -> list[str]:
    there, owned = {(vim_id, uid) for _, vim_id, uid in now.world}, set(now.recorded)
    orphans = [f"orphan: {kind} {vim_id} ({uid})" for kind, vim_id, uid in now.world if (vim_id, uid) not in owned]
    missing = [f"recorded, but not there: {vim_id} ({uid})" for vim_id, uid in sorted(owned - there, key=str)]
    times = Counter((kind, uid) for kind, _, uid in now.world)
    duplicates = [f"duplicate: {kind} {uid} x{count}" for (kind, uid), count in times.items() if count > 1]
    return [*orphans, *missing, *duplicates]


def made_twice(bench: Stand, instance: VnfInstance) -> list[str]:
    """What was created more than once, even if only one of it is left."""
    mine = {entry.uid for entry in journal(bench.world, "*.create") if entry.name.startswith(instance.short_name)}
    return [f"made more than once: {call} {uid}" for call, uid in made_more_than_once(bench.world) if uid in mine]


def _of_the_end(now: Scene, expected: Expected) -> list[str]:
    before, completed = expected.before, expected.completed
    if expected.state is LcmOperationState.ROLLED_BACK:
        return [] if now == before else [f"after the rollback it is {now}, before it was {before}"]
    if expected.state is LcmOperationState.FAILED:
        owns_something = now.instantiation_state is InstantiationState.INSTANTIATED
        return [] if owns_something is bool(now.recorded) else [f"{now.instantiation_state} owns {now.recorded}"]
    if (now.kinds, now.instantiation_state) != (completed.kinds, completed.instantiation_state):
        return [f"completed as {now}, where one that nobody struck is {completed}"]
    return []


async def _of_announcements(bench: Stand, occurrence: VnfLcmOpOcc) -> list[str]:
    told = await announced(bench, occurrence.id)
    revs = [rev for rev, _ in told]
    states = [state for _, state in told]
    wrong = [
        f"{after} announced after {before}"
        for before, after in zip([None, *states], states, strict=False)
        if after not in FOLLOWS.get(before, set())
    ]
    if revs != sorted(set(revs)) or not revs or revs[0] != 1:
        wrong.append(f"revisions announced as {revs}")
    if not told or told[-1] != (occurrence.rev, occurrence.operation_state):
        wrong.append(f"announced last {told[-1:]}, recorded {occurrence.rev}, {occurrence.operation_state}")
    return wrong


async def announced(bench: Stand, lcm_op_occ_id: UUID) -> Sequence[tuple[int, LcmOperationState]]:
    """Revision and state of every notification of an occurrence, in the order in which they are sent."""
    database = Database(bench.database_url, DEFAULT_TENANT)
    try:
        async with database.reading() as tx:
            rows = await tx.rows(notifications, notifications.c.lcm_op_occ_id == lcm_op_occ_id)
    finally:
        await database.close()
    return [(row["rev"], LcmOperationState(row["body"]["operationState"])) for row in rows]


async def _still_open(bench: Stand, instance: VnfInstance) -> list[str]:
    all_of_it = await bench.records.occurrences(instance.id)
    left = [f"still open: {one.operation} {one.id}" for one in all_of_it if one.operation_state not in FINAL_STATES]
    return [*left, *([] if await _closes(bench, instance) else ["its workflow does not end in Temporal"])]


async def _closes(bench: Stand, instance: VnfInstance) -> bool:
    """The record knows the end first; a workflow whose last task was lost with its worker closes seconds later."""
    deadline = monotonic() + bench.patience
    handle = bench.client.get_workflow_handle(bench.history_id(instance))
    while (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
        if monotonic() > deadline:
            return False
        await asyncio.sleep(LOOK_AGAIN)
    return True
