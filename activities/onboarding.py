"""Activities that take the content of a package in: fetch, read, shelve, or tell why not (SOL005 clause 9.5.4.3).

Each may happen again, and late: it looks first whether its upload is still the package's and what was done of it.
`workflows.packages.onboard` puts them in order.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from activities.shelf import Shelf
from activities.step import step
from manoflow.domain.errors import ConflictError, NotFoundError, PermanentError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.onboarding import Change, OnboardingFailure, OnboardingTicket, failed, processing, read, superseded
from manoflow.domain.package_security import PackagePolicy
from manoflow.domain.packages import OperationalState, PackageContent, Upload
from manoflow.domain.timing import StepKind, Timings
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.outbound import Outbound
from manoflow.ports.packages import Packages

STATUS = {
    "InvalidInputError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "InvalidSignatureError": HTTPStatus.UNPROCESSABLE_ENTITY,
    "ConflictError": HTTPStatus.CONFLICT,
    "ForbiddenError": HTTPStatus.FORBIDDEN,
    "UnreachableError": HTTPStatus.SERVICE_UNAVAILABLE,
    "TemporaryError": HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status that onboardingFailureDetails bears, by the kind of error; anything else is 500."""


@dataclass(frozen=True)
class PackagePorts:
    """What the activities need beside the record and the artifacts."""

    outbound: Outbound
    read_package: Callable[[Path], PackageContent]
    """Reads a package file; it blocks. `InvalidInputError` says what is wrong with the file."""
    policy: PackagePolicy


class Onboarding:
    """What is done with an upload."""

    def __init__(self, records: Packages, artifacts: Artifacts, ports: PackagePorts, timings: Timings) -> None:
        """`timings` travel to the workflow with the answer to `take_up`."""
        self._records = records
        self._artifacts = artifacts
        self._ports = ports
        self._timings = timings
        self._shelf = Shelf(records, artifacts)

    @step(StepKind.RECORD)
    async def take_up(self, ticket: OnboardingTicket) -> Timings | None:
        """How long the steps may take; None where there is nothing to do any more."""
        return self._timings if await self._upload(ticket) else None

    @step(StepKind.FETCH)
    async def fetch_package(self, ticket: OnboardingTicket) -> bool:
        """Download the file. What was downloaded as a whole is not downloaded again. False: the upload has ended."""
        if await self._upload(ticket) is None:
            return False
        if await self._artifacts.received(ticket.upload_id) is None:
            source = await self._records.package_source(ticket.vnf_pkg_id)
            async with aclosing(self._ports.outbound.fetch(source)) as chunks:
                await self._artifacts.receive(ticket.upload_id, chunks)
        return await self._change(ticket, processing(ticket.upload_id))

    @step(StepKind.READING)
    async def read_package(self, ticket: OnboardingTicket) -> bool:
        """Verify and understand the file; what it says is recorded with the upload. False: that has ended."""
        upload = await self._upload(ticket)
        if upload is None:
            return False
        if upload.content is not None:
            return True
        file = await self._artifacts.received(ticket.upload_id)
        if file is None:
            message = (
                f"cannot onboard VNF package {ticket.vnf_pkg_id}: the file of its upload is not here; have workers on "
                "the queue packages share the folder of artifacts with the API, and upload it again"
            )
            raise PermanentError(message)
        content = await asyncio.to_thread(self._ports.read_package, file)
        return await self._change(ticket, read(ticket.upload_id, content))

    @step(StepKind.SHELVING)
    async def shelve_package(self, ticket: OnboardingTicket) -> None:
        """Keep the file by its digest, and show the package as ONBOARDED; ENABLED where the policy allows that."""
        upload = await self._upload(ticket)
        if upload is None or upload.content is None:
            return
        objection = self._ports.policy.objection(upload.content.security)
        state = OperationalState.DISABLED if objection else OperationalState.ENABLED
        await self._shelf.put(ticket.vnf_pkg_id, ticket.upload_id, state)

    @step(StepKind.SHELVING)
    async def refuse_package(self, failure: OnboardingFailure) -> None:
        """Show the package in ERROR with the reason; nothing of the upload stays."""
        ticket = failure.ticket
        upload = await self._upload(ticket)
        await self._shelf.clear(ticket.upload_id, upload.content if upload else None)
        status = STATUS.get(failure.kind or "", HTTPStatus.INTERNAL_SERVER_ERROR)
        why = ProblemDetails(title=status.phrase, status=status, detail=failure.detail)
        await self._change(ticket, failed(ticket.upload_id, why))

    async def _upload(self, ticket: OnboardingTicket) -> Upload | None:
        """The upload, as long as it is the package's."""
        try:
            package = await self._records.package(ticket.vnf_pkg_id)
        except NotFoundError:
            return None
        return None if superseded(package, ticket.upload_id) else package.upload

    async def _change(self, ticket: OnboardingTicket, change: Change) -> bool:
        """Change the package as long as the upload is its own; else leave nothing of it."""
        try:
            await self._records.change_package(ticket.vnf_pkg_id, change)
        except (ConflictError, NotFoundError):
            await self._artifacts.discard(ticket.upload_id)
            return False
        return True
