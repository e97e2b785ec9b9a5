"""Assets: what VNFCs and storages start from, where the grant names none of the VIM's own: images and flavors.

They are no part of the VNFD's topology. `manoflow.domain.binding` adds them to a plan: a flavor is made for the VNF
instance alone, an image is put into the VIM once for all who use that content (`manoflow.domain.image_use`).
"""

from collections.abc import Collection, Iterator

from manoflow.domain.errors import ConflictError
from manoflow.domain.grants import Grant
from manoflow.domain.identity import Kind, key_of, uid_of
from manoflow.domain.image_use import ImageUse
from manoflow.domain.plan import Plan
from manoflow.domain.topology import Element, FlavorElement, ImageElement, StorageElement, Topology, VnfcElement
from manoflow.domain.vnfd import SwImage, VirtualCompute


def assets_to_make(plan: Plan, grant: Grant, recorded: Collection[str]) -> Topology:
    """The flavors and images that the plan needs beside those granted and those in the recorded places."""
    wanted = {element.key: element for element in _assets(plan, grant)}
    return Topology(elements={key: element for key, element in wanted.items() if key not in recorded})


def flavor_key(compute: VirtualCompute) -> str:
    """The place of a flavor of that content: VDUs that ask for the same share it."""
    specs = [f"{name}={value}" for name, value in sorted(compute.extra_specs.items())]
    content = [f"{compute.num_vcpus}c", f"{compute.memory_mib}m", f"{compute.local_disk_gib}g", *specs]
    return key_of(Kind.FLAVOR, "-".join(content))


def image_key(digest: str) -> str:
    """The place of an image of that content: VDUs and storages that start from the same share it."""
    return key_of(Kind.IMAGE, digest)


def use_of(image: ImageElement, plan: Plan, grant: Grant) -> ImageUse:
    """What the VNF instance of a plan asks for an image."""
    return ImageUse(
        vim_connection_id=grant.vim_connection_id,
        digest=image.digest,
        uid=uid_of(plan.lcm_op_occ_id, image.key),
        vnf_instance_id=plan.vnf_instance_id,
    )


def _assets(plan: Plan, grant: Grant) -> Iterator[Element]:
    for element in plan.made:
        if isinstance(element, VnfcElement) and element.vdu_id not in grant.flavors:
            yield _flavor(element.compute)
        if isinstance(element, VnfcElement | StorageElement) and element.image is not None:
            yield from _image(element.image, plan, grant)


def _flavor(compute: VirtualCompute) -> FlavorElement:
    return FlavorElement(
        key=flavor_key(compute),
        vcpus=compute.num_vcpus,
        memory_mib=compute.memory_mib,
        disk_gib=compute.local_disk_gib,
        extra_specs=compute.extra_specs,
    )


def _image(image: SwImage, plan: Plan, grant: Grant) -> Iterator[ImageElement]:
    if image.id in grant.images:
        return
    if image.digest is None or image.artifact is None or plan.package is None:
        message = f"cannot use image {image.name} of {image.id}: it is not in the package, and no image was granted"
        raise ConflictError(message)
    yield ImageElement(
        key=image_key(image.digest),
        image_name=image.name,
        digest=image.digest,
        package=plan.package,
        path=image.artifact,
        disk_format=image.disk_format,
        container_format=image.container_format,
        min_disk_gib=image.min_disk_gib,
        min_ram_mib=image.min_ram_mib,
    )
