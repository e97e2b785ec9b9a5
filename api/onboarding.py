"""Onboarding: from an uploaded file to an ONBOARDED package, or to ERROR with the reason (SOL005 clause 9.5.4.3).

The upload is streamed to disk within its request; reading the file goes on in the background. The state of a package
is always what really happens: whatever ends an upload or a reading writes ERROR. The process that works on an upload
says so on the package every few seconds; of one that was killed nothing is heard any more, and whichever API process
notices sets the package to ERROR. An ERROR package takes a new upload.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import structlog
from fastapi import Depends, HTTPException, Request
from starlette.requests import ClientDisconnect

from api.problems import problem, problem_of
from api.services import Services
from api.shelf import Change, Shelf
from api.uploads import alive, begun, failed, given_up, onboarded, processing
from manoflow.domain.errors import ConflictError, ManoError, NotFoundError, TemporaryError
from manoflow.domain.lcm import ProblemDetails

INTERVAL = 5.0
"""Seconds between two signs of life."""
SILENCE = timedelta(seconds=30)
"""An upload of which nothing was heard for so long is nobody's."""

log = structlog.stdlib.get_logger(__name__)


class Onboarding:
    """Packages on their way onto the shelf."""

    def __init__(self, services: Services) -> None:
        self.shelf = Shelf(services.records, services.artifacts)
        self._records = services.records
        self._artifacts = services.artifacts
        self._read_package = services.read_package
        self._readings: set[asyncio.Task[None]] = set()
        self._ours: dict[UUID, UUID] = {}
        """The uploads that this process works on, and their packages."""

    async def run(self) -> None:
        """Tell the truth, for as long as the API lives, about packages on their way."""
        while True:
            try:
                await self.live()
                await self.recover()
            except TemporaryError as error:
                log.warning("onboarding looks again later: the record does not answer", error=error.message)
            await asyncio.sleep(INTERVAL)

    async def live(self) -> None:
        """Give a sign of life for every upload of ours."""
        for upload_id, vnf_pkg_id in tuple(self._ours.items()):
            await self._change(vnf_pkg_id, alive(upload_id))

    async def recover(self) -> None:
        """Set to ERROR what a process had begun of which nothing is heard any more."""
        silent_since = datetime.now(UTC) - SILENCE
        for package in await self._records.unfinished_packages():
            if package.upload is None or package.upload.heard_of_at < silent_since:
                await self._change(package.id, given_up(package, _interrupted(package.id)))

    async def upload(self, vnf_pkg_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Receive a file; returns when it is on disk and is being read. `ConflictError` where none is taken now."""
        upload_id = uuid4()
        await self.shelf.change(vnf_pkg_id, begun(upload_id))
        self._ours[upload_id] = vnf_pkg_id
        received = await self._receive(upload_id, chunks)
        reading = asyncio.create_task(self._read(upload_id, received))
        self._readings.add(reading)
        reading.add_done_callback(self._readings.discard)

    async def close(self) -> None:
        """Stop reading; what is unfinished is set to ERROR."""
        for reading in self._readings:
            reading.cancel()
        await asyncio.gather(*self._readings, return_exceptions=True)

    async def _receive(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> Path:
        vnf_pkg_id = self._ours[upload_id]
        try:
            received = await self._artifacts.receive(chunks)
        except ClientDisconnect as error:
            broken_off = f"cannot onboard VNF package {vnf_pkg_id}: the client broke off the upload; upload it again"
            await self._fail(upload_id, problem(400, broken_off))
            raise HTTPException(400, broken_off) from error
        except BaseException as error:
            await self._fail(upload_id, _reason(vnf_pkg_id, error))
            raise
        try:
            await self.shelf.change(vnf_pkg_id, processing(upload_id))
        except BaseException as error:
            await self._artifacts.discard(received)
            await self._fail(upload_id, _reason(vnf_pkg_id, error))
            raise
        return received

    async def _read(self, upload_id: UUID, received: Path) -> None:
        vnf_pkg_id = self._ours[upload_id]
        try:
            content = await asyncio.to_thread(self._read_package, received)
            await self.shelf.put(vnf_pkg_id, received, content, onboarded(upload_id, content))
            del self._ours[upload_id]
        except ManoError as error:
            await self._fail(upload_id, problem_of(error))
        except BaseException as error:
            log.exception("onboarding was broken off", vnfPkgId=str(vnf_pkg_id))
            await self._fail(upload_id, _reason(vnf_pkg_id, error))
            raise
        finally:
            await self._artifacts.discard(received)

    async def _fail(self, upload_id: UUID, failure: ProblemDetails) -> None:
        vnf_pkg_id = self._ours.pop(upload_id)
        log.warning("a package was not onboarded", vnfPkgId=str(vnf_pkg_id), error=failure.detail)
        await self._change(vnf_pkg_id, failed(upload_id, failure))

    async def _change(self, vnf_pkg_id: UUID, change: Change) -> None:
        """Change a package, unless somebody else has to say what it is by now."""
        try:
            await self.shelf.change(vnf_pkg_id, change)
        except (ConflictError, NotFoundError) as error:
            log.warning("a package is left as it is", vnfPkgId=str(vnf_pkg_id), reason=error.message)


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
