"""Whatever ends an upload or the reading of a package: its state tells what really happened."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import HTTPException
from starlette.requests import ClientDisconnect

from api import onboarding
from api.onboarding import Onboarding
from api.services import Services
from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.domain.packages import OnboardingState, PackageContent, VnfPackage
from manoflow.ports.records import Records
from tests.builders import save_package
from tests.reference import NOW, reference_vnfd


@pytest.fixture
async def package(records: Records) -> VnfPackage:
    """A package without content yet."""
    made = VnfPackage(id=uuid4(), created_at=NOW)
    await records.add_package(made)
    return made


async def chunks(*parts: bytes | BaseException) -> AsyncIterator[bytes]:
    for part in parts:
        if isinstance(part, BaseException):
            raise part
        yield part


class Reader:
    """Reads a package when it is told to."""

    def __init__(self, outcome: PackageContent | Exception) -> None:
        self.outcome = outcome
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self, path: Path) -> PackageContent:
        self.begun.set()
        assert self.go_on.wait(30)
        assert path.exists()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def content() -> PackageContent:
    vnfd = reference_vnfd().model_copy(update={"id": str(uuid4())})
    return PackageContent(vnfd=vnfd, digest="a" * 64, size=2, warnings=("no manifest",))


async def ended(onboarding: Onboarding) -> None:
    await asyncio.gather(*onboarding._readings, return_exceptions=True)


async def test_each_state_is_what_really_happens(services: Services, package: VnfPackage) -> None:
    reader = Reader(content())
    onboarding = Onboarding(replace(services, read_package=reader))
    seen: list[OnboardingState] = []

    async def looking() -> AsyncIterator[bytes]:
        seen.append((await services.records.package(package.id)).onboarding_state)
        yield b"PK"

    await onboarding.upload(package.id, looking())
    assert await asyncio.to_thread(reader.begun.wait, 30)
    seen.append((await services.records.package(package.id)).onboarding_state)
    reader.go_on.set()
    await ended(onboarding)
    done = await services.records.package(package.id)
    assert [*seen, done.onboarding_state] == ["UPLOADING", "PROCESSING", "ONBOARDED"]
    assert done.content
    assert done.content.warnings == ("no manifest",)
    assert services.artifacts.path("a" * 64).read_bytes() == b"PK"


@pytest.mark.parametrize("error", [OSError("the disk is full"), asyncio.CancelledError()])
async def test_an_upload_that_breaks_off_is_an_error_that_can_be_repaired(
    services: Services, package: VnfPackage, error: BaseException
) -> None:
    reader = Reader(content())
    reader.go_on.set()
    onboarding = Onboarding(replace(services, read_package=reader))
    with pytest.raises(type(error)):
        await onboarding.upload(package.id, chunks(b"PK", error))
    broken = await services.records.package(package.id)
    assert broken.onboarding_state is OnboardingState.ERROR
    assert broken.failure
    await onboarding.upload(package.id, chunks(b"PK"))
    await ended(onboarding)
    assert (await services.records.package(package.id)).onboarding_state is OnboardingState.ONBOARDED


async def test_an_upload_that_the_client_breaks_off_says_so(services: Services, package: VnfPackage) -> None:
    with pytest.raises(HTTPException, match="400"):
        await Onboarding(services).upload(package.id, chunks(b"PK", ClientDisconnect()))
    broken = await services.records.package(package.id)
    assert broken.onboarding_state is OnboardingState.ERROR
    assert broken.failure
    assert "broke off" in broken.failure.detail


@pytest.mark.parametrize(
    ("outcome", "status"), [(InvalidInputError("cannot read it: line 3"), 422), (RuntimeError("a bug"), 500)]
)
async def test_a_reader_that_fails_says_why_without_internals(
    services: Services, package: VnfPackage, outcome: Exception, status: int
) -> None:
    reader = Reader(outcome)
    reader.go_on.set()
    onboarding = Onboarding(replace(services, read_package=reader))
    await onboarding.upload(package.id, chunks(b"PK"))
    await ended(onboarding)
    failed = await services.records.package(package.id)
    assert failed.onboarding_state is OnboardingState.ERROR
    assert failed.failure
    assert failed.failure.status == status
    assert ("line 3" in failed.failure.detail) is (status == 422)
    assert "a bug" not in failed.failure.detail


async def test_a_server_that_stops_says_so_on_the_package(services: Services, package: VnfPackage) -> None:
    reader = Reader(content())
    onboarding = Onboarding(replace(services, read_package=reader))
    await onboarding.upload(package.id, chunks(b"PK"))
    assert await asyncio.to_thread(reader.begun.wait, 30)
    await onboarding.close()
    reader.go_on.set()
    stopped = await services.records.package(package.id)
    assert stopped.onboarding_state is OnboardingState.ERROR
    assert stopped.failure
    assert "upload it again" in stopped.failure.detail


@pytest.mark.parametrize("state", [OnboardingState.UPLOADING, OnboardingState.PROCESSING])
async def test_what_a_killed_server_left_behind_is_an_error(
    services: Services, package: VnfPackage, state: OnboardingState
) -> None:
    await save_package(services.records, package.model_copy(update={"onboarding_state": state}))
    onboarding = Onboarding(services)
    await onboarding.recover()
    left = await services.records.package(package.id)
    assert left.onboarding_state is OnboardingState.ERROR
    assert left.failure
    assert "upload it again" in left.failure.detail


async def test_an_upload_at_another_api_goes_on_as_long_as_that_one_lives(
    services: Services, package: VnfPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Reader(content())
    here, there = Onboarding(services), Onboarding(replace(services, read_package=reader))
    await there.upload(package.id, chunks(b"PK"))
    await here.recover()
    assert (await services.records.package(package.id)).onboarding_state is OnboardingState.PROCESSING
    with pytest.raises(ConflictError, match="PROCESSING"):
        await here.upload(package.id, chunks(b"PK"))
    monkeypatch.setattr(onboarding, "SILENCE", timedelta(0))
    await there.live()
    alive = await services.records.package(package.id)
    await here.recover()
    silent = await services.records.package(package.id)
    reader.go_on.set()
    await ended(there)
    assert alive.upload
    assert silent.onboarding_state is OnboardingState.ERROR
    assert await services.records.package(package.id) == silent, "what woke too late changes nothing"
    assert not services.artifacts.path("a" * 64).exists()


async def test_of_two_uploads_at_two_apis_one_is_taken(services: Services, package: VnfPackage) -> None:
    reader = Reader(content())
    reader.go_on.set()
    apis = [Onboarding(replace(services, read_package=reader)) for _ in range(4)]
    outcomes = await asyncio.gather(*(api.upload(package.id, chunks(b"PK")) for api in apis), return_exceptions=True)
    assert sorted(isinstance(outcome, ConflictError) for outcome in outcomes) == [False, True, True, True], outcomes
    for api in apis:
        await ended(api)
    assert (await services.records.package(package.id)).onboarding_state is OnboardingState.ONBOARDED


async def test_recovery_leaves_what_is_settled(services: Services, package: VnfPackage) -> None:
    before = await services.records.packages()
    await Onboarding(services).recover()
    assert await services.records.packages() == before
    assert package in before


async def test_a_package_is_not_deleted_while_it_is_read(services: Services, package: VnfPackage) -> None:
    reader = Reader(content())
    onboarding = Onboarding(replace(services, read_package=reader))
    await onboarding.upload(package.id, chunks(b"PK"))
    with pytest.raises(ConflictError, match="PROCESSING"):
        await onboarding.shelf.take_away(package.id)
    reader.go_on.set()
    await ended(onboarding)
