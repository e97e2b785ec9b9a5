"""A VNF of as many VNFCs as a test wants: the reference VNF grown, each VNFC a server, two ports and a volume."""

from uuid import NAMESPACE_URL, uuid4, uuid5

from manoflow.domain.packages import VnfPackage
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Flavour, Vnfd
from tests.reference import reference_instance, reference_package, reference_vnfd
from tests.stand import Stand


async def instance_of_size(bench: Stand, vnfcs: int) -> VnfInstance:
    """Onboard a package of that size, and make an instance of it."""
    package = package_of_size(vnfcs)
    await bench.records.add_package(package)
    mine = {"id": uuid4(), "vnf_pkg_id": package.id, "vnfd_id": _vnfd_id(vnfcs)}
    instance = reference_instance(f"of-{vnfcs}").model_copy(update=mine)
    await bench.records.add_instance(instance)
    return instance


def package_of_size(vnfcs: int) -> VnfPackage:
    """The package, onboarded and enabled."""
    package = reference_package()
    assert package.content is not None
    content = package.content.model_copy(update={"vnfd": _vnfd(vnfcs)})
    return package.model_copy(update={"id": uuid5(NAMESPACE_URL, _vnfd_id(vnfcs)), "content": content})


def _vnfd_id(vnfcs: int) -> str:
    return f"vnf-of-{vnfcs}-vnfcs"


def _vnfd(vnfcs: int) -> Vnfd:
    vnfd = reference_vnfd()
    (simple,) = vnfd.flavours
    return vnfd.model_copy(update={"id": _vnfd_id(vnfcs), "flavours": (_grown(simple, vnfcs),)})


def _grown(flavour: Flavour, vnfcs: int) -> Flavour:
    """Its network grows with it; its VNFCs need not be apart, for the fake cloud has six hosts."""
    (app,), (internal,) = flavour.vdus, flavour.virtual_links
    return flavour.model_copy(
        update={
            "vdus": (app.model_copy(update={"initial_instances": vnfcs, "max_instances": vnfcs}),),
            "virtual_links": (internal.model_copy(update={"cidr": "192.168.0.0/16"}),),
            "placement_groups": (),
            "aspects": (),
            "levels": (),
            "default_level": None,
        }
    )
