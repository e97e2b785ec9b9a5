"""Planning on paper: the record as planning and granting see it, with what they write kept here and nowhere else.

So `activities.planning` and `activities.granting` themselves say what an operation would do
(`workflows.rehearsal`), and what they say is what they do.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from manoflow.domain.base import Moment
from manoflow.domain.errors import NotFoundError, PermanentError
from manoflow.domain.grants import Grant, GrantRef, GrantRequest, grant_id
from manoflow.domain.image_use import ImageUse
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.packages import VnfPackage
from manoflow.domain.plan import Build, BuildRef, Plan, PlannedStep, StageRef
from manoflow.domain.proposals import GrantForecast
from manoflow.domain.resources import Resource
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.deciding import Deciding
from manoflow.ports.granting import Granting

WHATEVER = "whatever the VIM has"
"""Stands for assets where nobody could say which there are."""

T = TypeVar("T")


class Sketch:
    """The record of one occurrence that there is not: reads come from the record, writes stay here."""

    def __init__(self, records: Deciding, occurrence: VnfLcmOpOcc) -> None:
        """Nothing is planned yet."""
        self._records = records
        self._occurrence = occurrence
        self._plan: Plan | None = None
        self._grant: Grant | None = None
        self._build: Build | None = None

    @property
    def planned(self) -> Plan:
        """What was planned."""
        return _kept(self._plan, "plan")

    def steps(self, stage: StageRef) -> Sequence[PlannedStep]:
        """The steps of a stage."""
        every = (planned for some in _kept(self._build, "build").stages for planned in some)
        return [planned for planned in every if (planned.action, planned.step.kind) == (stage.action, stage.kind)]

    async def occurrence(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:  # noqa: ARG002 - there is one
        """The occurrence that there would be."""
        return self._occurrence

    async def instance(self, vnf_instance_id: UUID) -> VnfInstance:
        """As recorded."""
        return await self._records.instance(vnf_instance_id)

    async def resources(self, vnf_instance_id: UUID) -> Sequence[Resource]:
        """As recorded."""
        return await self._records.resources(vnf_instance_id)

    async def package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """As recorded."""
        return await self._records.package(vnf_pkg_id)

    async def package_of(self, vnfd_id: str) -> VnfPackage:
        """As recorded."""
        return await self._records.package_of(vnfd_id)

    async def vims(self) -> Sequence[Vim]:
        """As recorded."""
        return await self._records.vims()

    async def save_plan(self, plan: Plan) -> Plan:
        """Keep it here."""
        self._plan = plan
        return plan

    async def plan(self, plan_id: UUID) -> Plan:  # noqa: ARG002 - there is one
        """The one kept here."""
        return self.planned

    async def save_grant(self, grant: Grant) -> Grant:
        """Keep it here."""
        self._grant = grant
        return grant

    async def grant(self, grant_id: UUID) -> Grant:  # noqa: ARG002 - there is one
        """The one kept here."""
        return _kept(self._grant, "grant")

    async def release_grant(self, granted: GrantRef) -> None:
        """There is nothing to give back."""

    async def join_image(self, use: ImageUse) -> UUID:
        """As if nobody had put that image into the VIM yet."""
        return use.uid

    async def save_build(self, build: Build) -> BuildRef:
        """Keep it here."""
        self._build = build
        counts: dict[tuple[object, ...], StageRef] = {}
        for planned in (planned for some in build.stages for planned in some):
            kind = (planned.action, planned.step.kind)
            before = counts.get(kind)
            counts[kind] = StageRef(
                build_id=build.id,
                action=planned.action,
                kind=planned.step.kind,
                count=before.count + 1 if before else 1,
            )
        return BuildRef(build_id=build.id, stages=tuple(counts.values()))


class NoStore:
    """Where boot data goes that nobody will fetch."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Nobody else is here."""
        return nullcontext()

    async def receive(self, upload_id: UUID, chunks: AsyncIterator[bytes]) -> None:
        """Store nothing."""

    async def keep(self, upload_id: UUID, digest: str) -> Path:  # noqa: ARG002 - as above
        """Keep nothing."""
        return Path(digest)


class Forecasting:
    """The port `Granting` that only asks what would be said. A refusal is kept; planning goes on as if it were none."""

    def __init__(self, granting: Granting) -> None:
        """Nobody was asked yet."""
        self._granting = granting
        self.said: GrantForecast | None = None

    async def request(self, request: GrantRequest, at: Moment) -> Grant:
        """Ask for a forecast."""
        vim = request.vim_connection_id
        try:
            grant = await self._granting.forecast(request, at)
        except PermanentError as refusal:
            self.said = GrantForecast(vim_connection_id=vim, fits=False, reason=refusal.message)
            return _supposed(request, at)
        self.said = GrantForecast(
            vim_connection_id=vim,
            fits=True,
            flavors=grant.flavors,
            images=grant.images,
            zones=grant.zones,
            warnings=grant.warnings,
        )
        return grant

    async def forecast(self, request: GrantRequest, at: Moment) -> Grant:
        """The same."""
        return await self.request(request, at)

    async def release(self, grant: GrantRef) -> None:
        """Nothing was reserved."""


def _supposed(request: GrantRequest, at: Moment) -> Grant:
    """What would be granted in a VIM that has everything."""
    return Grant(
        id=grant_id(request.lcm_op_occ_id),
        lcm_op_occ_id=request.lcm_op_occ_id,
        vnf_instance_id=request.vnf_instance_id,
        vim_connection_id=request.vim_connection_id,
        flavors=dict.fromkeys(request.computes, WHATEVER),
        images=dict.fromkeys(request.images, WHATEVER),
        granted_at=at,
    )


def _kept(kept: T | None, what: str) -> T:
    if kept is None:
        message = f"cannot find the {what}: none was made"
        raise NotFoundError(message)
    return kept
