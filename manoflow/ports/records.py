"""The port to the record: intent, inventory, occurrences, plans, journal, grants, packages and VIMs.

One database transaction per method. Reads raise `NotFoundError` for an unknown id; every query is filtered by
tenant. Only activities on the queue `lcm` and the API reach this port.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from manoflow.domain.base import Moment
from manoflow.domain.grants import Grant
from manoflow.domain.journal import Claim, Claimed, PageRequest, Progress, Projection
from manoflow.domain.lcm import InstantiationState, VnfLcmOpOcc
from manoflow.domain.packages import VnfPackage
from manoflow.domain.plan import Build, BuildRef, Plan, Step
from manoflow.domain.resources import AffectedResource, Resource
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance


class Instances(Protocol):
    """VNF instances and what they own."""

    async def add_instance(self, instance: VnfInstance) -> None:
        """Record a new instance. `ConflictError` where its package is gone or disabled meanwhile."""
        ...

    async def instance(self, vnf_instance_id: UUID) -> VnfInstance:
        """One instance."""
        ...

    async def instances(self) -> Sequence[VnfInstance]:
        """All, oldest first."""
        ...

    async def delete_instance(self, vnf_instance_id: UUID) -> None:
        """Forget an identifier.

        `ConflictError` while it is instantiated, an occurrence is open, or a resource is recorded.
        """
        ...

    async def resources(self, vnf_instance_id: UUID) -> Sequence[Resource]:
        """The recorded resources of an instance, in the order of their keys."""
        ...


class Occurrences(Protocol):
    """Operation occurrences, their journal and their effects."""

    async def admit(self, occurrence: VnfLcmOpOcc, requires: InstantiationState | None = None) -> None:
        """Let an operation begin: the only way in.

        `ConflictError` names the open occurrence that holds the instance, and its ways out, or says that the instance
        is not in the state that is required: whoever looked before may have looked too early.
        """
        ...

    async def occurrence(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:
        """One occurrence."""
        ...

    async def occurrences(self, vnf_instance_id: UUID | None = None) -> Sequence[VnfLcmOpOcc]:
        """All, or those of one instance, oldest first."""
        ...

    async def unclaimed(self, before: Moment) -> Sequence[VnfLcmOpOcc]:
        """Open occurrences admitted before that moment that no run has claimed yet."""
        ...

    async def affected(self, lcm_op_occ_id: UUID) -> Sequence[AffectedResource]:
        """What the occurrence has changed so far: what is in its journal and not undone."""
        ...

    async def claim(self, claim: Claim) -> Claimed:
        """Compare-and-set the execution that performs an occurrence; a repeat by the same run is granted again."""
        ...

    async def project(self, projection: Projection) -> None:
        """Write state, journal, resources, instance and notification in one transaction.

        Final states settle the instance (`manoflow.domain.settling`). A projection that was written already is success;
        the same revision with other content, or a foreign claim, raises `ConflictError`.
        """
        ...


class Plans(Protocol):
    """Plans, grants and builds: written once, then only read."""

    async def save_plan(self, plan: Plan) -> Plan:
        """Record a plan and name it on its occurrence; answers the one recorded first."""
        ...

    async def plan(self, plan_id: UUID) -> Plan:
        """One plan."""
        ...

    async def save_grant(self, grant: Grant) -> Grant:
        """Record a grant and name it on its occurrence; answers the one recorded first."""
        ...

    async def grant(self, grant_id: UUID) -> Grant:
        """One grant."""
        ...

    async def release_grant(self, grant_id: UUID) -> None:
        """Mark a grant as given back. Doing it twice, or before it was recorded, is no error."""
        ...

    async def save_build(self, build: Build) -> BuildRef:
        """Record a build and its steps; answers the one recorded first."""
        ...

    async def page(self, request: PageRequest) -> Sequence[Step]:
        """At most `PAGE_SIZE` steps of a stage, in their order."""
        ...

    async def progress(self, lcm_op_occ_id: UUID) -> Progress:
        """How far an occurrence's build has come. One that has no build yet has no stages."""
        ...


class Packages(Protocol):
    """VNF packages; their bytes are behind `manoflow.ports.artifacts`."""

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

    async def save_package(self, package: VnfPackage) -> None:
        """Write a package's new state.

        `ConflictError` where another onboarded package has its vnfdId; the message names that package.
        """
        ...

    async def package_in_use(self, vnf_pkg_id: UUID) -> bool:
        """An instance or an open occurrence refers to it."""
        ...

    async def delete_package(self, vnf_pkg_id: UUID) -> None:
        """Forget it. `ConflictError` while it is in use or enabled."""
        ...


class VimRegistry(Protocol):
    """Registered VIMs; credentials are encrypted at rest."""

    async def add_vim(self, vim: Vim, connection: VimConnection) -> None:
        """Register a VIM. `ConflictError` where the id is taken."""
        ...

    async def change_connection(self, connection: VimConnection) -> None:
        """Write how a registered VIM is reached from now on; drivers that are connected already stay so."""
        ...

    async def vim(self, vim_connection_id: str) -> Vim:
        """One VIM, without credentials."""
        ...

    async def vims(self) -> Sequence[Vim]:
        """All, oldest first."""
        ...

    async def connection(self, vim_connection_id: str) -> VimConnection:
        """One VIM with its credentials decrypted: for drivers only."""
        ...

    async def recorded_uids(self, vim_connection_id: str) -> frozenset[UUID]:
        """The uids of everything recorded in one VIM: what an orphan search compares with."""
        ...


class Records(Instances, Occurrences, Plans, Packages, VimRegistry, Protocol):
    """The whole record."""

    async def check(self) -> None:
        """Answer, or raise `UnreachableError`."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
