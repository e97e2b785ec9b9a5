"""The port to recorded packages, part of `manoflow.ports.records`; their bytes are behind `ports.artifacts`."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol
from uuid import UUID

from manoflow.domain.external_artifacts import ExternalArtifactsAccessConfig
from manoflow.domain.onboarding import PackageSource
from manoflow.domain.packages import VnfPackage


class Packages(Protocol):
    """VNF packages."""

    async def add_package(self, package: VnfPackage) -> None:
        """Record a new package resource."""
        ...

    async def package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """One package."""
        ...

    async def package_of(self, vnfd_id: str) -> VnfPackage:
        """The onboarded package that holds this VNFD."""
        ...

    async def packages(self) -> Sequence[VnfPackage]:
        """All, oldest first."""
        ...

    async def unfinished_packages(self) -> Sequence[VnfPackage]:
        """Those that are being onboarded, oldest first."""
        ...

    async def change_package(
        self, vnf_pkg_id: UUID, change: Callable[[VnfPackage], VnfPackage], source: PackageSource | None = None
    ) -> VnfPackage:
        """Write what `change` makes of a package as it is now, with nobody else changing it meanwhile.

        What `change` raises is raised and nothing is written. `ConflictError` where another onboarded package has its
        vnfdId; the message names that package. `source` is kept, encrypted, until the package's upload has ended.
        """
        ...

    async def package_source(self, vnf_pkg_id: UUID) -> PackageSource:
        """Where the content of a package is to be fetched now. `NotFoundError` where nothing is."""
        ...

    async def change_external_access(self, vnf_pkg_id: UUID, config: ExternalArtifactsAccessConfig) -> None:
        """Keep, encrypted, how its external artifacts are got, in place of what was known of that.

        `ConflictError` while it is being onboarded.
        """
        ...

    async def external_access(self, vnf_pkg_id: UUID) -> ExternalArtifactsAccessConfig:
        """That, with the credentials decrypted; without entries where nothing was said of it."""
        ...

    async def packages_in_use(self) -> frozenset[UUID]:
        """Those that an instance or an open occurrence refers to."""
        ...

    async def package_in_use(self, vnf_pkg_id: UUID) -> bool:
        """An instance or an open occurrence refers to it."""
        ...

    async def content_in_use(self, digests: Collection[str]) -> frozenset[str]:
        """Those of these digests that any package, instance, resource or open occurrence names, whosesoever it is."""
        ...

    async def delete_package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """Forget it; answers what it was. `ConflictError` while it is being onboarded, in use or enabled."""
        ...
