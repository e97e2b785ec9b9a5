"""The application: every resource, what goes round them, and what runs beside them while the API lives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import structlog
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import (
    health,
    occurrence_progress,
    versions,
    vims,
    vnf_instances,
    vnf_lcm_op_occs,
    vnf_lcm_operations,
    vnf_packages,
)
from api.onboarding import Onboarding
from api.problems import add_problem_handlers
from api.requests import LimitBodies
from api.services import Services
from api.starter import Starter

TITLE = "Manoflow"
SUMMARY = "NFV orchestrator and generic VNFM in which every lifecycle operation is a durable workflow"

log = structlog.stdlib.get_logger(__name__)


def create_app(services: Services) -> FastAPI:
    """The API on these services. Its lifespan recovers interrupted uploads and runs the starter."""
    app = FastAPIOffline(
        title=TITLE,
        summary=SUMMARY,
        version=version("manoflow"),
        lifespan=_alive,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.services = services
    app.state.starter = Starter(services.records, services.execution)
    app.state.onboarding = Onboarding(services)
    for router in (
        vnf_instances.router,
        vnf_lcm_operations.router(),
        vnf_lcm_op_occs.router,
        vnf_packages.router,
        vims.router,
        occurrence_progress.router,
        versions.router(),
        health.router,
    ):
        app.include_router(router)
    add_problem_handlers(app)
    app.add_middleware(LimitBodies)
    app.add_middleware(versions.AnswerVersion)
    return app


@asynccontextmanager
async def _alive(app: FastAPI) -> AsyncIterator[None]:
    onboarding: Onboarding = app.state.onboarding
    starter: Starter = app.state.starter
    await onboarding.recover()
    starting = asyncio.create_task(starter.run())
    starting.add_done_callback(_tell_why)
    try:
        yield
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await onboarding.close()


def _tell_why(starting: asyncio.Task[None]) -> None:
    """A starter that ends by itself has a bug; ``/readyz`` shows it from then on."""
    if not starting.cancelled() and (error := starting.exception()) is not None:
        log.error("the starter has stopped by a bug", exc_info=error)
