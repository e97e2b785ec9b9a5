"""What bears each uid, counted in Nova, Neutron and Cinder themselves: the driver's own lists are to be judged too."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.lab import laboratory

UID = re.compile(r"manoflow:uid=([0-9a-f-]{36})")


async def miscounted(records: Records, instance: VnfInstance) -> list[str]:
    """Everything that the record owns must be there once; empty is what we want.

    What bears a uid that the record does not know is an orphan: that is judged where the driver's list is.
    """
    owned = {str(row.uid) for row in await records.resources(instance.id)}
    counted = await asyncio.to_thread(lambda: Counter(_borne(owned)))
    return [f"counted {counted[uid]} times in the cloud: {uid}" for uid in sorted(owned) if counted[uid] != 1]


def _borne(owned: set[str]) -> Iterator[str]:
    for marks in _everything():
        yield from set(UID.findall(marks)) & owned


def _everything() -> Iterable[str]:
    """The texts on which marks are written, of everything that there is."""
    sdk = laboratory.sdk("oslab")
    yield from (" ".join(one.tags) for one in sdk.compute.servers(all_projects=True))
    yield from (one.description or "" for one in sdk.compute.flavors(get_extra_specs=False))
    yield from (one.name for one in sdk.compute.server_groups(all_projects=True))
    yield from (one.description or "" for one in sdk.network.ports())
    yield from (one.description or "" for one in sdk.network.networks())
    volumes = sdk.block_storage.volumes(all_projects=True)
    yield from (f"manoflow:uid={one.metadata.get('manoflow:uid')}" for one in volumes)
