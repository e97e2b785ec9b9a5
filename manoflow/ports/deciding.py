"""What of the record those who plan and ask for grants need.

`manoflow.ports.records.Records` gives it; `activities.sketching` gives it too, on paper, so that the same activities
can say what an operation would do.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from manoflow.domain.grants import Grant, GrantRef
from manoflow.domain.image_use import ImageUse
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.packages import VnfPackage
from manoflow.domain.plan import Build, BuildRef, Plan
from manoflow.domain.resources import Resource
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance


class Surroundings(Protocol):
    """What there is beside the instance. Every method as in `manoflow.ports.records`."""

    async def resources(self, vnf_instance_id: UUID) -> Sequence[Resource]:
        """The recorded resources of an instance, in the order of their keys."""
        ...

    async def package_of(self, vnfd_id: str) -> VnfPackage:
        """The onboarded package that holds this VNFD."""
        ...

    async def vims(self) -> Sequence[Vim]:
        """All, oldest first."""
        ...


class Deciding(Surroundings, Protocol):
    """What is decided by, and where decisions are kept."""

    async def occurrence(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:
        """One occurrence."""
        ...

    async def instance(self, vnf_instance_id: UUID) -> VnfInstance:
        """One instance."""
        ...

    async def package(self, vnf_pkg_id: UUID) -> VnfPackage:
        """One package."""
        ...

    async def save_plan(self, plan: Plan) -> Plan:
        """Keep a plan; answers the one kept first."""
        ...

    async def plan(self, plan_id: UUID) -> Plan:
        """One plan."""
        ...

    async def save_grant(self, grant: Grant) -> Grant:
        """Keep a grant; answers the one kept first."""
        ...

    async def grant(self, grant_id: UUID) -> Grant:
        """One grant."""
        ...

    async def release_grant(self, granted: GrantRef) -> None:
        """Mark a grant as given back."""
        ...

    async def join_image(self, use: ImageUse) -> UUID:
        """Use the image of that content; answers its uid."""
        ...

    async def save_build(self, build: Build) -> BuildRef:
        """Keep a build and its steps."""
        ...
