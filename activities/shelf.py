"""The shelf of packages: their rows and their content, which always agree.

Any process may change packages: a row is changed under its lock, content moves while nobody else's does. The workflow
of an upload puts content there (`activities.onboarding`), the API takes it away.
"""

from uuid import UUID

from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.onboarding import onboarded, superseded
from manoflow.domain.packages import OperationalState, PackageContent
from manoflow.ports.artifacts import Artifacts
from manoflow.ports.packages import Packages


class Shelf:
    """Where packages are put and taken away."""

    def __init__(self, records: Packages, artifacts: Artifacts) -> None:
        self._records = records
        self._artifacts = artifacts

    async def put(self, vnf_pkg_id: UUID, upload_id: UUID, operational_state: OperationalState) -> None:
        """Keep an upload that was read as the content of its package. One that has ended changes nothing.

        `ConflictError` where the vnfdId is that of another package.
        """
        async with self._artifacts.turn():
            package = await self._records.package(vnf_pkg_id)
            if package.upload is None or package.upload.content is None or superseded(package, upload_id):
                return
            await self._require_first(vnf_pkg_id, package.upload.content)
            await self._artifacts.keep(upload_id, package.upload.content.digest)
            await self._records.change_package(vnf_pkg_id, onboarded(upload_id, operational_state))

    async def take_away(self, vnf_pkg_id: UUID) -> None:
        """Forget a package, and its content where nothing else names it.

        `ConflictError` while it is being onboarded, enabled or in use. What stays where this process dies in between is
        found by the sweep (`manoflow.upkeep.content`).
        """
        async with self._artifacts.turn():
            package = await self._records.delete_package(vnf_pkg_id)
            if package.content and not await self._records.content_in_use([package.content.digest]):
                await self._artifacts.remove(package.content.digest)

    async def clear(self, upload_id: UUID, content: PackageContent | None) -> None:
        """Remove what there is of an upload that came to nothing, also where it was kept already."""
        await self._artifacts.discard(upload_id)
        if content is None:
            return
        async with self._artifacts.turn():
            if not await self._is_used(content, upload_id):
                await self._artifacts.remove(content.digest)

    async def _is_used(self, content: PackageContent, upload_id: UUID) -> bool:
        """Whether this very content is a package's, or that of another upload that is about to be one's."""
        for package in await self._records.unfinished_packages():
            other = package.upload
            if other and other.id != upload_id and other.content and other.content.digest == content.digest:
                return True
        try:
            first = await self._records.package_of(content.vnfd.id)
        except NotFoundError:
            return False
        return first.content is not None and first.content.digest == content.digest

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
