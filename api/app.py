"""The application: every resource, and what goes round them."""

from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline

from api import (
    drift,
    ext_artifacts_access,
    health,
    listed_packages,
    occurrence_progress,
    package_artifacts,
    package_content,
    plans,
    reports,
    reservations,
    upload_from_uri,
    versions,
    vims,
    vnf_instances,
    vnf_lcm_op_occs,
    vnf_lcm_operations,
    vnf_packages,
    vnfd_in_package,
    waiting,
)
from api.callers import require_caller
from api.named_packages import BY_ID, BY_VNFD_ID
from api.problems import add_problem_handlers, documented
from api.requests import LimitBodies
from api.services import Services
from api.versions import VNF_PKGM

TITLE = "Manoflow"
SUMMARY = "NFV orchestrator and generic VNFM in which every lifecycle operation is a durable workflow"


def create_app(services: Services) -> FastAPI:
    """The API on these services."""
    app = FastAPIOffline(
        title=TITLE,
        summary=SUMMARY,
        version=version("manoflow"),
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    for router in (
        vnf_instances.router,
        vnf_lcm_operations.router(),
        vnf_lcm_op_occs.router,
        vnf_packages.router,
        listed_packages.lists,
        vims.router,
        reservations.router,
        plans.router,
        drift.router,
        occurrence_progress.router,
        waiting.router,
        reports.router,
        versions.router(),  # ETSI's OpenAPI files have it bear a token like any other resource
    ):
        app.include_router(router, dependencies=[Depends(require_caller)], responses=documented(401, 403, 503))
    _include_packages(app)
    app.include_router(health.router)  # for probes, which bear no token
    add_problem_handlers(app)
    app.add_middleware(LimitBodies)
    app.add_middleware(versions.AnswerVersion)
    return app


def _include_packages(app: FastAPI) -> None:
    """What is below a package: to be read under both of its paths, to be changed under its own id."""
    reading = (listed_packages.individual, vnfd_in_package.router, package_content.reading, package_artifacts.router)
    changing = (
        vnf_packages.individual,
        package_content.router,
        upload_from_uri.router,
        ext_artifacts_access.router,
    )
    for (prefix, named), routers in ((BY_ID, (*reading, *changing)), (BY_VNFD_ID, reading)):
        for router in routers:
            app.include_router(
                router,
                prefix=prefix,
                dependencies=[Depends(require_caller), Depends(VNF_PKGM.require_version), named],
                responses=documented(401, 403, 503),
            )
