"""What an update in place does to the inventory: done, left half-way, undone, and of what is gone meanwhile."""

import pytest

from manoflow.domain.cloud import ResourceState
from manoflow.domain.diff import Action
from manoflow.domain.journal import Entry
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.plan import BuildRef, PlannedStep, UndoClass
from manoflow.domain.resources import Resource
from manoflow.domain.topology import Element
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run
from tests.adapters.records.test_effects_of_operations import instantiated
from tests.builders import deletion

AFTER = {"mtu": 1400}


def update(row: Resource) -> PlannedStep:
    """The step that changes a recorded resource."""
    step = deletion(row).step.model_copy(update={"action": Action.UPDATE})
    after = row.element.model_copy(update=AFTER)
    return PlannedStep(
        action=Action.UPDATE, step=step, element=after, before=row.element, undo_class=UndoClass.REVERSIBLE
    )


class Updating:
    """An operation that updates the one resource there is."""

    def __init__(self, records: Records, run: Run, row: Resource, build: BuildRef) -> None:
        self.records, self.run, self.row, self.build = records, run, row, build
        self.changed = row.observed.model_copy(update={"detail": "changed"})

    def entry(self, *, gone: bool = False) -> Entry:
        (stage,) = self.build.stages
        resource = None if gone else self.changed
        return Entry(key=f"{stage.name}:{self.row.key}", stage=stage, step_key=self.row.key, resource=resource)

    async def recorded(self) -> tuple[Element, str | None]:
        (row,) = await self.records.resources(self.run.occurrence.vnf_instance_id)
        assert (row.uid, row.lcm_op_occ_id) == (self.row.uid, self.row.lcm_op_occ_id)
        assert row.observed.state is ResourceState.READY
        return row.element, row.observed.detail


@pytest.fixture
async def updating(records: Records, instance: VnfInstance) -> Updating:
    await instantiated(records, instance, "internal")
    (row,) = await records.resources(instance.id)
    run = await Run.begin(records, instance, LcmOperationType.OPERATE)
    return Updating(records, run, row, await run.build([update(row)]))


async def test_what_is_updated_stays_and_is_recorded_as_it_is_now(updating: Updating) -> None:
    await updating.run.write(done=[updating.entry()])
    assert await updating.recorded() == (updating.row.element.model_copy(update=AFTER), "changed")
    (affected,) = await updating.records.affected(updating.run.occurrence.id)
    assert (affected.change, affected.uid) == ("MODIFIED", updating.row.uid)


async def test_what_was_left_half_way_is_recorded_as_it_was_seen(updating: Updating) -> None:
    await updating.run.write(left=(updating.entry(),))
    assert await updating.recorded() == (updating.row.element, "changed")
    assert await updating.records.affected(updating.run.occurrence.id) == []


@pytest.mark.parametrize("gone", [False, True])
async def test_what_is_undone_is_to_be_as_it_was_before(updating: Updating, *, gone: bool) -> None:
    await updating.run.write(done=[updating.entry()])
    updating.changed = updating.changed.model_copy(update={"detail": "restored"})
    await updating.run.write(struck=[updating.entry(gone=gone)])
    assert await updating.recorded() == (updating.row.element, "changed" if gone else "restored")
    assert await updating.records.affected(updating.run.occurrence.id) == []


async def test_of_what_is_gone_the_last_look_stays_recorded(updating: Updating) -> None:
    await updating.run.write(done=[updating.entry(gone=True)])
    assert await updating.recorded() == (updating.row.element.model_copy(update=AFTER), None)
