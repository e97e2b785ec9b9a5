"""Making, changing and deleting VNF packages (SOL005 clauses 9.4.2, 9.4.3); `api.listed_packages` shows them."""

from datetime import UTC, datetime
from uuid import uuid4

from fastapi import APIRouter, Depends, Response
from pydantic import Field, JsonValue, model_validator

from activities.shelf import Shelf
from api.links import VNF_PKGM_PREFIX
from api.named_packages import NamedPackage
from api.problems import documented
from api.requests import PLAIN, require_json
from api.services import Injected
from api.versions import VNF_PKGM
from api.views.vnf_package import VnfPkgInfo, view_of
from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError
from manoflow.domain.merge_patch import merged
from manoflow.domain.package_security import PackagePolicy
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage

router = APIRouter(
    prefix=f"{VNF_PKGM_PREFIX}/vnf_packages",
    tags=["VNF packages"],
    dependencies=[Depends(VNF_PKGM.require_version), *PLAIN],
    responses=documented(400, 404, 406, 409, 415),
)

individual = APIRouter(tags=["VNF packages"], dependencies=list(PLAIN), responses=documented(400, 404, 406, 409, 415))


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
    return view_of(package, services.links, in_use=False)


@individual.patch(
    "",
    response_model_exclude_none=True,
    dependencies=[Depends(require_json)],
    summary="Enable or disable a VNF package, change its user defined data",
)
async def modify(asked: VnfPkgInfoModifications, package: NamedPackage, services: Injected) -> VnfPkgInfoModifications:
    """Change what is given. userDefinedData is a merge patch: null removes an entry."""
    await services.records.change_package(
        package.id, lambda present: _modified(present, asked, services.package_policy)
    )
    return asked


@individual.delete("", status_code=204, summary="Delete a VNF package")
async def delete(package: NamedPackage, services: Injected) -> None:
    """Forget a package that is disabled and not in use, and its content."""
    await Shelf(services.records, services.artifacts).take_away(package.id)


def _modified(package: VnfPackage, asked: VnfPkgInfoModifications, policy: PackagePolicy) -> VnfPackage:
    if asked.operational_state is not None:
        _require_change(package, asked.operational_state, policy)
        package = package.model_copy(update={"operational_state": asked.operational_state})
    if asked.user_defined_data is not None:
        user_defined_data = merged(package.user_defined_data, asked.user_defined_data)
        package = package.model_copy(update={"user_defined_data": user_defined_data})
    return package


def _require_change(package: VnfPackage, wanted: OperationalState, policy: PackagePolicy) -> None:
    """SOL005 clause 9.4.3.3.4: only an onboarded package is enabled or disabled, and only to the other state.

    Enabled is what the policy trusts.
    """
    what = f"cannot make VNF package {package.id} {wanted}"
    if package.onboarding_state is not OnboardingState.ONBOARDED or package.content is None:
        message = f"{what}: it is {package.onboarding_state}, onboard it first"
        raise ConflictError(message)
    if package.operational_state is wanted:
        message = f"{what}: it is so already"
        raise ConflictError(message)
    if wanted is OperationalState.ENABLED and (objection := policy.objection(package.content.security)):
        message = f"{what}: {objection}"
        raise ConflictError(message)
