"""Projections: written once, in turn, by the run that holds the claim, completely or not at all."""

from uuid import uuid4

import pytest

from manoflow.domain.diff import Action
from manoflow.domain.errors import ConflictError, InvalidInputError, NotFoundError
from manoflow.domain.journal import Entry, Projection
from manoflow.domain.lcm import LcmOperationState, ProblemDetails, VnfLcmOpOcc
from manoflow.domain.plan import StageRef
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import RUN_ID, Run, entries, notified
from tests.builders import creation, entry_of, occurrence_of, projection_of, virtual_link

BROKEN = ProblemDetails(status=500, detail="cannot make it")


async def everything(run: Run, url: str) -> tuple[VnfLcmOpOcc, object, object, object]:
    """All that a projection may change."""
    records, instance = run.records, run.occurrence.vnf_instance_id
    claimed = await run.claim()
    return await run.read(), claimed.journal, await records.resources(instance), await notified(url)


async def test_a_projection_written_twice_is_written_once(records: Records, url: str, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    build = await run.build([step])
    await run.enter(LcmOperationState.PROCESSING, done=entries(build, [step]))
    written = await everything(run, url)
    assert run.last is not None
    await records.project(run.last)
    assert await everything(run, url) == written
    assert await notified(url) == [(1, "START", "STARTING"), (2, "START", "PROCESSING")]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"rev": 2}, "it is recorded with other content"),
        ({"rev": 1}, "the last one recorded is 2"),
        ({"rev": 4}, "the last one recorded is 2"),
        ({"first_execution_run_id": "run-2"}, "by execution run-2: execution run-1 has claimed it"),
    ],
    ids=["other content", "too old", "too new", "foreign"],
)
async def test_a_projection_out_of_turn_is_refused(
    records: Records, url: str, instance: VnfInstance, changes: dict[str, object], reason: str
) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.PROCESSING)
    written = await everything(run, url)
    wrong = projection_of(run.occurrence, 3, done=(Entry(key="more"),)).model_copy(update=changes)
    with pytest.raises(ConflictError, match=f"cannot write revision {wrong.rev} of operation.*{reason}"):
        await records.project(wrong)
    assert await everything(run, url) == written


async def test_nothing_is_written_after_the_end(records: Records, url: str, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.COMPLETED)
    with pytest.raises(ConflictError, match="it has ended in state COMPLETED"):
        await run.enter(LcmOperationState.PROCESSING)
    assert run.last is not None
    assert (await run.read()).operation_state is LcmOperationState.COMPLETED
    assert [state for _, _, state in await notified(url)] == ["STARTING", "PROCESSING", "COMPLETED"]


async def test_an_operation_that_nobody_claimed_takes_no_projection(records: Records, instance: VnfInstance) -> None:
    run = Run(records, occurrence_of(instance))
    with pytest.raises(NotFoundError, match=str(run.occurrence.id)):
        await run.enter(LcmOperationState.PROCESSING)
    await records.admit(run.occurrence)
    with pytest.raises(ConflictError, match="nobody has claimed it"):
        await run.enter(LcmOperationState.PROCESSING)
    assert (await run.read()).operation_state is LcmOperationState.STARTING


async def test_a_projection_with_one_wrong_effect_writes_none_of_it(
    records: Records, url: str, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    right, unplanned = creation(run.occurrence, "right"), creation(run.occurrence, "unplanned")
    build = await run.build([right])
    written = await everything(run, url)
    with pytest.raises(NotFoundError, match=r"cannot find step create vl/unplanned in build"):
        await run.enter(LcmOperationState.PROCESSING, done=entries(build, [right]) + entries(build, [unplanned]))
    assert await everything(run, url) == written


@pytest.mark.parametrize("missing", ["resource", "step_key"])
async def test_an_entry_that_says_too_little_is_refused(records: Records, instance: VnfInstance, missing: str) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    (entry,) = entries(await run.build([step]), [step])
    with pytest.raises(InvalidInputError, match="cannot record create vl:vl/internal"):
        await run.write(done=[entry.model_copy(update={missing: None})])


async def test_why_it_failed_stays_until_it_has_completed(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    seen = []
    for state, error in (
        (LcmOperationState.FAILED_TEMP, BROKEN),
        (LcmOperationState.PROCESSING, None),
        (LcmOperationState.FAILED_TEMP, None),
        (LcmOperationState.ROLLING_BACK, None),
        (LcmOperationState.FAILED_TEMP, BROKEN.model_copy(update={"detail": "cannot undo it"})),
        (LcmOperationState.PROCESSING, None),
        (LcmOperationState.COMPLETED, BROKEN),
    ):
        await run.enter(state, error=error)
        shown = (await run.read()).error
        seen.append(shown.detail if shown else None)
    assert seen == ["cannot make it"] * 4 + ["cannot undo it"] * 2 + [None]


@pytest.mark.parametrize("final", [LcmOperationState.FAILED, LcmOperationState.ROLLED_BACK])
async def test_why_it_failed_stays_when_it_ended_so(
    records: Records, instance: VnfInstance, final: LcmOperationState
) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.FAILED_TEMP, error=BROKEN)
    await run.enter(final)
    assert (await run.read()).error == BROKEN


async def test_verdict_and_point_of_no_return_stay(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    verdict = uuid4()
    await run.write(point_of_no_return="delete vnfc")
    await run.enter(LcmOperationState.PROCESSING, verdict_id=verdict)
    await run.write(done=[Entry(key="plan")])
    recorded = await run.read()
    assert (recorded.point_of_no_return, recorded.verdict_id) == ("delete vnfc", verdict)
    assert (recorded.operation_state, recorded.rev) == (LcmOperationState.PROCESSING, 4)


async def test_every_state_change_is_announced_and_nothing_else(
    records: Records, url: str, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.PROCESSING)
    await run.write(done=[Entry(key="plan")])
    await run.enter(LcmOperationState.FAILED_TEMP, error=BROKEN)
    await run.enter(LcmOperationState.ROLLING_BACK)
    await run.enter(LcmOperationState.ROLLED_BACK)
    assert await notified(url) == [
        (1, "START", "STARTING"),
        (2, "START", "PROCESSING"),
        (4, "RESULT", "FAILED_TEMP"),
        (5, "START", "ROLLING_BACK"),
        (6, "RESULT", "ROLLED_BACK"),
    ]


async def test_a_release_that_knows_more_fields_repeats_what_an_older_one_wrote(
    records: Records, instance: VnfInstance
) -> None:
    class NewerProjection(Projection):
        reviewed_by: str | None = None

    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.PROCESSING)
    assert run.last is not None
    await records.project(NewerProjection.model_validate(run.last.model_dump()))
    assert (await run.read()).rev == 2


async def test_a_step_of_a_build_that_was_never_recorded_is_refused(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    stage = StageRef(build_id=uuid4(), action=Action.CREATE, kind=virtual_link("internal").kind, count=1)
    with pytest.raises(NotFoundError, match=f"in build {stage.build_id}"):
        await run.write(struck=[entry_of(stage, step.step)])
    assert (await records.occurrence(run.occurrence.id)).first_execution_run_id == RUN_ID


async def test_the_last_projection_may_be_repeated_after_the_identifier_is_gone(
    records: Records, instance: VnfInstance
) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.ROLLED_BACK)
    await records.delete_instance(instance.id)
    assert run.last is not None
    await records.project(run.last)
    assert (await run.read()).operation_state is LcmOperationState.ROLLED_BACK
