"""Whether the API lives (``/healthz``) and whether operations can be performed (``/readyz``)."""

import asyncio
from collections.abc import Awaitable

from fastapi import APIRouter, Request

from api.problems import documented
from api.services import Injected, Services
from api.starter import starter_of
from manoflow.domain.base import Model
from manoflow.domain.errors import ManoError, UnreachableError

PATIENCE = 5.0
"""Seconds that each part has to answer."""

router = APIRouter(tags=["Health"])


class Health(Model):
    """A positive answer."""

    status: str


@router.get("/healthz", summary="The API process lives")
async def healthz() -> Health:
    """200 as long as the process answers at all."""
    return Health(status="alive")


@router.get("/readyz", responses=documented(503), summary="Operations can be performed")
async def readyz(services: Injected, request: Request) -> Health:
    """200 when database, Temporal, a polling worker and a default VIM are there; else 503 naming what is missing."""
    answers = await asyncio.gather(
        _missing("records", services.records.check()),
        _missing("execution", services.execution.check()),
        _missing("default VIM", _default_vim(services)),
        _missing("starter", starter_of(request).check()),
    )
    if missing := [answer for answer in answers if answer]:
        message = f"cannot perform operations yet: {'; '.join(missing)}"
        raise UnreachableError(message)
    return Health(status="ready")


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
