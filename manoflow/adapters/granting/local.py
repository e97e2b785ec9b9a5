"""The local NFVO: grants what the VIM can give, chooses the VIM's assets and zones for it, and reserves room.

Whatever is missing is refused here, before anything is touched. The room is what the VIM's limits leave beside what is
used and what other grants have reserved (`manoflow.ports.records.Reservations`).
"""

from collections.abc import Awaitable, Callable, Sequence

from manoflow.adapters.granting.assets import chosen_flavors, chosen_images, require_networks
from manoflow.domain.base import Moment
from manoflow.domain.capacity import Capacity, Reservation
from manoflow.domain.errors import QuotaError
from manoflow.domain.grants import Grant, GrantRef, GrantRequest, grant_id, reservations_of
from manoflow.domain.zoning import choose_zones
from manoflow.ports.records import Reservations
from manoflow.ports.vim import VimDriver, Vims

Take = Callable[[Sequence[Reservation], Capacity], Awaitable[None]]
"""What is done about room: it is reserved, or only looked for."""


class LocalGranting:
    """The port `Granting`, answered by ourselves."""

    def __init__(self, vims: Vims, reservations: Reservations) -> None:
        """`vims` are asked for what they have; `reservations` are made where others who grant see them."""
        self._vims = vims
        self._reservations = reservations

    async def request(self, request: GrantRequest, at: Moment) -> Grant:
        """Choose flavors, images and zones, look for the networks, and reserve what is added."""
        return await self._granted(request, at, self._reservations.reserve)

    async def forecast(self, request: GrantRequest, at: Moment) -> Grant:
        """The same without reserving."""
        return await self._granted(request, at, self._reservations.require_room)

    async def release(self, grant: GrantRef) -> None:
        """Nothing to do: what is reserved stands in the record and is released with the grant there."""

    async def _granted(self, request: GrantRequest, at: Moment, take: Take) -> Grant:
        vim = await self._vims.driver(request.vim_connection_id)
        await require_networks(vim, request)
        images = await chosen_images(vim, request)
        flavors, warnings = chosen_flavors(request, await vim.flavors.available() if request.computes else ())
        zones = (
            await self._placed(vim, request, reservations_of(request, flavors, at), take)
            if request.add_resources
            else {}
        )
        return Grant(
            id=grant_id(request.lcm_op_occ_id),
            lcm_op_occ_id=request.lcm_op_occ_id,
            vnf_instance_id=request.vnf_instance_id,
            vim_connection_id=request.vim_connection_id,
            flavors={vdu: flavor.vim_id for vdu, flavor in flavors.items()},
            images=images,
            zones=zones,
            warnings=warnings,
            granted_at=at,
        )

    async def _placed(
        self, vim: VimDriver, request: GrantRequest, wanted: Sequence[Reservation], take: Take
    ) -> dict[str, str]:
        """Take room, and choose where VNFCs go."""
        capacity = await vim.site.capacity()
        zones = choose_zones(request.placement_constraints, _zones(request, capacity), request.zones)
        try:
            await take(wanted, capacity)
        except QuotaError:
            # What others have made and not recorded yet was in the way twice: look closer before it is refused.
            seen = frozenset(thing.uid for thing in await vim.tagged() if thing.uid is not None)
            closer = (await vim.site.capacity()).model_copy(update={"seen": seen})
            await take(wanted, closer)
        return zones


def _zones(request: GrantRequest, capacity: Capacity) -> Sequence[str]:
    """The VIM's zones, beginning with another one for every VNF, so that small VNFs do not crowd the first."""
    names = sorted(zone.name for zone in capacity.zones)
    first = request.vnf_instance_id.int % len(names) if names else 0
    return [*names[first:], *names[:first]]
