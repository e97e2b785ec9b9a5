"""Taking content in: a file is streamed to disk within its request, then a workflow onboards it (SOL005 9.4.5, 9.4.6).

The process that receives a file says so on the package every few seconds; of one that was killed nothing is heard any
more, and the workers' sweep sets the package to ERROR (`manoflow.upkeep.packages`). What is accepted is onboarded also
where Temporal is away or this process dies: the sweep starts what was not started.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, HTTPException
from starlette.requests import ClientDisconnect

from api.problems import problem, problem_of
from api.services import Injected, Services
from manoflow.domain.errors import ConflictError, ManoError, NotFoundError, TemporaryError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.onboarding import Change, OnboardingTicket, PackageSource, begun, failed, heard_of, processing
from manoflow.domain.packages import Upload
from manoflow.upkeep.packages import PackageStarter

INTERVAL = 5.0
"""Seconds between two signs of life."""

log = structlog.stdlib.get_logger(__name__)


class Onboarding:
    """Packages on their way onto the shelf, as far as a request takes them."""

    def __init__(self, services: Services) -> None:
        """It keeps nothing between requests."""
        self._records = services.records
        self._artifacts = services.artifacts
        self._starter = PackageStarter(services.execution)

    async def upload(self, vnf_pkg_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Receive a file; returns when it is on disk and its workflow runs, or is going to be started.

        `ConflictError` where the package takes no content now.
        """
        upload = Upload(id=uuid4(), heard_of_at=datetime.now(UTC))
        await self._records.change_package(vnf_pkg_id, begun(upload))
        async with self._truth(vnf_pkg_id, upload.id):
            async with self._heard(vnf_pkg_id, upload.id):
                await self._artifacts.receive(upload.id, chunks)
            await self._records.change_package(vnf_pkg_id, processing(upload.id))
        await self._starter.begin(OnboardingTicket(vnf_pkg_id=vnf_pkg_id, upload_id=upload.id))

    async def fetch(self, vnf_pkg_id: UUID, source: PackageSource) -> None:
        """Have a file fetched. `ConflictError` where the package takes no content now."""
        upload = Upload(id=uuid4(), heard_of_at=datetime.now(UTC), from_uri=True)
        await self._records.change_package(vnf_pkg_id, begun(upload), source)
        await self._starter.begin(OnboardingTicket(vnf_pkg_id=vnf_pkg_id, upload_id=upload.id, from_uri=True))

    @asynccontextmanager
    async def _truth(self, vnf_pkg_id: UUID, upload_id: UUID) -> AsyncIterator[None]:
        """Whatever ends the receiving of a file before it is all there: the package shows ERROR, the file is gone."""
        try:
            yield
        except ClientDisconnect as error:
            broken_off = f"cannot onboard VNF package {vnf_pkg_id}: the client broke off the upload; upload it again"
            await self._fail(vnf_pkg_id, upload_id, problem(400, broken_off))
            raise HTTPException(400, broken_off) from error
        except BaseException as error:
            await self._fail(vnf_pkg_id, upload_id, _reason(vnf_pkg_id, error))
            raise

    async def _fail(self, vnf_pkg_id: UUID, upload_id: UUID, failure: ProblemDetails) -> None:
        log.warning("a package was not received", vnfPkgId=str(vnf_pkg_id), error=failure.detail)
        await self._artifacts.discard(upload_id)
        await self._change(vnf_pkg_id, failed(upload_id, failure))

    @asynccontextmanager
    async def _heard(self, vnf_pkg_id: UUID, upload_id: UUID) -> AsyncIterator[None]:
        """Give signs of life meanwhile."""
        beating = asyncio.create_task(self._beat(vnf_pkg_id, upload_id))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _beat(self, vnf_pkg_id: UUID, upload_id: UUID) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            try:
                await self._change(vnf_pkg_id, heard_of(upload_id))
            except TemporaryError as error:
                log.warning("the record does not take a sign of life", error=error.message)

    async def _change(self, vnf_pkg_id: UUID, change: Change) -> None:
        """Change a package, unless somebody else has to say what it is by now."""
        try:
            await self._records.change_package(vnf_pkg_id, change)
        except (ConflictError, NotFoundError) as error:
            log.warning("a package is left as it is", vnfPkgId=str(vnf_pkg_id), reason=error.message)


def _reason(vnf_pkg_id: UUID, error: BaseException) -> ProblemDetails:
    if isinstance(error, ManoError):
        return problem_of(error)
    what = f"cannot onboard VNF package {vnf_pkg_id}"
    if isinstance(error, HTTPException):
        return problem(error.status_code, error.detail)
    if isinstance(error, asyncio.CancelledError):
        return problem(503, f"{what}: the server was stopped meanwhile; upload it again")
    return problem(500, f"{what}: an internal error, see the API's log")


def onboarding_of(services: Injected) -> Onboarding:
    """What takes content in for a request."""
    return Onboarding(services)


InjectedOnboarding = Annotated[Onboarding, Depends(onboarding_of)]
