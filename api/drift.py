"""Drift: what is there of a VNF instance, held against what is recorded of it. Our own resource; it only looks.

Never while an operation works on the instance: then the two differ because they are being changed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from uuid import UUID

from fastapi import APIRouter
from pydantic import JsonValue

from activities.observing import everything
from api.admitting import open_occurrence
from api.links import OWN_PREFIX
from api.problems import documented
from api.requests import PLAIN
from api.services import Injected, Services
from api.vims import refusals_of_the_vim
from api.vnf_instances import ExistingInstance
from manoflow.domain.base import Model, Moment
from manoflow.domain.drift import Drifted, drift_of_recorded, proposed_heal, unexpected
from manoflow.domain.errors import ConflictError
from manoflow.domain.resources import Resource
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.world import differences

router = APIRouter(
    prefix=f"{OWN_PREFIX}/vnf_instances",
    tags=["Manoflow: drift"],
    dependencies=list(PLAIN),
    responses=documented(404, 406, 409, 502, 503),
)


DRIFT = "/{vnfInstanceId}/drift"


class DriftView(Model):
    """What differs."""

    vnf_instance_id: UUID
    looked_at: Moment
    """A moment before the VIMs were asked."""
    drifted: tuple[Drifted, ...]
    """Empty: what is there is what is recorded."""
    heal: dict[str, JsonValue] | None = None
    """The body of the request that would mend what is `healed`; absent where no heal would mend anything."""


@router.get(DRIFT, response_model_exclude_none=True, summary="Compare what is there with the record")
async def drift(instance: ExistingInstance, services: Injected) -> DriftView:
    """Look at everything of an instance in its VIMs. 409 names the operation that works on it, if one does."""
    await _require_rest(instance, services)
    now = datetime.now(UTC)
    before = await services.records.world(instance.id)
    recorded = await services.records.resources(instance.id)
    with refusals_of_the_vim():
        drifted = [
            found for vim in _vims(instance, recorded) for found in await _looked(vim, instance, recorded, services)
        ]
    await _require_rest(instance, services)
    if changed := differences(before, await services.records.world(instance.id)):
        message = f"cannot compare VNF instance {instance.id}: it changed meanwhile ({'; '.join(changed)}); ask again"
        raise ConflictError(message)
    return DriftView(vnf_instance_id=instance.id, looked_at=now, drifted=tuple(drifted), heal=proposed_heal(drifted))


async def _require_rest(instance: VnfInstance, services: Services) -> None:
    if blocking := await open_occurrence(instance, services):
        message = f"cannot compare VNF instance {instance.id} with what is recorded: {blocking.hold}"
        raise ConflictError(message)


def _vims(instance: VnfInstance, recorded: Sequence[Resource]) -> Sequence[str]:
    used = {row.vim_connection_id for row in recorded}
    return sorted(used | ({instance.state.vim_connection_id} if instance.state else set()))


async def _looked(
    vim: str, instance: VnfInstance, recorded: Sequence[Resource], services: Services
) -> Iterator[Drifted]:
    driver = await services.vims.driver(vim)
    rows = [row for row in recorded if row.vim_connection_id == vim]
    seen = await everything(driver, instance.id, rows)
    tagged = await driver.tagged()
    known = await services.records.recorded_uids(vim)
    return chain(drift_of_recorded(rows, seen), unexpected(instance.id, vim, tagged, rows, known))
