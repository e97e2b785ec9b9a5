"""The project as a whole: its quotas, what of them is in use, the zones that take servers.

Every service keeps its own quotas and tells limit, use and reservations by itself; what it has reserved for a create on
its way counts as used. Zones are the VIM's. Quotas of single volume types are not looked at: which type a volume gets
is not known before it is made, and Cinder refuses what exceeds them.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from openstack.common.quota_set import QuotaSet
from openstack.connection import Connection

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.domain.capacity import Capacity, Measure, Zone

COMPUTE = {
    "instances": Measure.SERVERS,
    "cores": Measure.VCPUS,
    "ram": Measure.MEMORY_MIB,
    "server_groups": Measure.PLACEMENT_GROUPS,
}
VOLUMES = {"volumes": Measure.STORAGES, "gigabytes": Measure.STORAGE_GIB}
NETWORK = {"networks": Measure.VIRTUAL_LINKS, "ports": Measure.PORTS}
"""What each service counts, as the SDK names it."""


class Quota(NamedTuple):
    """What a service says of one measure."""

    limit: int
    """-1 where there is none."""
    used: int


Quotas = Mapping[Measure, Quota]


class OpenStackSite:
    """One project: `manoflow.ports.vim.Site`."""

    def __init__(self, cloud: Cloud, vim_connection_id: str) -> None:
        """Share the cloud's threads with the kinds."""
        self._cloud = cloud
        self._vim_connection_id = vim_connection_id

    async def capacity(self) -> Capacity:
        """Ask all services at once."""
        observed_at = datetime.now(UTC)
        zones, told = await asyncio.gather(
            self._cloud.call("list availability zones", _zones),
            asyncio.gather(*(self._cloud.call(f"read the {name} quota", read) for name, read in READERS.items())),
        )
        quotas = {measure: quota for of_service in told for measure, quota in of_service.items()}
        return Capacity(
            vim_connection_id=self._vim_connection_id,
            observed_at=observed_at,
            limits={measure: quota.limit for measure, quota in quotas.items() if quota.limit >= 0},
            used={measure: quota.used for measure, quota in quotas.items()},
            zones=zones,
        )


def _zones(sdk: Connection) -> tuple[Zone, ...]:
    """Those with a running compute service: Nova's list for users leaves its internal zone out."""
    available = {zone.name for zone in sdk.compute.availability_zones() if zone.state["available"]}
    return tuple(Zone(name=name) for name in sorted(available))


def _compute(sdk: Connection) -> Quotas:
    return _of_set(sdk.compute.get_quota_set(str(sdk.current_project_id), usage=True), COMPUTE)


def _volumes(sdk: Connection) -> Quotas:
    return _of_set(sdk.block_storage.get_quota_set(str(sdk.current_project_id), usage=True), VOLUMES)


def _network(sdk: Connection) -> Quotas:
    told = sdk.network.get_quota(str(sdk.current_project_id), details=True)
    return {
        measure: Quota(told[name]["limit"], int(told[name]["used"]) + int(told[name]["reserved"]))
        for name, measure in NETWORK.items()
    }


READERS: Mapping[str, Callable[[Connection], Quotas]] = {"compute": _compute, "volume": _volumes, "network": _network}


def _of_set(told: QuotaSet, names: Mapping[str, Measure]) -> Quotas:
    return {
        measure: Quota(told[name], told.usage[name] + told.reservation.get(name, 0)) for name, measure in names.items()
    }
