"""The target of scaling to a level: several aspects at once, some up, some down (SOL003 clause 5.4.6)."""

from manoflow.domain.scale_requests import ScaleVnfToLevelRequest
from manoflow.domain.targets.resizing import Size, flavour_of, require_possible, resized
from manoflow.domain.targets.sizing import level_of, levels_of, scale_levels
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import InstantiatedState, VnfInstance
from manoflow.domain.vnfd import Flavour, Vnfd


def check_scaling_to_level(
    instance: VnfInstance, vnfd: Vnfd, request: ScaleVnfToLevelRequest, _vim_connection_id: str
) -> None:
    """Refuse what cannot be done. Raises `InvalidInputError` that names it."""
    flavour, state = flavour_of(instance, vnfd)
    require_possible(flavour, state, _size(flavour, state, vnfd, request))


def scaling_to_level(
    instance: VnfInstance, vnfd: Vnfd, request: ScaleVnfToLevelRequest, _vim_connection_id: str, current: Topology
) -> Target:
    """Draw the target. Raises as `check_scaling_to_level` does."""
    flavour, state = flavour_of(instance, vnfd)
    return resized(flavour, state, _size(flavour, state, vnfd, request), current)


def _size(flavour: Flavour, state: InstantiatedState, vnfd: Vnfd, request: ScaleVnfToLevelRequest) -> Size:
    """A level says how many instances there are; scale levels say by how many steps that moves."""
    if request.instantiation_level_id is not None:
        level = level_of(flavour, request.instantiation_level_id)
        return Size(level_id=request.instantiation_level_id, scale_levels=scale_levels(flavour, level))
    asked = levels_of(flavour, vnfd.id, request.scale_info or ())
    return Size(level_id=state.instantiation_level_id, scale_levels={**state.scale_levels, **asked})
