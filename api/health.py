"""Whether the API lives (``/healthz``) and whether operations can be performed (``/readyz``)."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter

from api.problems import documented
from api.services import Injected, Services
from manoflow.domain.base import Model
from manoflow.domain.errors import ManoError, UnreachableError
from manoflow.upkeep.lease import NAME as UPKEEP

UNSWEPT = "upkeep: no worker looks for operations that lost their workflow; see the workers' logs"
PATIENCE = 5.0
"""Seconds that each part has to answer."""

router = APIRouter(tags=["Health"])


class Health(Model):
    """A positive answer."""

    status: str
    warnings: tuple[str, ...] = ()
    """What does not keep operations from being performed, and should be looked at."""


@router.get("/healthz", response_model_exclude_defaults=True, summary="The API process lives")
async def healthz() -> Health:
    """200 as long as the process answers at all."""
    return Health(status="alive")


@router.get(
    "/readyz",
    response_model_exclude_defaults=True,
    responses=documented(503),
    summary="Operations can be performed",
)
async def readyz(services: Injected) -> Health:
    """200 when database, Temporal, a worker on each queue and a default VIM are there; else 503 naming what is missing.

    A sweep that has stopped everywhere is a warning: what was begun goes on without it.
    """
    answers = await asyncio.gather(
        _missing("records", services.records.check()),
        _missing("execution", services.execution.check()),
        _missing("default VIM", _default_vim(services)),
    )
    if missing := [answer for answer in answers if answer]:
        message = f"cannot perform operations yet: {'; '.join(missing)}"
        raise UnreachableError(message)
    return Health(status="ready", warnings=() if await services.records.leased(UPKEEP) else (UNSWEPT,))


async def _missing(name: str, check: Awaitable[None]) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            await check
    except ManoError as error:
        return f"{name}: {error.message}"
    except TimeoutError:
        return f"{name}: no answer within {PATIENCE:.0f} s"
    return None


async def _default_vim(services: Services) -> None:
    if not any(vim.default for vim in await services.records.vims()):
        message = "none is registered, register one with POST /manoflow/v1/vims and default true"
        raise UnreachableError(message)
