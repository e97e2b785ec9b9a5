"""What open operations hold back in the VIMs: our own resource, read from the record only."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Query, Request

from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import require_acceptable
from api.services import Injected
from manoflow.domain.base import Model, Moment
from manoflow.domain.capacity import Amounts, Reservation, ReservationState

FILTER = "vimConnectionId"


def refuse_other_filters(request: Request) -> None:
    """400 for any other query parameter: ignored in silence it would answer another question than was asked."""
    names = sorted(set(request.query_params) - {FILTER})
    if names:
        raise HTTPException(400, f"cannot use query parameters ({', '.join(names)}): the only filter is {FILTER}")


router = APIRouter(
    prefix=f"{OWN_PREFIX}/reservations",
    tags=["Manoflow: VIMs"],
    dependencies=[Depends(require_acceptable), Depends(refuse_other_filters)],
    responses=documented(400, 404),
)


class ReservationView(Model):
    """What is reserved for one place of a VNF instance."""

    vim_connection_id: str
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID
    grant_id: UUID
    key: str
    """The place in the topology."""
    state: ReservationState
    amounts: Amounts
    reserved_at: Moment
    changed_at: Moment
    """When the state was entered."""
    age_seconds: int
    """Since it was reserved."""


@router.get("", summary="List what open operations hold back")
async def read_all(
    services: Injected, vim_connection_id: Annotated[str | None, Query(alias=FILTER)] = None
) -> Sequence[ReservationView]:
    """The reservations of open operations, oldest first: RESERVED for what is to be made, USED for what was made."""
    if vim_connection_id is not None:
        await services.records.vim(vim_connection_id)
    now = datetime.now(UTC)
    return [_view(one, now) for one in await services.records.reservations(vim_connection_id)]


def _view(reservation: Reservation, now: datetime) -> ReservationView:
    age = max(0, int((now - reservation.reserved_at).total_seconds()))
    return ReservationView(**reservation.model_dump(by_alias=False), age_seconds=age)
