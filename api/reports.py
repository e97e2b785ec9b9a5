"""What is out of order: our own resource, read from the record. The workers' sweep writes it (`manoflow.upkeep`)."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.links import OWN_PREFIX
from api.requests import PLAIN
from api.services import Injected
from manoflow.domain.upkeep import Report

router = APIRouter(prefix=f"{OWN_PREFIX}/reports", tags=["Manoflow: reports"], dependencies=list(PLAIN))


@router.get("", summary="What is out of order")
async def read_all(services: Injected) -> Sequence[Report]:
    """Operations that wait for a person, or that record and Temporal tell apart; oldest first."""
    return await services.records.reports()
