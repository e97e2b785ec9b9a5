"""What a modification changes: the request, held against the instance, its VNFD and what else is there.

Sources: SOL003 clauses 5.4.3.3.4 and 5.5.2.12. Nothing of a VIM is touched, so there is no topology here.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import JsonValue

from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.domain.lcm import InstantiationState
from manoflow.domain.merge_patch import difference, merged
from manoflow.domain.packages import OperationalState, PackageContent, VnfPackage
from manoflow.domain.targets.placing import inline_connection_id, registered
from manoflow.domain.vim import Vim, driver_of, vim_type_of
from manoflow.domain.vnf import VimConnectionInfo, VnfInstance
from manoflow.domain.vnf_info import VnfInfoModificationRequest, VnfInfoModifications
from manoflow.domain.vnfd import Vnfd


class Surroundings(Model):
    """What a modification depends on beside the instance and its VNFD."""

    package: VnfPackage | None = None
    """The onboarded package that holds the VNFD asked for; None where there is none."""
    vims: tuple[Vim, ...] = ()
    used: frozenset[str] = frozenset()
    """Ids of the VIM connections in which something of the instance is recorded, or is going to be."""


def modification(
    instance: VnfInstance, vnfd: Vnfd, request: VnfInfoModificationRequest, around: Surroundings
) -> VnfInfoModifications:
    """Work out what really changes. `InvalidInputError` or `ConflictError` names what cannot be."""
    _refuse_unsupported(instance, request)
    asked = request.model_fields_set
    changes: dict[str, Any] = {
        name: getattr(request, name)
        for name in asked & {"vnf_instance_name", "vnf_instance_description"}
        if getattr(request, name) != getattr(instance, name)
    }
    content = _new_content(instance, request, around.package)
    if content is not None and around.package is not None:
        vnfd = content.vnfd
        changes |= {"vnf_pkg_id": around.package.id, **_following(vnfd)}
    _require_declared(vnfd, request)
    for name in asked & {"vnf_configurable_properties", "metadata", "extensions"}:
        before: dict[str, JsonValue] = getattr(instance, name)
        patch: dict[str, JsonValue] | None = getattr(request, name)
        if patch := difference(before, {} if patch is None else merged(before, patch)):
            changes[name] = patch
    if connections := _connections(instance, request, around):
        changes["vim_connection_info"] = connections
    return VnfInfoModifications.model_validate(changes)


def _refuse_unsupported(instance: VnfInstance, request: VnfInfoModificationRequest) -> None:
    what = f"cannot modify VNF instance {instance.id}"
    if "vnf_pkg_id" in request.model_fields_set:
        message = f"{what}: vnfPkgId is not supported, name the package by its vnfdId"
        raise InvalidInputError(message)
    if request.vnfc_info_modifications:
        message = f"{what}: vnfcInfoModifications are not supported, leave them out"
        raise InvalidInputError(message)
    if not request.model_fields_set:
        message = f"{what}: the request names nothing that can be modified"
        raise InvalidInputError(message)


def _new_content(
    instance: VnfInstance, request: VnfInfoModificationRequest, package: VnfPackage | None
) -> PackageContent | None:
    """The content of the package to change to; None where it stays."""
    if request.vnfd_id in {None, instance.vnfd_id}:
        return None
    what = f"cannot change the vnfdId of VNF instance {instance.id} to {request.vnfd_id}"
    if instance.instantiation_state is not InstantiationState.NOT_INSTANTIATED:
        message = f"{what}: it is {instance.instantiation_state}; change its current VNF package, or terminate it first"
        raise ConflictError(message)
    if package is None or package.content is None:
        message = f"{what}: no VNF package with that vnfdId is onboarded, onboard one first"
        raise InvalidInputError(message)
    if package.operational_state is not OperationalState.ENABLED:
        message = f"{what}: VNF package {package.id} is {package.operational_state}, enable it"
        raise InvalidInputError(message)
    return package.content


def _following(vnfd: Vnfd) -> dict[str, str]:
    """What an instance says of its VNFD."""
    return {
        "vnfd_id": vnfd.id,
        "vnf_provider": vnfd.provider,
        "vnf_product_name": vnfd.product_name,
        "vnf_software_version": vnfd.software_version,
        "vnfd_version": vnfd.descriptor_version,
    }


def _require_declared(vnfd: Vnfd, request: VnfInfoModificationRequest) -> None:
    """A VNFD that declares names has no others; removing one is always possible."""
    declared = {
        "vnfConfigurableProperties": (vnfd.configurable_properties, request.vnf_configurable_properties),
        "extensions": (vnfd.extensions, request.extensions),
    }
    for attribute, (known, patch) in declared.items():
        set_to_something = {name for name, value in (patch or {}).items() if value is not None}
        strange = sorted(set_to_something - set(known or set_to_something))
        if strange:
            message = (
                f"cannot modify {attribute}: {', '.join(strange)} is not declared by VNFD {vnfd.id} "
                f"(it declares: {', '.join(known or ())})"
            )
            raise InvalidInputError(message)


def _connections(
    instance: VnfInstance, request: VnfInfoModificationRequest, around: Surroundings
) -> dict[str, VimConnectionInfo | None]:
    """Connections that come or go, by the ids that resource handles refer to."""
    changes: dict[str, VimConnectionInfo | None] = {}
    vims = {vim.id: vim for vim in around.vims}
    for name, info in request.vim_connection_info.items():
        if info is not None:
            vim = vims[registered(instance, name, info.vim_id, around.vims)]
            changes[vim.id] = _as_registered(name, info, vim)
            continue
        gone = {name, inline_connection_id(instance.id, name)}
        if gone & around.used:
            message = (
                f"cannot remove vimConnectionInfo {name} of VNF instance {instance.id}: "
                "resources of it are recorded there; terminate it first"
            )
            raise ConflictError(message)
        changes |= dict.fromkeys(gone & instance.vim_connection_info.keys())
    return {name: info for name, info in changes.items() if info != instance.vim_connection_info.get(name, ...)}


def _as_registered(name: str, info: VimConnectionInfo, vim: Vim) -> VimConnectionInfo:
    """The connection as the instance then has it: a reference to the VIM as it was registered."""
    kept = VimConnectionInfo(
        vim_id=vim.vim_id, vim_type=vim_type_of(vim.driver), interface_info=vim.interface_info, extra=vim.extra
    )
    asked: Mapping[str, JsonValue] = info.model_dump(mode="json", exclude_unset=True, exclude={"vim_id", "vim_type"})
    before = kept.model_dump(mode="json")
    if difference(before, merged(before, asked)) or driver_of(info.vim_type or vim.driver) != vim.driver:
        message = (
            f"cannot change vimConnectionInfo {name}: VIM {vim.id} stays as it was registered; "
            "give the changed connection, with its accessInfo, under a new key and remove this one"
        )
        raise ConflictError(message)
    return kept
