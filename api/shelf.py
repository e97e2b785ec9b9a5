"""The shelf of packages: their rows and their content, which always agree.

Any API process may change packages: a row is changed under its lock, content moves while nobody else's does.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.packages import PackageContent, VnfPackage
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.records import Packages

Change = Callable[[VnfPackage], VnfPackage]
"""What becomes of a package; it raises where that cannot be."""


class Shelf:
    """Where packages are put, changed and taken away."""

    def __init__(self, records: Packages, artifacts: Artifacts) -> None:
        self._records = records
        self._artifacts = artifacts

    async def change(self, vnf_pkg_id: UUID, change: Change) -> VnfPackage:
        """Write what `change` makes of the package as it is now; what it raises is raised and nothing is written."""
        return await self._records.change_package(vnf_pkg_id, change)

    async def put(self, vnf_pkg_id: UUID, received: Path, content: PackageContent, change: Change) -> None:
        """Keep content, then write `change`, which gives it to its package.

        `ConflictError` where its vnfdId is taken.
        """
        async with self._artifacts.turn():
            await self._require_first(vnf_pkg_id, content)
            change(await self._records.package(vnf_pkg_id))  # Nothing is moved for a change that would be refused.
            await self._artifacts.keep(received, content.digest)
            await self.change(vnf_pkg_id, change)

    async def take_away(self, vnf_pkg_id: UUID) -> None:
        """Forget a package and its content. `ConflictError` while it is being onboarded, enabled or in use."""
        async with self._artifacts.turn():
            package = await self._records.delete_package(vnf_pkg_id)
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
