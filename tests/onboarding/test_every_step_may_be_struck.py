"""Onboarding by its workflow: whatever happens twice, is lost, or is ended by somebody, the package tells the truth."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from temporalio.client import WorkflowHandle

from manoflow.adapters.execution.client import onboarding_id
from manoflow.domain.onboarding import OnboardingTicket, PackageSource
from manoflow.domain.packages import OnboardingState, OperationalState
from manoflow.ports.execution import Started
from tests.onboarding.file_server import FileServer
from tests.onboarding.uploads import PORTS, ended, files, to_fetch, uploaded
from tests.stand import Stand
from tests.striking import Strike, Striking

STEPS = ("take_up", "fetch_package", "read_package", "shelve_package")


def workflow(bench: Stand, ticket: OnboardingTicket) -> WorkflowHandle[object, str]:
    return bench.client.get_workflow_handle(onboarding_id(ticket.vnf_pkg_id), result_type=str)


def seen(striking: Striking, ticket: OnboardingTicket) -> list[str]:
    return [point.partition(":")[0] for point in striking.seen[onboarding_id(ticket.vnf_pkg_id)]]


@pytest.mark.parametrize("strike", [Strike.TWICE, Strike.CRASHED, Strike.LOST], ids=lambda strike: strike.name)
async def test_every_step_may_be_repeated(
    bench: Stand, server: FileServer, strike: Strike, record_property: Callable[[str, object], None]
) -> None:
    striking = Striking(lambda _workflow, _point, attempt: strike if attempt == 1 else None)
    async with bench.working(striking, packages=PORTS):
        good = await to_fetch(bench.records, PackageSource(uri=f"{server.url}/good.csar"))
        bad = await uploaded(bench.records, bench.artifacts, b"this is no package")
        for ticket in (good, bad):
            assert await bench.execution.onboard(ticket) is Started.RUNNING
        done, refused = [await ended(bench.records, ticket.vnf_pkg_id) for ticket in (good, bad)]
        assert [await workflow(bench, ticket).result() for ticket in (good, bad)] == ["ONBOARDED", "ERROR"]
    assert done.onboarding_state is OnboardingState.ONBOARDED, done.failure
    assert done.operational_state is OperationalState.ENABLED
    assert done.content
    assert refused.onboarding_state is OnboardingState.ERROR
    assert refused.failure
    assert refused.failure.status == 422
    assert refused.failure.detail.startswith("cannot ")
    assert files(bench.world.parent / "artifacts") == [done.content.digest]
    assert {*seen(striking, good), *seen(striking, bad)} == {*STEPS, "refuse_package"}
    record_property("steps struck", len(striking.struck))


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_fails_for_good_leaves_an_error_that_takes_a_new_upload(
    bench: Stand, csar: bytes, server: FileServer, step: str
) -> None:
    struck = {step}

    def rule(_workflow: str, point: str, _attempt: int) -> Strike | None:
        name = point.partition(":")[0]
        if name not in struck:
            return None
        struck.remove(name)
        return Strike.BEFORE

    async with bench.working(Striking(rule), packages=PORTS):
        ticket = await to_fetch(bench.records, PackageSource(uri=f"{server.url}/good.csar"))
        await bench.execution.onboard(ticket)
        if step == "take_up":  # Nothing has begun: the workflow fails, and the sweep starts it again.
            with pytest.raises(Exception, match="failed"):
                await workflow(bench, ticket).result()
            await bench.execution.onboard(ticket)
        package = await ended(bench.records, ticket.vnf_pkg_id)
        if package.onboarding_state is OnboardingState.ERROR:
            assert files(bench.world.parent / "artifacts") == []
            again = await uploaded(bench.records, bench.artifacts, csar, ticket.vnf_pkg_id)
            while await bench.execution.onboard(again) is Started.CLOSING:
                pass
            package = await ended(bench.records, ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ONBOARDED
    assert not struck


@pytest.mark.parametrize("step", ["take_up", "fetch_package", "read_package"])
async def test_a_workflow_that_somebody_cancels_leaves_an_error(bench: Stand, server: FileServer, step: str) -> None:
    striking = Striking(lambda _workflow, point, _attempt: Strike.HELD_AFTER if point.startswith(step) else None)
    async with bench.working(striking, packages=PORTS):
        ticket = await to_fetch(bench.records, PackageSource(uri=f"{server.url}/good.csar"))
        await bench.execution.onboard(ticket)
        hold = striking.holds[onboarding_id(ticket.vnf_pkg_id), f"{step}:{ticket.upload_id}"]
        await hold.reached.wait()
        await workflow(bench, ticket).cancel()
        package = await ended(bench.records, ticket.vnf_pkg_id)
    assert package.onboarding_state is OnboardingState.ERROR
    assert package.failure
    assert "cancelled" in package.failure.detail
    assert files(bench.world.parent / "artifacts") == []


async def test_an_upload_that_is_over_is_left_alone(bench: Stand, csar: bytes) -> None:
    async with bench.working(packages=PORTS):
        ticket = await uploaded(bench.records, bench.artifacts, csar)
        await bench.execution.onboard(ticket)
        package = await ended(bench.records, ticket.vnf_pkg_id)
        await workflow(bench, ticket).result()
        for late in (ticket, ticket.model_copy(update={"upload_id": uuid4()})):
            await bench.execution.onboard(late)
            assert "ended" in await workflow(bench, late).result()
    assert await bench.records.package(ticket.vnf_pkg_id) == package
