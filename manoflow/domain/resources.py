"""The record of what exists: one row per incarnation that a VNF instance owns."""

from uuid import UUID

from manoflow.domain.base import Model, Moment
from manoflow.domain.cloud import VimResource
from manoflow.domain.identity import Kind
from manoflow.domain.topology import Element, Topology


class Resource(Model):
    """A resource as recorded: vnfcResourceInfo, vnfVirtualLinkResourceInfo and others are views of these rows."""

    uid: UUID
    key: str
    kind: Kind
    vnf_instance_id: UUID
    lcm_op_occ_id: UUID
    """The occurrence that made it."""
    vim_connection_id: str
    vim_id: str
    element: Element
    observed: VimResource
    observed_at: Moment


def recorded_topology(resources: tuple[Resource, ...]) -> Topology:
    """The topology that the record stands for: the `current` of every plan."""
    return Topology.of(resource.element for resource in resources)


class AffectedResource(Model):
    """One change that an occurrence made: resourceChanges are views of these (SOL003 clause 5.5.3.13 and following)."""

    change: str
    """ADDED or REMOVED."""
    uid: UUID
    key: str
    kind: Kind
    vim_connection_id: str
    vim_id: str | None
    element: Element
    observed: VimResource | None = None
