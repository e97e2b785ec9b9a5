"""Content that nothing recorded names is removed, a day after it was wanted last; nobody who needs content loses it."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from pathlib import Path
from time import time
from uuid import UUID, uuid4

import pytest

from activities.boot_data import keep
from activities.shelf import Shelf
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.boot_data import BootData
from manoflow.domain.lcm import LcmOperationState
from manoflow.domain.packages import OnboardingState, OperationalState, Upload, VnfPackage
from manoflow.domain.upkeep import Anomaly, Report
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from manoflow.upkeep.content import AT_ONCE, LOOK_AFTER, REMOVE_AFTER, ContentSweep
from tests.adapters.records.run import Run, entries
from tests.builders import INSTANTIATED, creation, plan_of
from tests.reference import NOW, reference_instance, reference_package

DATA = BootData(user_data="hello")
DIGEST = DATA.reference
OLD, RATHER_OLD = REMOVE_AFTER + 60, LOOK_AFTER + 60


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    """With the reference package."""
    opened = open_records(database_url, generate_key())
    await opened.add_package(reference_package())
    yield opened
    await opened.close()


@pytest.fixture
async def instance(records: Records) -> VnfInstance:
    recorded = reference_instance("one")
    await records.add_instance(recorded)
    return recorded


@pytest.fixture
def artifacts(tmp_path: Path) -> FileArtifacts:
    return FileArtifacts(tmp_path / "artifacts")


def aged(artifacts: FileArtifacts, digest: str, seconds: float = OLD) -> None:
    """Content as if it had been wanted last so long ago."""
    path = artifacts.path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time() - seconds, time() - seconds))


def there(artifacts: FileArtifacts, digest: str = DIGEST) -> bool:
    return artifacts.path(digest).exists()


async def sweep(records: Records, artifacts: FileArtifacts) -> None:
    """Once through all folders."""
    sweeper = ContentSweep(records, artifacts)
    for _ in range(1 + len(list((artifacts.path(DIGEST).parents[1]).glob("*")))):
        await sweeper.once()


async def package(records: Records, **changes: object) -> None:
    content = reference_package().content
    assert content
    vnfd = content.vnfd.model_copy(update={"id": "another"})
    named = content.model_copy(update={"digest": DIGEST, "vnfd": vnfd})
    made = VnfPackage(id=uuid4(), created_at=NOW, onboarding_state=OnboardingState.ONBOARDED, content=named)
    await records.add_package(made.model_copy(update=changes))


async def a_package(records: Records, _instance: VnfInstance) -> None:
    await package(records)


async def an_upload(records: Records, _instance: VnfInstance) -> None:
    content = reference_package().content
    assert content
    upload = Upload(id=uuid4(), heard_of_at=NOW, content=content.model_copy(update={"digest": DIGEST}))
    await package(records, content=None, upload=upload, onboarding_state=OnboardingState.PROCESSING)


async def a_plan(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    outcome = INSTANTIATED.model_copy(update={"boot_data": {"app": DIGEST}})
    await records.save_plan(plan_of(run.occurrence, outcome))


async def a_build(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.build([creation(run.occurrence, DIGEST)])


async def an_instance(records: Records, instance: VnfInstance) -> None:
    await records.delete_instance(instance.id)
    state = INSTANTIATED.model_copy(update={"boot_data": {"app": DIGEST}})
    await records.add_instance(instance.model_copy(update={"state": state}))


async def a_resource(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    made = [creation(run.occurrence, DIGEST)]
    await records.save_plan(plan_of(run.occurrence))
    await run.write(done=entries(await run.build(made), made))
    await run.enter(LcmOperationState.COMPLETED)


Naming = Callable[[Records, VnfInstance], Awaitable[None]]


@pytest.mark.parametrize(
    "naming", [a_package, an_upload, a_plan, a_build, an_instance, a_resource], ids=lambda naming: naming.__name__
)
async def test_what_anything_names_stays(
    records: Records, artifacts: FileArtifacts, instance: VnfInstance, naming: Naming
) -> None:
    await naming(records, instance)
    aged(artifacts, DIGEST)
    await sweep(records, artifacts)
    assert there(artifacts)
    (age,) = (await artifacts.stored("")).values()
    assert age < 60, "it is not looked for again soon"


async def test_what_nothing_names_goes_a_day_after_it_was_wanted(records: Records, artifacts: FileArtifacts) -> None:
    await keep(artifacts, [DATA])
    for seconds in (0.0, RATHER_OLD):
        aged(artifacts, DIGEST, seconds)
        await sweep(records, artifacts)
        assert there(artifacts), seconds
    aged(artifacts, DIGEST)
    for _ in range(2):
        await sweep(records, artifacts)
        assert not there(artifacts)


async def test_boot_data_goes_with_its_vnf(records: Records, artifacts: FileArtifacts, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await records.save_plan(plan_of(run.occurrence, INSTANTIATED.model_copy(update={"boot_data": {"app": DIGEST}})))
    for state in (LcmOperationState.FAILED_TEMP, LcmOperationState.ROLLED_BACK):
        aged(artifacts, DIGEST)
        await sweep(records, artifacts)
        assert there(artifacts), "a retry needs it"
        await run.enter(state)
    aged(artifacts, DIGEST)
    await sweep(records, artifacts)
    assert not there(artifacts)


async def test_whatever_happens_while_a_sweep_looks_the_new_plan_finds_its_boot_data(
    records: Records, artifacts: FileArtifacts, instance: VnfInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await Run.begin(records, instance)
    plan = plan_of(run.occurrence, INSTANTIATED.model_copy(update={"boot_data": {"app": DIGEST}}))
    looks = 0
    look = records.content_in_use

    async def looking(digests: Collection[str]) -> frozenset[str]:
        """Behind the look at which it is struck, somebody plans."""
        nonlocal looks
        seen = await look(digests)
        looks += 1
        if looks == 1:
            await keep(artifacts, [DATA])
        if looks == 2:
            await records.save_plan(plan)
        return seen

    monkeypatch.setattr(records, "content_in_use", looking)
    aged(artifacts, DIGEST)
    await ContentSweep(records, artifacts).once()
    assert there(artifacts)
    assert looks == 2


async def test_what_is_named_without_being_kept_anew_is_seen_in_the_turn(
    records: Records, artifacts: FileArtifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = records.content_in_use
    looks: list[frozenset[str]] = []

    async def looking(digests: Collection[str]) -> frozenset[str]:
        looks.append(await look(digests))
        if len(looks) == 1:
            await package(records)
        return looks[-1]

    monkeypatch.setattr(records, "content_in_use", looking)
    aged(artifacts, DIGEST)
    await ContentSweep(records, artifacts).once()
    assert looks == [frozenset(), frozenset({DIGEST})]
    assert there(artifacts)


async def test_nothing_goes_while_the_record_may_be_an_older_one(records: Records, artifacts: FileArtifacts) -> None:
    aged(artifacts, DIGEST)
    behind = Report(
        anomaly=Anomaly.RECORD_BEHIND, vnf_instance_id=uuid4(), lcm_op_occ_id=uuid4(), detail="it is", since=NOW
    )
    await records.report([behind])
    await sweep(records, artifacts)
    assert there(artifacts)
    await records.report([])
    await sweep(records, artifacts)
    assert not there(artifacts)


async def test_whoever_keeps_what_is_just_removed_has_it(records: Records, artifacts: FileArtifacts) -> None:
    aged(artifacts, DIGEST)
    await sweep(records, artifacts)
    assert not there(artifacts)
    await keep(artifacts, [DATA])
    await sweep(records, artifacts)
    assert artifacts.path(DIGEST).read_bytes() == DATA.content


async def test_what_a_killed_process_left_of_a_deleted_package_goes(
    records: Records, artifacts: FileArtifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await package(records)
    aged(artifacts, DIGEST)
    (doomed,) = [one.id for one in await records.packages() if one.content and one.content.digest == DIGEST]

    async def killed(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(artifacts, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            await Shelf(records, artifacts).take_away(doomed)
    assert there(artifacts)
    await sweep(records, artifacts)
    assert not there(artifacts)


async def test_content_is_everybodys(records: Records, artifacts: FileArtifacts, database_url: str) -> None:
    await package(records)
    aged(artifacts, DIGEST)
    other = open_records(database_url, generate_key(), tenant="other")
    await sweep(other, artifacts)
    assert there(artifacts)
    await package(other)
    (theirs,) = await other.packages()
    await Shelf(other, artifacts).take_away(theirs.id)
    assert there(artifacts), "the first tenant has the same package"
    await other.close()
    await Shelf(records, artifacts).take_away(await _disabled(records))
    assert not there(artifacts)


async def _disabled(records: Records) -> UUID:
    return next(one.id for one in await records.packages() if one.operational_state is OperationalState.DISABLED)


async def test_a_pass_is_bounded_and_the_oldest_come_first(
    records: Records, artifacts: FileArtifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = [f"ab{number:062x}" for number in range(3 * AT_ONCE)]
    for place, digest in enumerate(digests):
        aged(artifacts, digest, OLD + place)
    aged(artifacts, "cd" + "0" * 62)
    asked: list[Collection[str]] = []
    look = records.content_in_use

    async def looking(given: Collection[str]) -> frozenset[str]:
        asked.append(given)
        return await look(given)

    monkeypatch.setattr(records, "content_in_use", looking)
    sweeper = ContentSweep(records, artifacts)
    await sweeper.once()
    assert {len(given) for given in asked} == {AT_ONCE}
    assert [there(artifacts, digest) for digest in digests] == 2 * AT_ONCE * [True] + AT_ONCE * [False]
    for _ in range(9):
        await sweeper.once()
    assert await artifacts.stored("") == {}
