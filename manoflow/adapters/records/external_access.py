"""How external artifacts of packages are got (of the protocol `Packages`): a table of its own, as it is mostly empty.

What is in it is one cipher text for each package, with all credentials; `packages` deletes it with its package.
"""

from uuid import UUID

from sqlalchemy import Column, ForeignKey, Named, Table, Text, Uuid

from manoflow.adapters.records.columns import Listed, metadata
from manoflow.adapters.records.lookups import find_package
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.secrets import revealed
from manoflow.adapters.records.tables import packages
from manoflow.domain.external_artifacts import ExternalArtifactsAccessConfig, require_settled


class _ExtArtifactsAccess(Listed):
    id: Named[UUID] = Column(Uuid, ForeignKey(packages.c.id), unique=True)
    sealed_access: Named[str] = Column(Text)


external_access = Table("ext_artifacts_access", metadata, _ExtArtifactsAccess)


class ExternalAccessRecords(Part):
    """Credentials for artifacts."""

    async def change_external_access(self, vnf_pkg_id: UUID, config: ExternalArtifactsAccessConfig) -> None:
        """Replace what there is, while nobody begins to onboard the package."""
        row = {"id": vnf_pkg_id, "sealed_access": self._keyring.seal(revealed(config))}
        async with self._database.writing() as tx:
            require_settled(await find_package(tx, vnf_pkg_id, lock=True))
            await tx.delete(external_access, external_access.c.id == vnf_pkg_id)
            if config.artifact:
                taken = f"cannot record how external artifacts of VNF package {vnf_pkg_id} are got: it is recorded"
                await tx.insert(external_access, row, taken=taken)

    async def external_access(self, vnf_pkg_id: UUID) -> ExternalArtifactsAccessConfig:
        """What was recorded last, or nothing."""
        async with self._database.reading() as tx:
            await find_package(tx, vnf_pkg_id)
            row = await tx.row(external_access, external_access.c.id == vnf_pkg_id)
        if row is None:
            return ExternalArtifactsAccessConfig()
        opened = self._keyring.open(row["sealed_access"], f"VNF package {vnf_pkg_id}")
        return ExternalArtifactsAccessConfig.model_validate_json(opened)
