"""The target of scaling by steps: one aspect goes up or down, the others stay (SOL003 clause 5.4.5)."""

from manoflow.domain.errors import InvalidInputError, NotSupportedError
from manoflow.domain.scale_requests import ScaleType, ScaleVnfRequest
from manoflow.domain.targets.resizing import Size, flavour_of, require_possible, resized
from manoflow.domain.targets.sizing import aspect_of
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.domain.vnfd import Flavour, Vnfd


def check_scaling(instance: VnfInstance, vnfd: Vnfd, request: ScaleVnfRequest, _vim_connection_id: str) -> None:
    """Refuse what cannot be done.

    Raises `InvalidInputError` that names it, `NotSupportedError` for a flavour that does not scale.
    """
    flavour, state = flavour_of(instance, vnfd)
    require_possible(flavour, state, _size(flavour, state, request))


def scaling(
    instance: VnfInstance, vnfd: Vnfd, request: ScaleVnfRequest, _vim_connection_id: str, current: Topology
) -> Target:
    """Draw the target. Raises as `check_scaling` does."""
    flavour, state = flavour_of(instance, vnfd)
    return resized(flavour, state, _size(flavour, state, request), current)


def _size(flavour: Flavour, state: InstantiatedState, request: ScaleVnfRequest) -> Size:
    if not flavour.aspects:
        message = f"cannot scale: flavour {flavour.id} has no scaling aspects"
        raise NotSupportedError(message)
    aspect = aspect_of(flavour, request.aspect_id)
    now = state.scale_levels.get(aspect.id, 0)
    is_out = request.type is ScaleType.SCALE_OUT
    room = aspect.max_scale_level - now if is_out else now
    if request.number_of_steps > room:
        limit = f"its highest is {aspect.max_scale_level}" if is_out else "its lowest is 0"
        message = (
            f"cannot scale aspect {aspect.id} {'out' if is_out else 'in'} by {request.number_of_steps} steps: "
            f"it is at scale level {now}, {limit}"
        )
        raise InvalidInputError(message)
    then = now + request.number_of_steps if is_out else now - request.number_of_steps
    return Size(level_id=state.instantiation_level_id, scale_levels={**state.scale_levels, aspect.id: then})
