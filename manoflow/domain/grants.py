"""Grants: what a plan asks of the NFVO, and what the NFVO gives (SOL003 clause 9.5).

Both are pure projections of a plan; who decides is behind `manoflow.ports.granting`.
"""

from uuid import UUID, uuid5

from pydantic import Field

from manoflow.domain.base import Model, Moment
from manoflow.domain.diff import Verb
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.plan import Plan
from manoflow.domain.topology import PortElement, StorageElement, VnfcElement
from manoflow.domain.vnfd import SwImage, VirtualCompute


class ResourceDefinition(Model):
    """One resource that the operation wants to add or remove (SOL003 clause 9.5.3.2)."""

    id: str
    """The key of its place."""
    kind: Kind
    vdu_id: str | None = None


class GrantRequest(Model):
    """What the VNFM asks (SOL003 clause 9.5.2.2), with what a local NFVO needs to choose assets."""

    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    vnfd_id: str
    operation: LcmOperationType
    vim_connection_id: str
    add_resources: tuple[ResourceDefinition, ...] = ()
    remove_resources: tuple[ResourceDefinition, ...] = ()
    computes: dict[str, VirtualCompute] = Field(default_factory=dict)
    """What each VDU asks of a flavor."""
    images: dict[str, SwImage] = Field(default_factory=dict)
    """The software images needed, by id."""
    external_networks: tuple[str, ...] = ()
    """Networks outside the VNF that its ports join."""


class Grant(Model):
    """What was granted (SOL003 clause 9.5.2.3): where, and which of the VIM's assets to use."""

    id: UUID
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID
    vim_connection_id: str
    flavors: dict[str, str] = Field(default_factory=dict)
    """Id in the VIM of the flavor for each VDU; a VDU that is absent needs one made."""
    images: dict[str, str] = Field(default_factory=dict)
    """Id in the VIM of each software image."""
    warnings: tuple[str, ...] = ()
    granted_at: Moment


class GrantRef(Model):
    """A recorded grant."""

    grant_id: UUID
    plan_id: UUID
    lcm_op_occ_id: UUID
    vnf_instance_id: UUID


def grant_id(lcm_op_occ_id: UUID) -> UUID:
    """The id of an occurrence's one grant."""
    return uuid5(lcm_op_occ_id, "grant")


def grant_request(plan: Plan) -> GrantRequest:
    """Project a plan onto what has to be asked for."""
    made = [change.after for change in plan.changes if change.after is not None]
    vnfcs = [element for element in made if isinstance(element, VnfcElement)]
    images = [element.image for element in made if isinstance(element, VnfcElement | StorageElement)]
    networks = {element.network_id for element in made if isinstance(element, PortElement) and element.network_id}
    return GrantRequest(
        lcm_op_occ_id=plan.lcm_op_occ_id,
        vnf_instance_id=plan.vnf_instance_id,
        vnfd_id=plan.vnfd_id,
        operation=plan.operation,
        vim_connection_id=plan.vim_connection_id,
        add_resources=_definitions(plan, {Verb.CREATE, Verb.REPLACE}),
        remove_resources=_definitions(plan, {Verb.DELETE, Verb.REPLACE}),
        computes={vnfc.vdu_id: vnfc.compute for vnfc in vnfcs},
        images={image.id: image for image in images if image is not None},
        external_networks=tuple(sorted(networks)),
    )


def _definitions(plan: Plan, verbs: set[Verb]) -> tuple[ResourceDefinition, ...]:
    return tuple(
        ResourceDefinition(
            id=change.key, kind=change.kind, vdu_id=getattr(change.after or change.before, "vdu_id", None)
        )
        for change in plan.changes
        if change.verb in verbs
    )
