"""Whatever ends an upload, or keeps its workflow from being started: the package's state tells what really happened."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import HTTPException
from starlette.requests import ClientDisconnect

from api import onboarding
from api.onboarding import Onboarding
from api.services import Services
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.onboarding import begun
from manoflow.domain.packages import OnboardingState, Upload, VnfPackage
from manoflow.ports.execution import Started
from manoflow.ports.records import Records
from manoflow.upkeep import starter
from manoflow.upkeep.packages import PackageSweep
from tests.api.executing import Executing
from tests.onboarding.uploads import chunks, ended, files, uploaded
from tests.packages import example_package
from tests.reference import NOW


@pytest.fixture
def csar(tmp_path: Path) -> bytes:
    return example_package("single-vdu", tmp_path).read_bytes()


@pytest.fixture
async def package(records: Records) -> VnfPackage:
    made = VnfPackage(id=uuid4(), created_at=NOW)
    await records.add_package(made)
    return made


async def state(services: Services, package: VnfPackage) -> OnboardingState:
    """Once nothing more happens by itself."""
    return (await ended(services.records, package.id)).onboarding_state


async def test_each_state_is_what_really_happens(
    services: Services, execution: Executing, package: VnfPackage, csar: bytes
) -> None:
    seen: list[OnboardingState] = []

    async def looking() -> AsyncIterator[bytes]:
        seen.append((await services.records.package(package.id)).onboarding_state)
        yield csar

    execution.starts.extend([UnreachableError("away")] * 1000)
    await Onboarding(services).upload(package.id, looking())
    seen.append((await services.records.package(package.id)).onboarding_state)
    execution.starts.clear()
    await sweep(services)
    seen.append(await state(services, package))
    assert seen == ["UPLOADING", "PROCESSING", "ONBOARDED"]


async def sweep(services: Services, ahead: float = 0) -> None:
    def clock() -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + ahead, UTC)

    await PackageSweep(services.records, services.execution, services.artifacts, clock).once()


async def test_an_upload_while_temporal_is_away_is_started_later(
    services: Services, execution: Executing, package: VnfPackage, csar: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "PATIENCE", 0.01)
    execution.starts.extend([UnreachableError("away"), Started.CLOSING] * 50)
    await Onboarding(services).upload(package.id, chunks(csar))
    assert (await services.records.package(package.id)).onboarding_state is OnboardingState.PROCESSING
    execution.starts.clear()
    await sweep(services)
    assert await state(services, package) is OnboardingState.ONBOARDED


@pytest.mark.parametrize("error", [OSError("the disk is full"), asyncio.CancelledError(), ClientDisconnect()])
async def test_an_upload_that_breaks_off_is_an_error_that_can_be_repaired(
    services: Services, package: VnfPackage, csar: bytes, error: BaseException
) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield b"PK"
        raise error

    expected = HTTPException if isinstance(error, ClientDisconnect) else type(error)
    with pytest.raises(expected):
        await Onboarding(services).upload(package.id, breaking())
    broken = await services.records.package(package.id)
    assert broken.onboarding_state is OnboardingState.ERROR
    assert broken.failure
    assert "the disk is full" not in broken.failure.detail
    assert files(services.artifacts.path("0" * 64).parents[2]) == []
    await Onboarding(services).upload(package.id, chunks(csar))
    assert await state(services, package) is OnboardingState.ONBOARDED


async def test_an_upload_goes_on_as_long_as_its_process_lives(
    services: Services, package: VnfPackage, csar: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onboarding, "INTERVAL", 0.01)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield csar[:100]
        arrived.set()
        await go_on.wait()
        yield csar[100:]

    uploading = asyncio.create_task(Onboarding(services).upload(package.id, slow()))
    await arrived.wait()
    begun = await heard_at(services, package.id)
    while await heard_at(services, package.id) == begun:
        await asyncio.sleep(0.01)
    await sweep(services, ahead=20)
    with pytest.raises(ConflictError, match="UPLOADING"):
        await Onboarding(services).upload(package.id, chunks(csar))
    go_on.set()
    await uploading
    assert await state(services, package) is OnboardingState.ONBOARDED


async def heard_at(services: Services, vnf_pkg_id: UUID) -> datetime:
    upload = (await services.records.package(vnf_pkg_id)).upload
    assert upload
    return upload.heard_of_at


async def test_what_wakes_too_late_changes_nothing(services: Services, package: VnfPackage, csar: bytes) -> None:
    go_on = asyncio.Event()

    async def asleep() -> AsyncIterator[bytes]:
        yield csar[:100]
        await go_on.wait()
        yield csar[100:]

    uploading = asyncio.create_task(Onboarding(services).upload(package.id, asleep()))
    while (await services.records.package(package.id)).upload is None:
        await asyncio.sleep(0.01)
    await sweep(services, ahead=31)
    given_up = await services.records.package(package.id)
    assert given_up.onboarding_state is OnboardingState.ERROR
    assert given_up.failure
    assert "upload it again" in given_up.failure.detail
    go_on.set()
    with pytest.raises((ConflictError, UnreachableError)):
        await uploading
    assert await services.records.package(package.id) == given_up
    assert files(services.artifacts.path("0" * 64).parents[2]) == []


async def test_an_upload_that_goes_on_after_all_keeps_its_file(
    services: Services, execution: Executing, package: VnfPackage, csar: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def asleep() -> AsyncIterator[bytes]:
        yield csar
        arrived.set()
        await go_on.wait()

    uploading = asyncio.create_task(Onboarding(services).upload(package.id, asleep()))
    await arrived.wait()
    seen = await services.records.unfinished_packages()

    async def a_moment_ago() -> list[VnfPackage]:
        return list(seen)

    monkeypatch.setattr(services.records, "unfinished_packages", a_moment_ago)
    monkeypatch.setattr(starter, "PATIENCE", 0.01)
    execution.starts.extend([UnreachableError("away")] * 50)
    go_on.set()  # It wakes when the sweep has looked at it.
    await uploading
    await sweep(services, ahead=31)
    monkeypatch.undo()
    execution.starts.clear()
    await sweep(services)
    assert await state(services, package) is OnboardingState.ONBOARDED


async def test_what_nobody_works_on_is_given_up_though_temporal_does_not_answer(
    services: Services, execution: Executing, package: VnfPackage, csar: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    await uploaded(services.records, services.artifacts, csar)
    younger = VnfPackage(id=uuid4(), created_at=NOW)
    await services.records.add_package(younger)
    for one in (package, younger):
        await services.records.change_package(one.id, begun(Upload(id=uuid4(), heard_of_at=NOW)))

    async def silent(_: object) -> Started:
        await asyncio.Event().wait()
        return Started.RUNNING

    monkeypatch.setattr(execution, "onboard", silent)
    sweeping = asyncio.create_task(sweep(services, ahead=31))
    for one in (package, younger):
        assert await state(services, one) is OnboardingState.ERROR
    sweeping.cancel()


async def test_of_two_uploads_at_two_apis_one_is_taken(services: Services, package: VnfPackage, csar: bytes) -> None:
    apis = [Onboarding(services) for _ in range(4)]
    outcomes = await asyncio.gather(*(api.upload(package.id, chunks(csar)) for api in apis), return_exceptions=True)
    assert sorted(isinstance(outcome, ConflictError) for outcome in outcomes) == [False, True, True, True], outcomes
    assert await state(services, package) is OnboardingState.ONBOARDED


async def test_a_sweep_leaves_what_is_settled(services: Services, package: VnfPackage) -> None:
    before = await services.records.packages()
    await sweep(services, ahead=1000)
    assert await services.records.packages() == before
    assert package in before
