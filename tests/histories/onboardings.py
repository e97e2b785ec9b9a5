"""The stories that the histories of onboarding tell: a file is fetched, one is refused, one is cancelled."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from manoflow.adapters.execution.client import onboarding_id
from manoflow.domain.onboarding import OnboardingTicket, PackageSource
from tests.onboarding.file_server import FileServer, file_server
from tests.onboarding.uploads import ended, to_fetch, uploaded
from tests.packages import example_package
from tests.stand import PATIENCE, Stand
from tests.striking import Strike, Striking


class Told(NamedTuple):
    """A story and the workflow that lived it."""

    story: str
    workflow_id: str


async def told(bench: Stand, striking: Striking, folder: Path) -> AsyncIterator[Told]:
    """Live through all of them."""
    with file_server() as server:
        server.content = await asyncio.to_thread(example_package("single-vdu", folder).read_bytes)
        yield await _onboarded(bench, "fetched", await to_fetch(bench.records, PackageSource(uri=f"{server.url}/a")))
        bad = await uploaded(bench.records, bench.artifacts, b"this is no package")
        yield await _onboarded(bench, "refused", bad)
        yield await _cancelled(bench, striking, server)


async def _onboarded(bench: Stand, story: str, ticket: OnboardingTicket) -> Told:
    await bench.execution.onboard(ticket)
    await ended(bench.records, ticket.vnf_pkg_id)
    workflow_id = onboarding_id(ticket.vnf_pkg_id)
    await bench.client.get_workflow_handle(workflow_id).result()
    return Told(story, workflow_id)


async def _cancelled(bench: Stand, striking: Striking, server: FileServer) -> Told:
    ticket = await to_fetch(bench.records, PackageSource(uri=f"{server.url}/a"))
    workflow_id, point = onboarding_id(ticket.vnf_pkg_id), f"fetch_package:{ticket.upload_id}"
    held = {(workflow_id, point): Strike.HELD_AFTER}
    striking.rule = lambda workflow, at, _attempt: held.pop((workflow, at), None)
    await bench.execution.onboard(ticket)
    await asyncio.wait_for(striking.holds[workflow_id, point].reached.wait(), PATIENCE)
    await bench.client.get_workflow_handle(workflow_id).cancel()
    await bench.client.get_workflow_handle(workflow_id).result()
    return Told("cancelled", workflow_id)
