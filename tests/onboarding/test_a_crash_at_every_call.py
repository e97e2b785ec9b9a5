"""A process may die before or after any call of record, folder or network: onboarding ends as it would have ended.

The activities are done in the workflow's order; the struck call raises, and the activity is done again, as Temporal
would. So the places between two effects of one activity are struck, too.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from activities.onboarding import Onboarding
from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.domain.errors import ManoError, PermanentError
from manoflow.domain.onboarding import OnboardingFailure, OnboardingTicket, PackageSource
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage
from manoflow.domain.timing import Timings
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.outbound import Outbound
from manoflow.ports.packages import Packages
from manoflow.ports.records import Records
from tests.onboarding.file_server import FileServer
from tests.onboarding.uploads import PORTS, files, new_package, to_fetch, uploaded

CALLS = frozenset(
    {"package", "package_of", "package_source", "change_package", "unfinished_packages"}
    | {"receive", "received", "keep", "discard", "remove"}
)


class DeadError(Exception):
    """The process is gone."""


class Dying:
    """Counts calls, and dies at one of them."""

    def __init__(self, at: int, *, after: bool) -> None:
        self.at = at
        self.after = after
        self.calls = 0

    def of(self, port: object) -> Any:  # noqa: ANN401 - the port, with the same methods
        return _Port(port, self)

    async def call(self, done: Callable[[], Awaitable[object]]) -> object:
        self.calls += 1
        if self.calls == self.at and not self.after:
            raise DeadError
        result = await done()
        if self.calls == self.at:
            raise DeadError
        return result


class _Port:
    def __init__(self, port: object, dying: Dying) -> None:
        self._port = port
        self._dying = dying

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any method
        method = getattr(self._port, name)
        if name not in CALLS:
            return method
        return lambda *given: self._dying.call(lambda: method(*given))


class DyingDownload:
    """Dies in the middle of a download, once."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self.died = False

    async def fetch(self, source: PackageSource) -> AsyncGenerator[bytes, None]:
        async for chunk in self._outbound.fetch(source):
            yield chunk[: len(chunk) // 2]
            if not self.died:
                self.died = True
                raise DeadError
            yield chunk[len(chunk) // 2 :]


async def onboard(onboarding: Onboarding, ticket: OnboardingTicket) -> None:
    """As the workflow does it."""
    steps = [onboarding.read_package, onboarding.shelve_package]
    try:
        for step in [onboarding.fetch_package, *steps] if ticket.from_uri else steps:
            await again(step, ticket)
    except ManoError as error:
        failure = OnboardingFailure(ticket=ticket, kind=type(error).__name__, detail=error.message)
        await again(onboarding.refuse_package, failure)


async def again(step: Callable[[Any], Awaitable[object]], argument: object) -> None:
    try:
        await step(argument)
    except DeadError:
        await step(argument)


Case = Callable[[Records, Artifacts, FileServer], Awaitable[OnboardingTicket]]


async def good(records: Records, _artifacts: Artifacts, server: FileServer) -> OnboardingTicket:
    return await to_fetch(records, PackageSource(uri=f"{server.url}/a.csar"))


async def bad(records: Records, artifacts: Artifacts, _server: FileServer) -> OnboardingTicket:
    return await uploaded(records, artifacts, b"this is no package")


async def second(records: Records, artifacts: Artifacts, server: FileServer) -> OnboardingTicket:
    """Of a package with the same content, which stays."""
    first = await uploaded(records, artifacts, server.content)
    await onboard(Onboarding(records, artifacts, PORTS, Timings()), first)
    return await uploaded(records, artifacts, server.content)


@pytest.mark.parametrize("case", [good, bad, second], ids=lambda case: case.__name__)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_crash_at_every_call(
    records: Records,
    tmp_path: Path,
    server: FileServer,
    case: Case,
    after: bool,  # noqa: FBT001 - pytest gives it
) -> None:
    expected = OnboardingState.ONBOARDED if case is good else OnboardingState.ERROR
    at = 0
    while True:
        at += 1
        artifacts = FileArtifacts(tmp_path / f"artifacts-{at}")
        ticket = await case(records, artifacts, server)
        dying = Dying(at, after=after)
        onboarding = Onboarding(
            cast("Packages", dying.of(records)), cast("Artifacts", dying.of(artifacts)), PORTS, Timings()
        )
        await onboard(onboarding, ticket)
        package = await records.package(ticket.vnf_pkg_id)
        assert package.onboarding_state is expected, (at, package.failure)
        assert package.upload is None
        kept = [one.content.digest for one in await records.packages() if one.content]
        assert files(tmp_path / f"artifacts-{at}") == kept, at
        await _forget(records, await records.packages())
        if dying.calls < at:
            break
    assert at > (10 if case is good else 5)


async def _forget(records: Records, packages: Any) -> None:  # noqa: ANN401 - a sequence
    def disabled(package: VnfPackage) -> VnfPackage:
        return package.model_copy(update={"operational_state": OperationalState.DISABLED})

    for package in packages:
        await records.change_package(package.id, disabled)
        await records.delete_package(package.id)


async def test_a_download_that_died_is_begun_anew(records: Records, tmp_path: Path, server: FileServer) -> None:
    artifacts = FileArtifacts(tmp_path / "artifacts")
    ports = replace(PORTS, outbound=DyingDownload(PORTS.outbound))
    ticket = await to_fetch(records, PackageSource(uri=f"{server.url}/a.csar"))
    await onboard(Onboarding(records, artifacts, ports, Timings()), ticket)
    package = await records.package(ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ONBOARDED
    assert package.content
    assert files(tmp_path / "artifacts") == [package.content.digest]
    assert len(server.asked) == 2


async def test_a_worker_without_the_folder_says_so(records: Records, tmp_path: Path, csar: bytes) -> None:
    ticket = await uploaded(records, FileArtifacts(tmp_path / "here"), csar, await new_package(records))
    elsewhere = Onboarding(records, FileArtifacts(tmp_path / "there"), PORTS, Timings())
    with pytest.raises(PermanentError, match="share the folder"):
        await elsewhere.read_package(ticket)
