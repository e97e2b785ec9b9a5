"""What a VIM has that a VNF needs: flavors, images, networks.

Flavors go by the name that the VNFD asks for, else by content; one that is missing is made. An image that is in the
package comes from there; one that is only named has to be in the VIM, as networks have.
"""

from collections.abc import Sequence

from manoflow.domain.cloud import Flavor
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.grants import GrantRequest
from manoflow.domain.vnfd import SwImage, VirtualCompute
from manoflow.ports.vim import VimDriver


async def require_networks(vim: VimDriver, request: GrantRequest) -> None:
    """Look for every network that ports are to join. Raises `NotFoundError` for one that is missing."""
    wanted = {
        "external network": ("extVirtualLink", request.external_networks),
        "network": ("extManagedVirtualLink", request.managed_networks),
    }
    for noun, (attribute, networks) in wanted.items():
        for network in networks:
            if await vim.virtual_links.look_up(network) is None:
                raise NotFoundError(
                    f"cannot connect to {noun} {network}: VIM {request.vim_connection_id} has none of that id; "
                    f"give the network's own id as resourceId of the {attribute}"
                )


async def chosen_images(vim: VimDriver, request: GrantRequest) -> dict[str, str]:
    """The VIM's id of each image that the package has not.

    Raises `NotFoundError` or `InvalidInputError` for none or several of a name.
    """
    return {image.id: await _image(vim, request, image) for image in request.images.values() if image.digest is None}


def chosen_flavors(request: GrantRequest, available: Sequence[Flavor]) -> tuple[dict[str, Flavor], tuple[str, ...]]:
    """The flavor of each VDU that the VIM has one for, and warnings where it is not the one asked for."""
    shared = [flavor for flavor in available if not flavor.made_by_us]
    chosen: dict[str, Flavor] = {}
    warnings: list[str] = []
    for vdu, compute in request.computes.items():
        named = [flavor for flavor in shared if flavor.name == compute.requested_flavor]
        if compute.requested_flavor and not named:
            warnings.append(f"VDU {vdu}: the VIM has no flavor {compute.requested_flavor}, one is chosen by content")
        fitting = named or [flavor for flavor in shared if _fits(flavor, compute)]
        if fitting:
            chosen[vdu] = min(fitting, key=lambda flavor: flavor.name)
    return chosen, tuple(warnings)


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


def _fits(flavor: Flavor, compute: VirtualCompute) -> bool:
    has = (flavor.vcpus, flavor.memory_mib, flavor.disk_gib, flavor.extra_specs)
    return has == (compute.num_vcpus, compute.memory_mib, compute.local_disk_gib, compute.extra_specs)
