"""The target of operating: what is recorded, with VNFCs that run or do not. Everything else stays as it is."""

from collections.abc import Iterator, Mapping

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.operate_request import OperateVnfRequest, StopType, VnfOperationalState
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Element, Topology
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import Vnfd


def check_operating(_instance: VnfInstance, _vnfd: Vnfd, request: OperateVnfRequest, _vim_connection_id: str) -> None:
    """Refuse what is wrong whatever there is. Raises `InvalidInputError`."""
    if request.change_state_to is VnfOperationalState.STARTED and request.stop_type is not None:
        message = "cannot start: stopType is for what is stopped, leave it out"
        raise InvalidInputError(message)
    if request.graceful_stop_timeout is not None and request.stop_type is not StopType.GRACEFUL:
        message = "cannot operate: gracefulStopTimeout needs changeStateTo STOPPED and stopType GRACEFUL, leave it out"
        raise InvalidInputError(message)


def operating(
    instance: VnfInstance, vnfd: Vnfd, request: OperateVnfRequest, vim_connection_id: str, current: Topology
) -> Target:
    """Draw the target. Raises `InvalidInputError`, also naming a VNFC that there is not."""
    check_operating(instance, vnfd, request, vim_connection_id)
    chosen = operated(instance, request, current)
    changed = {key: element.model_copy(update={"power": request.power}) for key, element in chosen.items()}
    return Target(
        topology=Topology(elements={**current.elements, **changed}),
        outcome=instance.state,
        warnings=tuple(_warnings(request)),
    )


def operated(instance: VnfInstance, request: OperateVnfRequest, current: Topology) -> Mapping[str, Element]:
    """The VNFCs that the request is about, as they are recorded."""
    vnfcs = current.of_kind(Kind.VNFC)
    if not request.vnfc_instance_id:
        return vnfcs
    places = {place_id(instance.id, key): key for key in vnfcs}
    for vnfc in request.vnfc_instance_id:
        if vnfc not in places:
            known = ", ".join(str(place) for place in places) or "none"
            what = f"cannot operate VNFC {vnfc} of VNF instance {instance.id}"
            message = f"{what}: it has none of that id in vnfcInfo ({known})"
            raise InvalidInputError(message)
    named = {places[vnfc] for vnfc in request.vnfc_instance_id}
    return {key: element for key, element in vnfcs.items() if key in named}


def _warnings(request: OperateVnfRequest) -> Iterator[str]:
    if request.graceful_stop_timeout is not None:
        yield (
            f"gracefulStopTimeout {request.graceful_stop_timeout}: the VIM gives every server the time that it is set "
            "to give, and ends it by force after that"
        )
