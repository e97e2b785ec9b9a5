"""What an operation on a VNF instance is checked by before it is admitted, or planned for somebody to look at.

`api.vnf_lcm_operations` admits and starts, `api.plans` shows what would happen: what one refuses the other refuses.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from activities.surroundings import surroundings
from api.brought_vims import New, brought
from api.services import Services
from manoflow.domain.base import Model
from manoflow.domain.callers import Caller
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.targets.modify import Surroundings
from manoflow.domain.targets.placing import chosen_vim
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest
from workflows.catalogue import Operation


async def checked(
    operation: Operation, asked: Model, instance: VnfInstance, services: Services, now: datetime
) -> Sequence[New]:
    """Refuse what cannot be; answers the VIM connections that the request brings along. Nothing is written."""
    await _require_state(operation, instance, services)
    new = brought(instance, asked, services.drivers, now)
    around = await _around(instance, asked, [vim for vim, _ in new], services)
    await _check(operation, asked, instance, around, services)
    return new


async def open_occurrence(instance: VnfInstance, services: Services) -> VnfLcmOpOcc | None:
    """The one that holds the instance, if any does."""
    occurrences = await services.records.occurrences(instance.id)
    return next((occurrence for occurrence in occurrences if occurrence.is_open), None)


def occurrence_of(
    operation: Operation, asked: Model, instance: VnfInstance, caller: Caller, now: datetime
) -> VnfLcmOpOcc:
    """The occurrence that would begin."""
    return VnfLcmOpOcc(
        id=uuid4(),
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=operation.operation,
        workflow=operation.name,
        operation_state=LcmOperationState.STARTING,
        state_entered_time=now,
        start_time=now,
        operation_params=asked.model_dump(mode="json", exclude_unset=True),
        principal=caller.principal,
    )


async def _require_state(operation: Operation, instance: VnfInstance, services: Services) -> None:
    """Refuse early. Where an open operation is the reason, that is what is told; admission decides in the end."""
    if operation.allowed_in in {None, instance.instantiation_state}:
        return
    blocking = await open_occurrence(instance, services)
    state = f"it is {instance.instantiation_state}, {operation.path} needs it {operation.allowed_in}"
    message = f"cannot {operation.path} VNF instance {instance.id}: {blocking.hold if blocking else state}"
    raise ConflictError(message)


async def _around(
    instance: VnfInstance, asked: Model, brought: Sequence[Vim], services: Services
) -> str | Surroundings:
    """What else it is checked against: the VIM to use, or where none is used, what there is."""
    if isinstance(asked, VnfInfoModificationRequest):
        return await surroundings(services.records, instance, asked, brought)
    return _chosen_vim(instance, asked, [*await services.records.vims(), *brought])


def _chosen_vim(instance: VnfInstance, asked: Model, vims: Sequence[Vim]) -> str:
    if isinstance(asked, InstantiateVnfRequest):
        return chosen_vim(instance, asked, vims)
    if instance.state is None:
        message = f"cannot change VNF instance {instance.id}: nothing of it is recorded"
        raise ConflictError(message)
    return instance.state.vim_connection_id


async def _check(
    operation: Operation, asked: Model, instance: VnfInstance, around: str | Surroundings, services: Services
) -> None:
    package = await services.records.package(instance.vnf_pkg_id)
    if package.content is None:
        what = f"cannot begin {operation.operation} of VNF instance {instance.id}"
        message = f"{what}: its VNF package {package.id} has no content"
        raise ConflictError(message)
    operation.check(instance, package.content.vnfd, asked, around)
