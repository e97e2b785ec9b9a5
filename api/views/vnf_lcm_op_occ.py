"""VnfLcmOpOcc as ETSI shows it (SOL003 clause 5.5.2.13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import Field, JsonValue

from api.links import Links
from api.views.base import Link
from api.views.connectivity import ExtVirtualLinkInfo, ext_virtual_link_infos
from api.views.resource_changes import ADDED, ResourceChanges, resource_changes
from api.views.vim_connection import VimConnectionInfo, vim_connection
from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import CANCELLABLE, LcmOperationState, ProblemDetails, VerdictKind, VnfLcmOpOcc
from manoflow.domain.resources import AffectedResource, Resource
from manoflow.domain.targets.placing import inline_connection_id
from manoflow.domain.vim import Vim
from manoflow.domain.vnf import ExtVirtualLinkData
from manoflow.domain.vnf_info import VnfInfoModifications as ModifiedInfo


class VnfInfoModifications(Model):
    """What an operation changed in the instance's own attributes (SOL003 clause 5.5.2.12a)."""

    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    vnfd_id: str | None = None
    vnf_provider: str | None = None
    vnf_product_name: str | None = None
    vnf_software_version: str | None = None
    vnfd_version: str | None = None
    vim_connection_info: dict[str, VimConnectionInfo] | None = None
    metadata: dict[str, JsonValue] | None = None
    extensions: dict[str, JsonValue] | None = None
    vnf_configurable_properties: dict[str, JsonValue] | None = None


class VnfLcmOpOccView(Model):
    """SOL003 clause 5.5.2.13."""

    id: UUID
    operation_state: str
    state_entered_time: Moment
    start_time: Moment
    vnf_instance_id: UUID
    grant_id: UUID | None = None
    operation: str
    is_automatic_invocation: bool
    operation_params: JsonValue = None
    is_cancel_pending: bool
    cancel_mode: str | None = None
    error: ProblemDetails | None = None
    resource_changes: ResourceChanges | None = None
    changed_info: VnfInfoModifications | None = None
    changed_ext_connectivity: tuple[ExtVirtualLinkInfo, ...] | None = None
    warnings: tuple[str, ...] | None = None
    links: dict[str, Link] = Field(alias="_links")


@dataclass(frozen=True)
class Effects:
    """What the record knows of an occurrence beside its own row."""

    affected: Sequence[AffectedResource] = ()
    recorded: Sequence[Resource] = ()
    """The instance's present inventory."""
    vims: Sequence[Vim] = ()
    warnings: Sequence[str] = ()
    modification: ModifiedInfo | None = None
    """What its plan changes of what is said about the instance."""


def summary_of(occurrence: VnfLcmOpOcc, links: Links) -> VnfLcmOpOccView:
    """An occurrence as a list shows it: without its complex attributes (SOL003 clause 5.4.12.3.2, exclude_default)."""
    return VnfLcmOpOccView(
        id=occurrence.id,
        operation_state=occurrence.operation_state,
        state_entered_time=occurrence.state_entered_time,
        start_time=occurrence.start_time,
        vnf_instance_id=occurrence.vnf_instance_id,
        grant_id=occurrence.grant_id,
        operation=occurrence.operation,
        is_automatic_invocation=occurrence.is_automatic_invocation,
        is_cancel_pending=occurrence.is_cancel_pending,
        cancel_mode=occurrence.cancel_mode,
        links=_links(occurrence, links),
    )


def detail_of(occurrence: VnfLcmOpOcc, links: Links, effects: Effects) -> VnfLcmOpOccView:
    """An occurrence with everything that is known of it."""
    instance_id = occurrence.vnf_instance_id
    return summary_of(occurrence, links).model_copy(
        update={
            "operation_params": occurrence.operation_params,
            "error": occurrence.error,
            "resource_changes": resource_changes(instance_id, occurrence.vnfd_id, effects.affected, effects.recorded),
            "changed_info": _changed_info(occurrence, effects),
            "changed_ext_connectivity": _changed_connectivity(occurrence, effects.affected),
            "warnings": tuple(effects.warnings) or None,
        }
    )


def _links(occurrence: VnfLcmOpOcc, links: Links) -> dict[str, Link]:
    """Itself, its VNF instance, and what may be decided now."""
    found = {
        "self": Link(href=links.occurrence(occurrence.id)),
        "vnfInstance": Link(href=links.vnf_instance(occurrence.vnf_instance_id)),
    }
    if occurrence.operation_state is LcmOperationState.FAILED_TEMP:
        for kind in VerdictKind:
            if kind is not VerdictKind.ROLLBACK or occurrence.point_of_no_return is None:
                found[kind.value] = Link(href=links.task(occurrence.id, kind))
    elif occurrence.operation_state in CANCELLABLE:
        found["cancel"] = Link(href=links.task(occurrence.id, "cancel"))
    return found


def _changed_info(occurrence: VnfLcmOpOcc, effects: Effects) -> VnfInfoModifications | None:
    """What the request set in the instance, once the operation has completed."""
    if occurrence.operation_state is not LcmOperationState.COMPLETED:
        return None
    if (changes := effects.modification) is not None:
        return VnfInfoModifications.model_validate(changes.shown) if changes.model_fields_set else None
    params = _params(occurrence)
    by_id = {vim.id: vim for vim in effects.vims}
    brought = {inline_connection_id(occurrence.vnf_instance_id, name) for name in params.get("vimConnectionInfo", {})}
    changed = VnfInfoModifications.model_validate(
        {
            "extensions": params.get("extensions"),
            "vnfConfigurableProperties": params.get("vnfConfigurableProperties"),
            "vimConnectionInfo": {name: vim_connection(by_id[name]) for name in sorted(brought & by_id.keys())} or None,
        }
    )
    return changed if changed != VnfInfoModifications() else None


def _changed_connectivity(
    occurrence: VnfLcmOpOcc, affected: Sequence[AffectedResource]
) -> tuple[ExtVirtualLinkInfo, ...] | None:
    """The external links of the request on which ports were made."""
    links = [ExtVirtualLinkData.model_validate(link) for link in _params(occurrence).get("extVirtualLinks", ())]
    added = [row for row in affected if row.change == ADDED]
    return ext_virtual_link_infos(occurrence.vnf_instance_id, links, added) or None


def _params(occurrence: VnfLcmOpOcc) -> Mapping[str, Any]:
    return occurrence.operation_params if isinstance(occurrence.operation_params, dict) else {}
