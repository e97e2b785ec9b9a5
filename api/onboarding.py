"""Onboarding: from an uploaded file to an ONBOARDED package, or to ERROR with the reason (SOL005 clause 9.5.4.3).

The upload is streamed to disk within its request; reading the file goes on in the background. The state of a package
is always what really happens: whatever ends an upload or a reading writes ERROR, and what a killed process has left
behind is set to ERROR when the next one starts. An ERROR package takes a new upload.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, HTTPException, Request
from starlette.requests import ClientDisconnect

from api.problems import problem, problem_of
from api.services import Services
from api.shelf import UNFINISHED, Shelf
from manoflow.domain.errors import ConflictError, ManoError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.packages import OnboardingState, VnfPackage

UPLOADABLE = frozenset({OnboardingState.CREATED, OnboardingState.ERROR})

log = structlog.stdlib.get_logger(__name__)


class Onboarding:
    """Packages on their way onto the shelf."""

    def __init__(self, services: Services) -> None:
        self.shelf = Shelf(services.records, services.artifacts)
        self._records = services.records
        self._artifacts = services.artifacts
        self._read_package = services.read_package
        self._readings: set[asyncio.Task[None]] = set()

    async def recover(self) -> None:
        """Tell the truth about packages on their way when a process died. Called before anything is served."""
        for package in await self._records.packages():
            if package.onboarding_state in UNFINISHED:
                await self._fail(package.id, _interrupted(package.id))

    async def upload(self, vnf_pkg_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Receive a file; returns when it is on disk and is being read. `ConflictError` where none is taken now."""
        await self.shelf.change(vnf_pkg_id, _uploading)
        received = await self._receive(vnf_pkg_id, chunks)
        reading = asyncio.create_task(self._read(vnf_pkg_id, received))
        self._readings.add(reading)
        reading.add_done_callback(self._readings.discard)

    async def close(self) -> None:
        """Stop reading; what is unfinished is set to ERROR."""
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    async def _receive(self, vnf_pkg_id: UUID, chunks: AsyncIterator[bytes]) -> Path:
        try:
            received = await self._artifacts.receive(chunks)
            await self._move(vnf_pkg_id, OnboardingState.PROCESSING)
        except ClientDisconnect as error:
            broken_off = f"cannot onboard VNF package {vnf_pkg_id}: the client broke off the upload; upload it again"
            await self._fail(vnf_pkg_id, problem(400, broken_off))
            raise HTTPException(400, broken_off) from error
        except BaseException as error:
            await self._fail(vnf_pkg_id, _reason(vnf_pkg_id, error))
            raise
        return received

    async def _read(self, vnf_pkg_id: UUID, received: Path) -> None:
        try:
            content = await asyncio.to_thread(self._read_package, received)
            await self.shelf.put(vnf_pkg_id, received, content)
        except ManoError as error:
            await self._fail(vnf_pkg_id, problem_of(error))
        except BaseException as error:
            log.exception("onboarding was broken off", vnfPkgId=str(vnf_pkg_id))
            await self._fail(vnf_pkg_id, _reason(vnf_pkg_id, error))
            raise
        finally:
            await self._artifacts.discard(received)

    async def _move(self, vnf_pkg_id: UUID, state: OnboardingState, failure: ProblemDetails | None = None) -> None:
        moved = {"onboarding_state": state, "failure": failure}
        await self.shelf.change(vnf_pkg_id, lambda package: package.model_copy(update=moved))

    async def _fail(self, vnf_pkg_id: UUID, failure: ProblemDetails) -> None:
        log.warning("a package was not onboarded", vnfPkgId=str(vnf_pkg_id), error=failure.detail)
        await self._move(vnf_pkg_id, OnboardingState.ERROR, failure)


def _uploading(package: VnfPackage) -> VnfPackage:
    if package.onboarding_state not in UPLOADABLE:
        message = (
            f"cannot upload to VNF package {package.id}: it is {package.onboarding_state}, "
            "content is taken in CREATED and ERROR"
        )
        raise ConflictError(message)
    return package.model_copy(update={"onboarding_state": OnboardingState.UPLOADING, "failure": None})


def _reason(vnf_pkg_id: UUID, error: BaseException) -> ProblemDetails:
    if isinstance(error, ManoError):
        return problem_of(error)
    if isinstance(error, asyncio.CancelledError):
        return _interrupted(vnf_pkg_id)
    return problem(500, f"cannot onboard VNF package {vnf_pkg_id}: an internal error, see the API's log")


def _interrupted(vnf_pkg_id: UUID) -> ProblemDetails:
    return problem(503, f"cannot onboard VNF package {vnf_pkg_id}: the server was stopped meanwhile; upload it again")


def onboarding_of(request: Request) -> Onboarding:
    """The onboarding of the application that serves a request."""
    onboarding: Onboarding = request.app.state.onboarding
    return onboarding


InjectedOnboarding = Annotated[Onboarding, Depends(onboarding_of)]
