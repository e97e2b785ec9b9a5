"""The package that a path names: by its own id (SOL005 and SOL003), or by that of its VNFD (onboarded_vnf_packages).

Both kinds of paths have the same resources below them. The routers of those are included twice (`api.app`), each time
with one of these dependencies in front, which leaves the package for the route.
"""

from typing import Annotated

from fastapi import Depends, Path, Request

from api.links import VNF_PKGM_PREFIX
from api.requests import id_in_path
from api.services import Injected
from manoflow.domain.errors import NotFoundError
from manoflow.domain.packages import VnfPackage

PACKAGES = f"{VNF_PKGM_PREFIX}/vnf_packages"
ONBOARDED = f"{VNF_PKGM_PREFIX}/onboarded_vnf_packages"


async def by_id(request: Request, vnf_pkg_id: Annotated[str, Path(alias="vnfPkgId")], services: Injected) -> None:
    """Find the package of an id."""
    request.state.vnf_package = await services.records.package(id_in_path(vnf_pkg_id, "VNF package"))


async def by_vnfd_id(request: Request, vnfd_id: Annotated[str, Path(alias="vnfdId")], services: Injected) -> None:
    """Find the onboarded package of a VNFD."""
    if "\0" in vnfd_id:  # PostgreSQL takes no NUL in a text, not even to compare with
        raise NotFoundError(f"cannot find a VNF package with VNFD {vnfd_id!r}: that is no id of a VNFD")
    request.state.vnf_package = await services.records.package_of(vnfd_id)


def found(request: Request) -> VnfPackage:
    """The package that was found."""
    package: VnfPackage = request.state.vnf_package
    return package


NamedPackage = Annotated[VnfPackage, Depends(found)]

BY_ID = (f"{PACKAGES}/{{vnfPkgId}}", Depends(by_id))
BY_VNFD_ID = (f"{ONBOARDED}/{{vnfdId}}", Depends(by_vnfd_id))
