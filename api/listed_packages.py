"""The list of packages in SOL005 clause 9.4.2, and of those that are onboarded in SOL003 clause 10.4.2."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from api.attribute_filter import Filter
from api.attribute_selectors import ALL, DEFAULT, EXCLUDED, FIELDS, Selection
from api.links import VNF_PKGM_PREFIX
from api.named_packages import NamedPackage
from api.paging import MARKER, page
from api.problems import documented
from api.requests import PLAIN, flags, require_acceptable
from api.services import Injected, Services
from api.versions import VNF_PKGM
from api.views.vnf_package import LEFT_OUT, VnfPkgInfo, view_of
from manoflow.domain.base import rfc3339
from manoflow.domain.packages import OnboardingState, VnfPackage

FILTER = "filter"

lists = APIRouter(
    prefix=VNF_PKGM_PREFIX,
    tags=["VNF packages"],
    dependencies=[
        Depends(VNF_PKGM.require_version),
        Depends(require_acceptable),
        Depends(flags(ALL, DEFAULT, values=(FILTER, FIELDS, EXCLUDED, MARKER))),
    ],
    responses={**documented(400, 406), 200: {"model": Sequence[VnfPkgInfo]}},
)
individual = APIRouter(tags=["VNF packages"], dependencies=list(PLAIN), responses=documented(400, 404, 406))


@lists.get("/vnf_packages", summary="List the VNF packages")
async def every(services: Injected, request: Request) -> JSONResponse:
    """Those that a filter lets pass, page by page; without their complex attributes where nothing else is said."""
    return await _listed(await services.records.packages(), services, request)


@lists.get("/onboarded_vnf_packages", summary="List the VNF packages that are onboarded")
async def onboarded(services: Injected, request: Request) -> JSONResponse:
    """The same of those that VNFs can be made of."""
    packages = await services.records.packages()
    state = OnboardingState.ONBOARDED
    return await _listed([one for one in packages if one.onboarding_state is state], services, request)


@individual.get("", response_model_exclude_none=True, summary="Read a VNF package")
async def read(package: NamedPackage, services: Injected) -> VnfPkgInfo:
    """One package with everything that is recorded of it."""
    return view_of(package, services.links, in_use=await services.records.package_in_use(package.id))


async def _listed(packages: Sequence[VnfPackage], services: Services, request: Request) -> JSONResponse:
    wanted = Filter(request.query_params.get(FILTER), VnfPkgInfo)
    selection = Selection(request.query_params, VnfPkgInfo, LEFT_OUT)
    in_use = await services.records.packages_in_use()
    shown = [(package, _document(package, services, in_use)) for package in packages]
    fitting = [(package, document) for package, document in shown if wanted.fits(document)]
    here = f"{services.public_url}{request.url.path}"
    entries, headers = page(fitting, lambda entry: _place(entry[0]), request.query_params, here)
    return JSONResponse([selection.of(document) for _, document in entries], headers=headers)


def _document(package: VnfPackage, services: Services, in_use: frozenset[object]) -> dict[str, object]:
    view = view_of(package, services.links, in_use=package.id in in_use)
    return view.model_dump(mode="json", exclude_none=True)


def _place(package: VnfPackage) -> tuple[str, ...]:
    """Oldest first."""
    return rfc3339(package.created_at), str(package.id)
