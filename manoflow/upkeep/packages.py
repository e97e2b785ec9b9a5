"""The upkeep of uploads: their workflows are started, and what nobody works on any more is given up.

A request that has taken an upload starts its workflow at once; what that does not reach is started by the sweep, which
also starts one again that was lost: every step of it bears being repeated (`workflows.packages.onboard`). A file that
an API process was receiving when it died is nobody's: its package goes to ERROR and takes a new upload. So does one
whose onboarding meets a bug again and again (`manoflow.upkeep.standstill`): the package shows it, and can be deleted.
"""

from datetime import timedelta
from http import HTTPStatus

import structlog

from manoflow.domain.errors import ConflictError, ManoError, NotFoundError, PermanentError, TemporaryError
from manoflow.domain.lcm import ProblemDetails
from manoflow.domain.onboarding import OnboardingTicket, given_up
from manoflow.domain.packages import OnboardingState, Upload, VnfPackage
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.execution import Execution, Started
from manoflow.ports.packages import Packages
from manoflow.upkeep.looks import Clock, utc_now
from manoflow.upkeep.standstill import standstill
from manoflow.upkeep.starter import patiently

SILENCE = timedelta(seconds=30)
"""A file that is being received, and of which nothing was heard for so long, is nobody's."""

STOPPED = "the server was stopped meanwhile; upload it again"
SEE_LOG = "see the workers' logs; it may be deleted, or uploaded again when what it met is mended"

log = structlog.stdlib.get_logger(__name__)


class PackageStarter:
    """Starts the workflows of uploads."""

    def __init__(self, execution: Execution) -> None:
        """It keeps nothing, so whoever needs one makes one."""
        self._execution = execution

    async def begin(self, ticket: OnboardingTicket) -> None:
        """Start the workflow of an upload; returns when it runs, or later: the sweep goes on."""
        if not await patiently(lambda: self.attempt(ticket)):
            log.warning("an upload waits for its workflow", vnfPkgId=str(ticket.vnf_pkg_id))

    async def attempt(self, ticket: OnboardingTicket) -> bool:
        """Start it once; True where it runs, or where trying again at once is useless."""
        try:
            return await self._execution.onboard(ticket) is not Started.CLOSING
        except TemporaryError as error:
            log.warning("an onboarding cannot be started yet", vnfPkgId=str(ticket.vnf_pkg_id), error=error.message)
            return False
        except PermanentError as error:
            log.error("cannot start an onboarding", vnfPkgId=str(ticket.vnf_pkg_id), error=error.message)  # noqa: TRY400 - the message says it all
            return True


class PackageSweep:
    """Passes over the packages that are being onboarded."""

    def __init__(self, records: Packages, execution: Execution, artifacts: Artifacts, clock: Clock = utc_now) -> None:
        """It remembers nothing from pass to pass."""
        self._records = records
        self._artifacts = artifacts
        self._execution = execution
        self._starter = PackageStarter(execution)
        self._clock = clock

    async def once(self) -> None:
        """One pass. What cannot be done for one package is logged and does not keep it from the others."""
        unfinished = await self._records.unfinished_packages()
        await self._artifacts.discard_strays({package.upload.id for package in unfinished if package.upload})
        # What needs no Temporal comes first: where that is away, a pass is cut off while it waits for it.
        for package in sorted(unfinished, key=_is_for_a_workflow):
            try:
                await self._look_at(package)
            except ManoError as error:
                log.warning("a package is looked at again later", vnfPkgId=str(package.id), error=error.message)

    def forget(self) -> None:
        """Somebody else sweeps."""

    async def _look_at(self, package: VnfPackage) -> None:
        upload = package.upload
        silent = upload is None or upload.heard_of_at < self._clock() - SILENCE
        if upload is not None and _is_for_a_workflow(package):
            ticket = OnboardingTicket(vnf_pkg_id=package.id, upload_id=upload.id, from_uri=upload.from_uri)
            if not (silent and await self._ends_standstill(package, upload)):
                await self._starter.attempt(ticket)
        elif silent:
            await self._give_up(package, HTTPStatus.SERVICE_UNAVAILABLE, STOPPED)

    async def _ends_standstill(self, package: VnfPackage, upload: Upload) -> bool:
        """End the package's workflow where it stands still; True where its upload is given up with it.

        The workflow ends first: an upload without one is started again, and comes here again if it has to. One that
        stands still for an earlier upload only bars the way.
        """
        standing = await self._execution.onboarding_of(package.id)
        why = standstill(standing) if standing else None
        if standing is None or why is None:
            return False
        await self._execution.end_onboarding(standing, why)
        log.error("an onboarding stood still and was ended", vnfPkgId=str(package.id), reason=why)
        if standing.upload_id != upload.id:
            return False
        await self._give_up(package, HTTPStatus.INTERNAL_SERVER_ERROR, f"{why}; {SEE_LOG}")
        return True

    async def _give_up(self, package: VnfPackage, status: HTTPStatus, because: str) -> None:
        detail = f"cannot onboard VNF package {package.id}: {because}"
        why = ProblemDetails(title=status.phrase, status=status, detail=detail)
        try:
            await self._records.change_package(package.id, given_up(package, why))
        except (ConflictError, NotFoundError) as error:
            log.info("an upload goes on after all", vnfPkgId=str(package.id), reason=error.message)
            return
        if package.upload:  # Not before: an upload that goes on needs its file. What stays by a crash here is a stray.
            await self._artifacts.discard(package.upload.id)


def _is_for_a_workflow(package: VnfPackage) -> bool:
    upload = package.upload
    return upload is not None and (upload.from_uri or package.onboarding_state is OnboardingState.PROCESSING)
