"""The local NFVO: grants what the VIM can give, and chooses the VIM's assets for it.

It looks for the flavor of each VDU (by the name the VNFD asks for, else by content), for each image and each external
network. What is missing and cannot be made is refused here, before anything is touched.
"""

from collections.abc import Sequence

from manoflow.domain.base import Moment
from manoflow.domain.cloud import Flavor
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.grants import Grant, GrantRef, GrantRequest, grant_id
from manoflow.domain.vnfd import SwImage, VirtualCompute
from manoflow.ports.vim import VimDriver, Vims


class LocalGranting:
    """The port `Granting`, answered by ourselves."""

    def __init__(self, vims: Vims) -> None:
        """`vims` are asked for what they have."""
        self._vims = vims

    async def request(self, request: GrantRequest, at: Moment) -> Grant:
        """Choose flavors and images, and look for the networks."""
        vim = await self._vims.driver(request.vim_connection_id)
        await _require_networks(vim, request)
        flavors, warnings = _flavors(request, await vim.flavors.available() if request.computes else ())
        return Grant(
            id=grant_id(request.lcm_op_occ_id),
            lcm_op_occ_id=request.lcm_op_occ_id,
            vnf_instance_id=request.vnf_instance_id,
            vim_connection_id=request.vim_connection_id,
            flavors=flavors,
            images={image.id: await _image(vim, request, image) for image in request.images.values()},
            warnings=warnings,
            granted_at=at,
        )

    async def release(self, grant: GrantRef) -> None:
        """Nothing is reserved yet, so nothing has to be given back."""


async def _require_networks(vim: VimDriver, request: GrantRequest) -> None:
    for network in request.external_networks:
        if await vim.virtual_links.look_up(network) is None:
            message = (
                f"cannot connect to external network {network}: VIM {request.vim_connection_id} has none of that id; "
                "give the network's own id as resourceId of the extVirtualLink"
            )
            raise NotFoundError(message)


async def _image(vim: VimDriver, request: GrantRequest, image: SwImage) -> str:
    found = await vim.images.look_up(image.name)
    if len(found) == 1:
        return found[0].vim_id
    where = f"VIM {request.vim_connection_id}"
    if not found:
        message = f"cannot find image {image.name} of {image.id} in {where}: upload an image of that name"
        raise NotFoundError(message)
    message = f"cannot choose image {image.name} of {image.id}: {where} has {len(found)} of that name, leave one"
    raise InvalidInputError(message)


def _flavors(request: GrantRequest, available: Sequence[Flavor]) -> tuple[dict[str, str], tuple[str, ...]]:
    shared = [flavor for flavor in available if not flavor.made_by_us]
    chosen: dict[str, str] = {}
    warnings: list[str] = []
    for vdu, compute in request.computes.items():
        named = [flavor for flavor in shared if flavor.name == compute.requested_flavor]
        if compute.requested_flavor and not named:
            warnings.append(f"VDU {vdu}: the VIM has no flavor {compute.requested_flavor}, one is chosen by content")
        fitting = named or [flavor for flavor in shared if _fits(flavor, compute)]
        if fitting:
            chosen[vdu] = min(fitting, key=lambda flavor: flavor.name).vim_id
    return chosen, tuple(warnings)


def _fits(flavor: Flavor, compute: VirtualCompute) -> bool:
    has = (flavor.vcpus, flavor.memory_mib, flavor.disk_gib, flavor.extra_specs)
    return has == (compute.num_vcpus, compute.memory_mib, compute.local_disk_gib, compute.extra_specs)
