"""The application: every resource, what goes round them, and what runs beside them while the API lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import Depends, FastAPI
from fastapi_offline import FastAPIOffline

from api import (
    health,
    occurrence_progress,
    reports,
    reservations,
    versions,
    vims,
    vnf_instances,
    vnf_lcm_op_occs,
    vnf_lcm_operations,
    vnf_packages,
    waiting,
)
from api.callers import require_caller
from api.onboarding import Onboarding
from api.problems import add_problem_handlers, documented
from api.requests import LimitBodies
from api.services import Services

TITLE = "Manoflow"
SUMMARY = "NFV orchestrator and generic VNFM in which every lifecycle operation is a durable workflow"

log = structlog.stdlib.get_logger(__name__)


def create_app(services: Services) -> FastAPI:
    """The API on these services. Its lifespan watches over uploads."""
    app = FastAPIOffline(
        title=TITLE,
        summary=SUMMARY,
        version=version("manoflow"),
        lifespan=_alive,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.onboarding = Onboarding(services)
    for router in (
        vnf_instances.router,
        vnf_lcm_operations.router(),
        vnf_lcm_op_occs.router,
        vnf_packages.router,
        vims.router,
        reservations.router,
        occurrence_progress.router,
        waiting.router,
        reports.router,
        versions.router(),  # ETSI's OpenAPI files have it bear a token like any other resource
    ):
        app.include_router(router, dependencies=[Depends(require_caller)], responses=documented(401, 403, 503))
    app.include_router(health.router)  # for probes, which bear no token
    add_problem_handlers(app)
    app.add_middleware(LimitBodies)
    app.add_middleware(versions.AnswerVersion)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    onboarding: Onboarding = app.state.onboarding
    onboarded = asyncio.create_task(onboarding.run())
    onboarded.add_done_callback(_tell_why)
    try:
        yield
    finally:
        onboarded.cancel()
        await asyncio.gather(onboarded, return_exceptions=True)
        await onboarding.close()


def _tell_why(task: asyncio.Task[None]) -> None:
    """What runs beside the API and ends by itself has a bug."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("what runs beside the API has stopped by a bug", exc_info=error)
