"""The shelf of packages: their rows and their content, changed one at a time so that both always agree.

One API process writes packages; others only read them.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.packages import OnboardingState, OperationalState, PackageContent, VnfPackage
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Packages

UNFINISHED = frozenset({OnboardingState.UPLOADING, OnboardingState.PROCESSING})
"""States in which a package is being onboarded."""


class Shelf:
    """Where packages are put, changed and taken away."""

    def __init__(self, records: Packages, artifacts: Artifacts) -> None:
        self._records = records
        self._artifacts = artifacts
        self._turn = asyncio.Lock()

    async def change(self, vnf_pkg_id: UUID, change: Callable[[VnfPackage], VnfPackage]) -> VnfPackage:
        """Write what `change` makes of the package as it is now; what it raises is raised and nothing is written."""
        async with self._turn:
            package = change(await self._records.package(vnf_pkg_id))
            await self._records.save_package(package)
            return package

    async def put(self, vnf_pkg_id: UUID, received: Path, content: PackageContent) -> None:
        """Keep content and make its package ONBOARDED and ENABLED. `ConflictError` where its vnfdId is taken."""
        async with self._turn:
            await self._require_first(vnf_pkg_id, content)
            await self._artifacts.keep(received, content.digest)
            package = await self._records.package(vnf_pkg_id)
            onboarded = {
                "onboarding_state": OnboardingState.ONBOARDED,
                "operational_state": OperationalState.ENABLED,
                "content": content,
            }
            await self._records.save_package(package.model_copy(update=onboarded))

    async def take_away(self, vnf_pkg_id: UUID) -> None:
        """Forget a package and its content. `ConflictError` while it is being onboarded, enabled or in use."""
        async with self._turn:
            package = await self._records.package(vnf_pkg_id)
            if package.onboarding_state in UNFINISHED:
                message = (
                    f"cannot delete VNF package {vnf_pkg_id}: it is {package.onboarding_state}, wait until it is not"
                )
                raise ConflictError(message)
            await self._records.delete_package(vnf_pkg_id)
            if package.content is not None:
                await self._artifacts.remove(package.content.digest)

    async def _require_first(self, vnf_pkg_id: UUID, content: PackageContent) -> None:
        try:
            first = await self._records.package_of(content.vnfd.id)
        except NotFoundError:
            return
        message = (
            f"cannot onboard VNF package {vnf_pkg_id}: its vnfdId {content.vnfd.id} belongs to VNF package {first.id}; "
            "delete that one first, or give this VNFD an id of its own"
        )
        raise ConflictError(message)
