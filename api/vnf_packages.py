"""The resources VNF packages, Individual VNF package and VNF package content (SOL005 clauses 9.4.2, 9.4.3, 9.4.5)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Path, Request, Response
from pydantic import Field, JsonValue, model_validator

from api.links import VNF_PKGM_PREFIX
from api.onboarding import InjectedOnboarding
from api.problems import documented
from api.requests import PLAIN, id_in_path, media_type, require_json
from api.services import Injected, Services
from api.versions import VNF_PKGM
from api.views.vnf_package import VnfPkgInfo, detail_of, summary_of
from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError
from manoflow.domain.merge_patch import merged
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage

router = APIRouter(
    prefix=f"{VNF_PKGM_PREFIX}/vnf_packages",
    tags=["VNF packages"],
    dependencies=[Depends(VNF_PKGM.require_version), *PLAIN],
    responses=documented(400, 404, 406, 409, 415),
)

INDIVIDUAL = "/{vnfPkgId}"
CONTENT = f"{INDIVIDUAL}/package_content"

ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/octet-stream", "application/binary")
"""What package content may say that it is; saying nothing is taken as well."""


class CreateVnfPkgInfoRequest(Model):
    """SOL005 clause 9.5.2.2."""

    user_defined_data: dict[str, JsonValue] = Field(default_factory=dict)


class VnfPkgInfoModifications(Model):
    """SOL005 clause 9.5.2.3: at least one of both."""

    operational_state: OperationalState | None = None
    user_defined_data: dict[str, JsonValue] | None = None

    @model_validator(mode="after")
    def _something(self) -> "VnfPkgInfoModifications":
        if self.operational_state is None and self.user_defined_data is None:
            message = "operationalState or userDefinedData is needed"
            raise ValueError(message)
        return self


async def existing_package(vnf_pkg_id: Annotated[str, Path(alias="vnfPkgId")], services: Injected) -> VnfPackage:
    """The package that a path names."""
    return await services.records.package(id_in_path(vnf_pkg_id, "VNF package"))


ExistingPackage = Annotated[VnfPackage, Depends(existing_package)]


@router.post(
    "",
    status_code=201,
    response_model_exclude_none=True,
    dependencies=[Depends(require_json)],
    summary="Create a VNF package resource",
)
async def create(asked: CreateVnfPkgInfoRequest, services: Injected, response: Response) -> VnfPkgInfo:
    """Make the resource; its content is uploaded afterwards."""
    package = VnfPackage(id=uuid4(), user_defined_data=asked.user_defined_data, created_at=datetime.now(UTC))
    await services.records.add_package(package)
    response.headers["Location"] = services.links.vnf_package(package.id)
    return detail_of(package, services.links, in_use=False)


@router.get("", response_model_exclude_none=True, summary="List the VNF packages")
async def read_all(services: Injected) -> Sequence[VnfPkgInfo]:
    """All packages, without their complex attributes."""
    return [
        summary_of(package, services.links, in_use=await _in_use(package, services))
        for package in await services.records.packages()
    ]


@router.get(INDIVIDUAL, response_model_exclude_none=True, summary="Read a VNF package")
async def read(package: ExistingPackage, services: Injected) -> VnfPkgInfo:
    """One package with everything that is recorded of it."""
    return detail_of(package, services.links, in_use=await _in_use(package, services))


@router.patch(
    INDIVIDUAL,
    response_model_exclude_none=True,
    dependencies=[Depends(require_json)],
    summary="Enable or disable a VNF package, change its user defined data",
)
async def modify(
    asked: VnfPkgInfoModifications, package: ExistingPackage, onboarding: InjectedOnboarding
) -> VnfPkgInfoModifications:
    """Change what is given. userDefinedData is a merge patch: null removes an entry."""
    await onboarding.shelf.change(package.id, lambda present: _modified(present, asked))
    return asked


@router.delete(INDIVIDUAL, status_code=204, summary="Delete a VNF package")
async def delete(package: ExistingPackage, onboarding: InjectedOnboarding) -> None:
    """Forget a package that is disabled and not in use, and its content."""
    await onboarding.shelf.take_away(package.id)


@router.put(
    CONTENT,
    status_code=202,
    response_class=Response,
    summary="Upload the content of a VNF package",
    openapi_extra={"requestBody": {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def upload(package: ExistingPackage, onboarding: InjectedOnboarding, request: Request) -> Response:
    """The body is the CSAR file. It is read in the background: onboardingState tells how far it has come."""
    given = media_type(request)
    if given and given not in ZIP_TYPES:
        raise HTTPException(
            415, f"cannot take package content as {given}: send the file itself as the body, as application/zip"
        )
    await onboarding.upload(package.id, request.stream())
    return Response(status_code=202)


async def _in_use(package: VnfPackage, services: Services) -> bool:
    return await services.records.package_in_use(package.id)


def _modified(package: VnfPackage, asked: VnfPkgInfoModifications) -> VnfPackage:
    if asked.operational_state is not None:
        _require_change(package, asked.operational_state)
        package = package.model_copy(update={"operational_state": asked.operational_state})
    if asked.user_defined_data is not None:
        user_defined_data = merged(package.user_defined_data, asked.user_defined_data)
        package = package.model_copy(update={"user_defined_data": user_defined_data})
    return package


def _require_change(package: VnfPackage, wanted: OperationalState) -> None:
    """SOL005 clause 9.4.3.3.4: only an onboarded package is enabled or disabled, and only to the other state."""
    what = f"cannot make VNF package {package.id} {wanted}"
    if package.onboarding_state is not OnboardingState.ONBOARDED:
        message = f"{what}: it is {package.onboarding_state}, onboard it first"
        raise ConflictError(message)
    if package.operational_state is wanted:
        message = f"{what}: it is so already"
        raise ConflictError(message)
