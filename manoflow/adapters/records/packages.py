"""VNF packages (the protocol `Packages`). That a VNFD id names one package is a unique index."""

from collections.abc import Callable, Sequence
from uuid import UUID

from sqlalchemy import select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.external_access import external_access
from manoflow.adapters.records.lookups import find_package, found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.secrets import revealed
from manoflow.adapters.records.tables import instances, is_onboarded, is_open, occurrences, packages, plans
from manoflow.domain.errors import AlreadyExistsError, ConflictError, NotFoundError
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.onboarding import PackageSource
from manoflow.domain.packages import UNFINISHED, OperationalState, VnfPackage
from manoflow.domain.plan import Plan


class PackageRecords(Part):
    """What is onboarded, and what uses it."""

    async def add_package(self, package: VnfPackage) -> None:
        """Record a new package resource."""
        async with self._database.writing() as tx:
            try:
                await tx.insert(packages, _row(package), taken="the id is taken")
            except AlreadyExistsError as refused:
                raise await _refusal(tx, package, refused) from refused

    async def package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """One package."""
        async with self._database.reading() as tx:
            return await find_package(tx, vnf_pkg_id)

    async def package_of(self, vnfd_id: str) -> VnfPackage:
        """The onboarded package that holds this VNFD."""
        async with self._database.reading() as tx:
            row = await tx.row(packages, packages.c.vnfd_id == vnfd_id, is_onboarded)
        return model_of(VnfPackage, found(row, f"an onboarded VNF package with VNFD {vnfd_id}"))

    async def packages(self) -> Sequence[VnfPackage]:
        """All, oldest first."""
        async with self._database.reading() as tx:
            return [model_of(VnfPackage, row) for row in await tx.rows(packages)]

    async def unfinished_packages(self) -> Sequence[VnfPackage]:
        """Those that are being onboarded, oldest first."""
        async with self._database.reading() as tx:
            rows = await tx.rows(packages, packages.c.onboarding_state.in_([state.value for state in UNFINISHED]))
        return [model_of(VnfPackage, row) for row in rows]

    async def change_package(
        self, vnf_pkg_id: UUID, change: Callable[[VnfPackage], VnfPackage], source: PackageSource | None = None
    ) -> VnfPackage:
        """Write what `change` makes of a package as it is now. Its source goes with the upload that it was for."""
        sealed = {"sealed_source": self._keyring.seal(revealed(source))} if source else {}
        async with self._database.writing() as tx:
            package = change(await find_package(tx, vnf_pkg_id, lock=True))
            row = {**_row(package), **(sealed if package.upload else {"sealed_source": None})}
            try:
                await tx.update(packages, packages.c.id == vnf_pkg_id, row, taken="its VNFD id is taken")
            except AlreadyExistsError as refused:
                raise await _refusal(tx, package, refused) from refused
            return package

    async def package_source(self, vnf_pkg_id: UUID) -> PackageSource:
        """Where its content is to be fetched."""
        what = f"VNF package {vnf_pkg_id}"
        async with self._database.reading() as tx:
            row = found(await tx.row(packages, packages.c.id == vnf_pkg_id), what)
        if row["sealed_source"] is None:
            raise NotFoundError(f"cannot find a source of {what}: nothing is fetched for it now")
        return PackageSource.model_validate_json(self._keyring.open(row["sealed_source"], what))

    async def package_in_use(self, vnf_pkg_id: UUID) -> bool:
        """An instance refers to it (an open occurrence does so through its instance, or through its plan)."""
        async with self._database.reading() as tx:
            return await _user(tx, vnf_pkg_id) is not None

    async def packages_in_use(self) -> frozenset[UUID]:
        """Those of which that can be said."""
        async with self._database.reading() as tx:
            rows = await tx.read(select(instances.c.vnf_pkg_id).distinct(), instances)
            planned = [vnf_pkg_id for vnf_pkg_id, _ in await _planned(tx)]
        return frozenset({*(row["vnf_pkg_id"] for row in rows), *planned})

    async def delete_package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """Forget it, while nobody can begin to use it."""
        async with self._database.writing() as tx:
            package = await find_package(tx, vnf_pkg_id, lock=True)
            obstacle = await _obstacle(tx, package)
            if obstacle:
                raise ConflictError(f"cannot delete VNF package {vnf_pkg_id}: {obstacle}")
            await tx.delete(external_access, external_access.c.id == vnf_pkg_id)
            await tx.delete(packages, packages.c.id == vnf_pkg_id)
            return package


def _row(package: VnfPackage) -> dict[str, object]:
    return {**row_of(package, packages), "vnfd_id": package.content.vnfd.id if package.content else None}


async def _refusal(tx: Transaction, package: VnfPackage, refused: AlreadyExistsError) -> ConflictError:
    what = f"cannot record VNF package {package.id}"
    vnfd_id = package.content.vnfd.id if package.content else None
    other = await tx.row(packages, packages.c.vnfd_id == vnfd_id, is_onboarded, packages.c.id != package.id)
    if other is None:
        return ConflictError(f"{what}: {refused}")
    return ConflictError(
        f"{what}: VNFD {vnfd_id} is that of VNF package {other['id']} already; "
        "delete that package, or give this VNFD a descriptor_id of its own"
    )


async def _obstacle(tx: Transaction, package: VnfPackage) -> str | None:
    """Why a package cannot go, and what to do about it."""
    if user := await _user(tx, package.id):
        return f"VNF instance {user} uses it"
    if package.operational_state is OperationalState.ENABLED:
        return "it is ENABLED; disable it first"
    if package.onboarding_state in UNFINISHED:
        return f"it is {package.onboarding_state}, wait until it is not"
    return None


async def _user(tx: Transaction, vnf_pkg_id: UUID) -> UUID | None:
    """An instance of the package, or one that an open operation is about to make one."""
    row = await tx.row(instances, instances.c.vnf_pkg_id == vnf_pkg_id)
    if row:
        return UUID(str(row["id"]))
    return next((user for planned, user in await _planned(tx) if planned == vnf_pkg_id), None)


async def _planned(tx: Transaction) -> list[tuple[UUID, UUID]]:
    """Packages that open operations are about to give to instances, with those instances."""
    changing = occurrences.c.operation == LcmOperationType.MODIFY_INFO.value
    statement = select(plans.c.body).join(occurrences, occurrences.c.plan_id == plans.c.id).where(is_open, changing)
    found_plans = [Plan.model_validate(row["body"]) for row in await tx.read(statement, plans)]
    return [
        (plan.modification.vnf_pkg_id, plan.vnf_instance_id)
        for plan in found_plans
        if plan.modification is not None and plan.modification.vnf_pkg_id is not None
    ]
