"""The smallest VNF that is one: a server with one port on a network that was there before, and its flavor."""

from uuid import UUID

from manoflow.domain.packages import VnfPackage
from manoflow.domain.vnfd import Vnfd
from tests.reference import reference_package, reference_vnfd

TINY = "tiny-vnf"


def tiny_package() -> VnfPackage:
    """The reference VNF without all that it can do without."""
    package = reference_package()
    assert package.content is not None
    content = package.content.model_copy(update={"vnfd": _tiny_vnfd()})
    return package.model_copy(update={"id": UUID("5b1e0000-0000-4000-8000-000000000003"), "content": content})


def _tiny_vnfd() -> Vnfd:
    vnfd = reference_vnfd()
    (simple,) = vnfd.flavours
    (app,), (management, _) = simple.vdus, simple.cps
    tiny = simple.model_copy(
        update={
            "vdus": (app.model_copy(update={"storages": ()}),),
            "cps": (management,),
            "virtual_links": (),
            "storages": (),
            "placement_groups": (),
        }
    )
    return vnfd.model_copy(update={"id": TINY, "flavours": (tiny,)})
