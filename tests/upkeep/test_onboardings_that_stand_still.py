"""A bug in a step of an onboarding is not tried for ever in silence: the package shows it, and takes a new upload."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from activities.shelf import Shelf
from manoflow.adapters.execution.client import onboarding_id
from manoflow.domain.errors import ConflictError, UnreachableError
from manoflow.domain.onboarding import PackageSource
from manoflow.domain.packages import UNFINISHED, OnboardingState, PackageContent, VnfPackage
from manoflow.domain.upkeep import OnboardingStanding, PendingStep
from manoflow.ports.execution import Started
from manoflow.upkeep import standstill as judging
from manoflow.upkeep.packages import SILENCE, PackageSweep
from manoflow.upkeep.standstill import TRIES, standstill
from tests.onboarding.file_server import FileServer, file_server
from tests.onboarding.uploads import PORTS, ended, files, to_fetch, uploaded
from tests.packages import example_package
from tests.reference import NOW
from tests.stand import PATIENCE, Stand
from tests.striking import Strike, Striking
from tests.upkeep.broken import MESSAGE, BrokenOnboarding
from tests.upkeep.sweeper import Clock

SECRET = "s3cret-of-a-bug"


@pytest.fixture
def csar(tmp_path: Path) -> bytes:
    return example_package("single-vdu", tmp_path).read_bytes()


@pytest.fixture
def server(csar: bytes) -> Iterator[FileServer]:
    with file_server() as served:
        served.content = csar
        yield served


def sweep_of(bench: Stand) -> PackageSweep:
    """Nothing is too young for it."""
    return PackageSweep(bench.records, bench.execution, bench.artifacts, Clock(2 * SILENCE))


async def swept(bench: Stand, vnf_pkg_id: UUID) -> VnfPackage:
    """The package once sweeps have settled it."""
    sweep = sweep_of(bench)
    deadline = monotonic() + PATIENCE
    while (package := await bench.records.package(vnf_pkg_id)).onboarding_state in UNFINISHED:
        assert monotonic() < deadline, await bench.execution.onboarding_of(vnf_pkg_id)
        await sweep.once()
        await asyncio.sleep(0.05)
    return package


def with_a_bug(_: Path) -> PackageContent:
    raise KeyError(SECRET)


async def test_a_bug_ends_in_an_error_that_says_what_it_was(bench: Stand, csar: bytes) -> None:
    async with bench.working(packages=replace(PORTS, read_package=with_a_bug)):
        ticket = await uploaded(bench.records, bench.artifacts, csar)
        await bench.execution.onboard(ticket)
        with pytest.raises(ConflictError, match="wait until it is not"):
            await Shelf(bench.records, bench.artifacts).take_away(ticket.vnf_pkg_id)
        package = await swept(bench, ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ERROR
    assert package.failure
    assert package.failure.status == 500
    told = f"cannot onboard VNF package {package.id}: read_package failed "
    assert package.failure.detail.startswith(told), package.failure
    assert "KeyError" in package.failure.detail
    assert await bench.execution.onboarding_of(package.id) is None
    assert files(bench.world.parent / "artifacts") == []
    async with bench.working(packages=PORTS):
        again = await uploaded(bench.records, bench.artifacts, csar, package.id)
        assert await bench.execution.onboard(again) is Started.RUNNING
        assert (await ended(bench.records, package.id)).onboarding_state is OnboardingState.ONBOARDED


async def test_it_can_be_deleted_then(bench: Stand, csar: bytes) -> None:
    async with bench.working(packages=replace(PORTS, read_package=with_a_bug)):
        ticket = await uploaded(bench.records, bench.artifacts, csar)
        await bench.execution.onboard(ticket)
        await swept(bench, ticket.vnf_pkg_id)
        await Shelf(bench.records, bench.artifacts).take_away(ticket.vnf_pkg_id)
    assert ticket.vnf_pkg_id not in [one.id for one in await bench.records.packages()]


async def test_a_bug_of_the_workflow_does_so_too(bench: Stand, csar: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "TRIES", 2)
    monkeypatch.setattr("manoflow.runtime.workers.OnboardVnfPackage", BrokenOnboarding)
    async with bench.working():
        ticket = await uploaded(bench.records, bench.artifacts, csar)
        await bench.execution.onboard(ticket)
        package = await swept(bench, ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ERROR
    assert package.failure
    assert "its workflow failed" in package.failure.detail
    assert MESSAGE in package.failure.detail


async def test_what_stands_still_for_an_earlier_upload_is_taken_out_of_the_way(bench: Stand, csar: bytes) -> None:
    buggy = True

    def sometimes(path: Path) -> PackageContent:
        return with_a_bug(path) if buggy else PORTS.read_package(path)

    async with bench.working(packages=replace(PORTS, read_package=sometimes)):
        old = await uploaded(bench.records, bench.artifacts, csar)
        await bench.execution.onboard(old)
        while (standing := await bench.execution.onboarding_of(old.vnf_pkg_id)) is None or not standstill(standing):
            await asyncio.sleep(0.05)

        def superseded(package: VnfPackage) -> VnfPackage:
            return package.model_copy(update={"onboarding_state": OnboardingState.ERROR, "upload": None})

        await bench.records.change_package(old.vnf_pkg_id, superseded)  # A sweep that died behind its first half.
        new = await uploaded(bench.records, bench.artifacts, csar, old.vnf_pkg_id)
        handle = bench.client.get_workflow_handle(onboarding_id(old.vnf_pkg_id), run_id=standing.run_id)
        buggy = False
        package = await swept(bench, new.vnf_pkg_id)
        with pytest.raises(Exception, match="failed"):
            await handle.result()
    assert package.onboarding_state is OnboardingState.ONBOARDED


async def test_a_step_whose_world_is_busy_is_left_alone(bench: Stand, server: FileServer) -> None:
    server.status = 503
    seen: list[int] = []

    def rule(_workflow: str, point: str, attempt: int) -> Strike | None:
        if point.startswith("fetch_package"):
            seen.append(attempt)
        return None

    async with bench.working(Striking(rule), packages=PORTS):
        ticket = await to_fetch(bench.records, PackageSource(uri=f"{server.url}/a.csar"))
        await bench.execution.onboard(ticket)
        deadline = monotonic() + PATIENCE
        while not seen or seen[-1] <= TRIES + 2:
            assert monotonic() < deadline, seen
            await sweep_of(bench).once()
            await asyncio.sleep(0.02)
        server.status = 200
        package = await swept(bench, ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ONBOARDED


async def test_a_young_upload_is_not_looked_at(bench: Stand, csar: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def looked(_: object, vnf_pkg_id: UUID) -> None:
        raise AssertionError(vnf_pkg_id)

    monkeypatch.setattr(type(bench.execution), "onboarding_of", looked)
    await uploaded(bench.records, bench.artifacts, csar)
    await PackageSweep(bench.records, bench.execution, bench.artifacts, Clock(timedelta())).once()


async def test_nothing_runs_for_a_package_that_nobody_uploads_to(bench: Stand) -> None:
    assert await bench.execution.onboarding_of(uuid4()) is None
    gone = OnboardingStanding(vnf_pkg_id=uuid4(), upload_id=uuid4(), run_id=str(uuid4()))
    await bench.execution.end_onboarding(gone, "it is gone already")


def standing(step: str, attempt: int, error: str | None, kind: str | None) -> OnboardingStanding:
    pending = PendingStep(step=step, since=NOW, attempt=attempt, running=False, last_error=error, last_error_type=kind)
    return OnboardingStanding(vnf_pkg_id=uuid4(), upload_id=uuid4(), run_id="run", steps=(pending,))


BUG = ("read_package:1", TRIES + 1, f"'{SECRET}'", "KeyError")


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (BUG, f"read_package failed {TRIES} times, last with KeyError: '{SECRET}'"),
        (("read_package:1", TRIES, "'x'", "KeyError"), None),
        (("read_package:1", 1, None, None), None),
        (("shelve_package:1", 500, "cannot store it", UnreachableError.__name__), None),
        (("take_up:1", TRIES + 1, "cannot decrypt it", "PermanentError"), "PermanentError"),
        (("read_package:1", TRIES + 1, "activity Heartbeat timeout", None), "the worker that tried it was gone"),
        (("fetch_package:1", TRIES + 1, f"https://host/?sig={SECRET}", "ValueError"), "last with ValueError"),
    ],
)
def test_what_stands_still(shown: tuple[str, int, str | None, str | None], told: str | None) -> None:
    said = standstill(standing(*shown))
    assert (told is None) == (said is None), said
    assert said is None or str(told) in said
    assert said is None or shown is BUG or SECRET not in said
