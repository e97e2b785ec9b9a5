"""Grants: what a plan asks of the NFVO, and what the NFVO gives (SOL003 clause 9.5).

Both are pure projections of a plan; who decides is behind `manoflow.ports.granting`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID, uuid5

from pydantic import Field

from manoflow.domain.base import Model, Moment
from manoflow.domain.capacity import Amounts, Measure, Reservation
from manoflow.domain.cloud import Flavor
from manoflow.domain.diff import Change, Verb
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.placement import PlacementConstraint, constraints_of
from manoflow.domain.plan import Plan
from manoflow.domain.reserving import amounts_of
from manoflow.domain.resources import Resource
from manoflow.domain.topology import PortElement, StorageElement, VnfcElement
from manoflow.domain.vnfd import SwImage, VirtualCompute


class ResourceDefinition(Model):
    """One resource that the operation wants to add or remove (SOL003 clause 9.5.3.2)."""

    id: str
    """The key of its place."""
    kind: Kind
    vdu_id: str | None = None
    amounts: Amounts = Field(default_factory=dict)
    """What it takes as the VNFD has it: what SOL003 leads to by resourceTemplateId. Empty for a removal."""
    replaces: bool = False
    """Something leaves its place before: `amounts` is what it takes beyond that."""


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
    managed_networks: tuple[str, ...] = ()
    """Networks of internal links that somebody else manages (extManagedVirtualLinks)."""
    placement_constraints: tuple[PlacementConstraint, ...] = ()
    zones: dict[str, str] = Field(default_factory=dict)
    """Where VNFCs are, or were before they are replaced, by the id under which constraints name them."""


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
    zones: dict[str, str] = Field(default_factory=dict)
    """The zone of each VNFC to be made, by key; for one that is absent the VIM chooses."""
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


def reservations_of(request: GrantRequest, flavors: Mapping[str, Flavor], at: Moment) -> tuple[Reservation, ...]:
    """What is reserved for a request: one reservation for each place that takes something.

    `flavors` are those chosen for VDUs: a VNFC takes what its flavor has, whatever the VNFD asks for.
    """
    return tuple(
        Reservation(
            grant_id=grant_id(request.lcm_op_occ_id),
            lcm_op_occ_id=request.lcm_op_occ_id,
            vnf_instance_id=request.vnf_instance_id,
            vim_connection_id=request.vim_connection_id,
            key=added.id,
            amounts={**added.amounts, **_amounts_of(added, flavors)},
            reserved_at=at,
            changed_at=at,
        )
        for added in request.add_resources
        if added.amounts
    )


def _amounts_of(added: ResourceDefinition, flavors: Mapping[str, Flavor]) -> Amounts:
    flavor = flavors.get(added.vdu_id or "") if added.kind is Kind.VNFC and not added.replaces else None
    return {Measure.VCPUS: flavor.vcpus, Measure.MEMORY_MIB: flavor.memory_mib} if flavor else {}


def grant_request(plan: Plan, recorded: Sequence[Resource]) -> GrantRequest:
    """Project a plan onto what has to be asked for."""
    if plan.vim_connection_id is None:
        message = f"plan {plan.id} touches no VIM: there is nothing to ask for"
        raise ValueError(message)
    made = [change.after for change in plan.changes if change.verb in _ADDING and change.after is not None]
    vnfcs = [element for element in plan.made if isinstance(element, VnfcElement)]
    images = [element.image for element in plan.made if isinstance(element, VnfcElement | StorageElement)]
    ports = [element for element in made if isinstance(element, PortElement)]
    places = {row.key: row for row in recorded}
    filled = {change.key for change in plan.changes if change.verb in _ADDING}
    return GrantRequest(
        lcm_op_occ_id=plan.lcm_op_occ_id,
        vnf_instance_id=plan.vnf_instance_id,
        vnfd_id=plan.vnfd_id,
        operation=plan.operation,
        vim_connection_id=plan.vim_connection_id,
        add_resources=tuple(_added(change, plan.vanished) for change in plan.changes if change.verb in _ADDING),
        remove_resources=tuple(_definition(change) for change in plan.changes if change.verb in _REMOVING),
        computes={vnfc.vdu_id: vnfc.compute for vnfc in vnfcs},
        images={image.id: image for image in images if image is not None},
        external_networks=_networks(port for port in ports if port.ext_managed_virtual_link_id is None),
        managed_networks=_networks(port for port in ports if port.ext_managed_virtual_link_id is not None),
        placement_constraints=constraints_of(plan.placement, filled, places),
        zones={
            key if key in filled else row.vim_id: row.observed.zone
            for key, row in places.items()
            if row.kind is Kind.VNFC and row.observed.zone
        },
    )


_ADDING = frozenset({Verb.CREATE, Verb.REPLACE})
_REMOVING = frozenset({Verb.DELETE, Verb.REPLACE})


def _networks(ports: Iterable[PortElement]) -> tuple[str, ...]:
    return tuple(sorted({port.network_id for port in ports if port.network_id}))


def _definition(change: Change) -> ResourceDefinition:
    return ResourceDefinition(
        id=change.key, kind=change.kind, vdu_id=getattr(change.after or change.before, "vdu_id", None)
    )


def _added(change: Change, vanished: Collection[str]) -> ResourceDefinition:
    """What replaces something takes what it has more than that, which goes before it comes."""
    amounts = amounts_of(change.after) if change.after else {}
    leaves = change.verb is Verb.REPLACE and change.before is not None and change.key not in vanished
    if leaves and change.before is not None:
        freed = amounts_of(change.before)
        amounts = {measure: more for measure, amount in amounts.items() if (more := amount - freed.get(measure, 0)) > 0}
    return _definition(change).model_copy(update={"amounts": amounts, "replaces": leaves})
