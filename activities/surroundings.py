"""What a modification is judged by, read from the record: for the API before it is admitted, and for its planning."""

from collections.abc import Sequence

from manoflow.domain.errors import NotFoundError
from manoflow.domain.packages import VnfPackage
from manoflow.domain.targets.modify import Surroundings
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from manoflow.ports.deciding import Surroundings as Recorded


async def surroundings(
    records: Recorded, instance: VnfInstance, request: VnfInfoModificationRequest, brought: Sequence[Vim] = ()
) -> Surroundings:
    """As they are now; `brought` are VIMs that the request brings along and that are not registered yet."""
    used = {row.vim_connection_id for row in await records.resources(instance.id)}
    return Surroundings(
        package=await _package(records, request.vnfd_id) if request.vnfd_id else None,
        vims=(*brought, *await records.vims()),
        used=frozenset(used | ({instance.state.vim_connection_id} if instance.state else set())),
    )


async def _package(packages: Recorded, vnfd_id: str) -> VnfPackage | None:
    try:
        return await packages.package_of(vnfd_id)
    except NotFoundError:
        return None
