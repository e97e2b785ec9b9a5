"""The target of instantiation: everything that the chosen flavour has at the chosen size."""

from collections.abc import Iterator

from manoflow.domain.boot_data import BootData, filled
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.targets.connectivity import attachments, require_connected
from manoflow.domain.targets.grouping import placement_rules, unenforced
from manoflow.domain.targets.managed_links import managed_links
from manoflow.domain.targets.picture import picture
from manoflow.domain.targets.sizing import instances, level_of, levels_of, require_allowed, scale_levels
from manoflow.domain.targets.target import Target
from manoflow.domain.vnf import InstantiatedState, InstantiateVnfRequest, VnfInstance
from manoflow.domain.vnfd import Flavour, Vnfd


def instantiation(_instance: VnfInstance, vnfd: Vnfd, request: InstantiateVnfRequest, vim_connection_id: str) -> Target:
    """Draw the target. Raises `InvalidInputError` that names what in the request cannot be done."""
    flavour = _flavour(vnfd, request)
    _require_one_size(request)
    level = level_of(flavour, request.instantiation_level_id)
    levels = {**scale_levels(flavour, level), **levels_of(flavour, vnfd.id, request.target_scale_level_info)}
    counts = instances(flavour, levels, level)
    require_allowed(flavour, counts)
    given = attachments(flavour, request.ext_virtual_links)
    require_connected(flavour, counts, given)
    managed = managed_links(flavour, request.ext_managed_virtual_links)
    boot_data = dict(_boot_data(flavour, request))
    references = {vdu: data.reference for vdu, data in boot_data.items()}
    outcome = InstantiatedState(
        flavour_id=flavour.id,
        instantiation_level_id=level.id if level else None,
        scale_levels=levels,
        max_scale_levels={aspect.id: aspect.max_scale_level for aspect in flavour.aspects},
        vim_connection_id=vim_connection_id,
        ext_virtual_links=request.ext_virtual_links,
        ext_managed_virtual_links=request.ext_managed_virtual_links,
        localization_language=request.localization_language,
        extensions=request.extensions,
        vnf_configurable_properties=request.vnf_configurable_properties,
        boot_data=references,
    )
    return Target(
        topology=picture(flavour, counts, given, managed, references),
        outcome=outcome,
        placement=placement_rules(flavour, counts),
        boot_data={data.reference: data for data in boot_data.values()},
        warnings=tuple(unenforced(flavour)),
    )


def _boot_data(flavour: Flavour, request: InstantiateVnfRequest) -> Iterator[tuple[str, BootData]]:
    """Of every VDU, also of one that has no instance yet: it may get some when the VNF scales."""
    for vdu in flavour.vdus:
        data = filled(vdu.id, vdu.boot_data, vdu.boot_settings, request.additional_params)
        if data is not None:
            yield vdu.id, data


def _flavour(vnfd: Vnfd, request: InstantiateVnfRequest) -> Flavour:
    flavour = vnfd.flavour(request.flavour_id)
    if flavour is None:
        known = ", ".join(known.id for known in vnfd.flavours)
        message = (
            f"cannot instantiate VNFD {vnfd.id}: flavourId {request.flavour_id} is not one of its flavours ({known})"
        )
        raise InvalidInputError(message)
    return flavour


def _require_one_size(request: InstantiateVnfRequest) -> None:
    """With targetScaleLevelInfo the default level says what that leaves open."""
    if request.target_scale_level_info and request.instantiation_level_id is not None:
        message = "cannot instantiate: both instantiationLevelId and targetScaleLevelInfo say how large, leave one out"
        raise InvalidInputError(message)
