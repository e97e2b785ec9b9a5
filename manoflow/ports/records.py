"""The port to the record: intent, inventory, occurrences, plans, journal, grants and VIMs.

Packages, which are recorded too, have a port of their own, `manoflow.ports.packages`: it is part of this one.

One database transaction per method. Reads raise `NotFoundError` for an unknown id; every query is filtered by
tenant. Only activities on the queues `lcm` and `packages` and the API reach this port.
"""

from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from manoflow.domain.capacity import Capacity, Reservation
from manoflow.domain.grants import Grant, GrantRef
from manoflow.domain.journal import Claim, Claimed, PageRequest, Progress, Projection
from manoflow.domain.lcm import InstantiationState, ProblemDetails, VnfLcmOpOcc
from manoflow.domain.plan import Build, BuildRef, Plan, StagePage, Step
from manoflow.domain.resources import AffectedResource, Resource
from manoflow.domain.upkeep import Report
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.world import World
from manoflow.ports.image_uses import ImageUses
from manoflow.ports.packages import Packages
from manoflow.ports.proposals import Proposals


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

    async def admit(
        self, occurrence: VnfLcmOpOcc, requires: InstantiationState | None = None, world: World | None = None
    ) -> None:
        """Let an operation begin: the only way in.

        `ConflictError` names the open occurrence that holds the instance, and its ways out, or says that the instance
        is not in the state that is required, or what has changed since it was as `world` has it: whoever looked before
        may have looked too early.
        """
        ...

    async def occurrence(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:
        """One occurrence."""
        ...

    async def occurrences(self, vnf_instance_id: UUID | None = None) -> Sequence[VnfLcmOpOcc]:
        """All, or those of one instance, oldest first."""
        ...

    async def affected(self, lcm_op_occ_id: UUID) -> Sequence[AffectedResource]:
        """What the occurrence has changed so far: what is in its journal and not undone."""
        ...

    async def claim(self, claim: Claim) -> Claimed:
        """Compare-and-set the execution that performs an occurrence; a repeat by the same run is granted again."""
        ...

    async def open_occurrences(self) -> Sequence[VnfLcmOpOcc]:
        """All that are not final, oldest first: what a sweep looks through."""
        ...

    async def take_over(self, occurrence: VnfLcmOpOcc, claim: str, why: ProblemDetails) -> bool:
        """Replace the claim of a run that is gone by `claim`, and record why.

        Compare-and-set on the claim and the revision that `occurrence` shows: False where either has changed meanwhile.
        A run that starts with `Ticket.takeover` of that value then claims the occurrence.
        """
        ...

    async def standing_at(self, lcm_op_occ_id: UUID) -> StagePage | None:
        """The steps that may have been under way when a run was lost.

        The first page of steps of its build that is not wholly in the journal, without those that are; None where
        everything was done or nothing was built yet.
        """
        ...

    async def project(self, projection: Projection) -> None:
        """Write state, journal, resources, instance and notification in one transaction.

        Final states settle the instance (`manoflow.domain.settling`). A projection that was written already is success;
        the same revision with other content, or a foreign claim, raises `ConflictError`.
        """
        ...


class Reservations(Protocol):
    """What grants hold back in a VIM for resources that are not made yet."""

    async def reserve(self, wanted: Sequence[Reservation], capacity: Capacity) -> None:
        """Reserve for one grant, all or nothing; a grant that has reserved already keeps what it has.

        Takes turns with everybody else who reserves in that VIM (a row lock). What was observed by `capacity` as in
        use, what others have reserved, and what became real since the observation are all in the way. Raises
        `QuotaError` that says of which resource how much is wanted, free, limited, and who has reserved the rest,
        and `ConflictError` where the grant was given back or its operation has ended: then it comes too late.
        """
        ...

    async def require_room(self, wanted: Sequence[Reservation], capacity: Capacity) -> None:
        """Raise the `QuotaError` that `reserve` would raise now. Nothing is reserved."""
        ...

    async def reservations(self, vim_connection_id: str | None = None) -> Sequence[Reservation]:
        """What open operations hold back, or have made of it, oldest first."""
        ...


class Upkeep(Protocol):
    """Who keeps the record in step with Temporal, and what they found."""

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Have or renew a lease for so many seconds from now; False while another holder has it."""
        ...

    async def leased(self, name: str) -> bool:
        """Whether anybody has that lease now."""
        ...

    async def report(self, reports: Sequence[Report]) -> None:
        """Replace everything reported before. What was reported already keeps the moment when it was first seen."""
        ...

    async def reports(self) -> Sequence[Report]:
        """What is out of order now, oldest first."""
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

    async def release_grant(self, granted: GrantRef) -> None:
        """Mark a grant as given back, with everything it still reserves.

        Doing it twice is no error; before it was recorded it is remembered, so that a late grant reserves nothing.
        """
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


class VimRegistry(Protocol):
    """Registered VIMs; credentials are encrypted at rest."""

    async def add_vim(self, vim: Vim, connection: VimConnection) -> None:
        """Register a VIM. `ConflictError` where the id is taken. A default takes the place of the last."""
        ...

    async def change_vim(
        self, vim_connection_id: str, change: Callable[[VimConnection], VimConnection], *, default: bool | None = None
    ) -> Vim:
        """Write what `change` makes of a connection as it is now, with nobody else changing it meanwhile.

        What `change` raises is raised and nothing is written. `ConflictError` where it would lead to another cloud (its
        driver or vimId changes) while somebody uses it. `default`: it takes the place of the last, or is none any more.
        """
        ...

    async def delete_vim(self, vim_connection_id: str) -> None:
        """Forget it; where it was the default there is none then.

        `ConflictError` names the VNF instances and the open operations that use it.
        """
        ...

    async def revision(self, vim_connection_id: str) -> str:
        """Which connection it is: another one after every change, and after a deletion and a new registration."""
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
        """The uids of everything recorded or used in one VIM: what an orphan search compares with."""
        ...


class Records(
    Instances, Occurrences, Plans, Proposals, Reservations, Packages, VimRegistry, ImageUses, Upkeep, Protocol
):
    """The whole record."""

    async def check(self) -> None:
        """Answer, or raise `UnreachableError`."""
        ...

    async def close(self) -> None:
        """Give back connections."""
        ...
