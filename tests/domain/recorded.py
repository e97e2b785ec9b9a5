"""Topologies as they are recorded once they were made, and as a VIM shows them."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.identity import Kind, uid_of
from manoflow.domain.resources import Resource
from manoflow.domain.topology import Element, Topology, VnfcElement
from tests.reference import NOW, PACKAGE_ID, reference_instance

INSTANCE = reference_instance("recorded")
MADE_BY = uuid5(PACKAGE_ID, "made by")


def recorded(topology: Topology, made_by: UUID = MADE_BY) -> list[Resource]:
    """The rows of a topology that one operation has made."""
    return [_row(element, made_by) for element in topology.elements.values()]


def shown(rows: Sequence[Resource]) -> dict[Kind, list[VimResource]]:
    """What a VIM shows where everything is as it is recorded."""
    return {kind: [row.observed for row in rows if row.kind is kind] for kind in Kind}


def _row(element: Element, made_by: UUID) -> Resource:
    uid = uid_of(made_by, element.key)
    observed = VimResource(
        uid=uid,
        vim_id=f"vim-{uid}",
        name=element.key,
        state=ResourceState.READY,
        created_at=NOW,
        vnf_instance_id=INSTANCE.id,
        power=element.power if isinstance(element, VnfcElement) else None,
    )
    return Resource(
        uid=uid,
        key=element.key,
        kind=element.kind,
        vnf_instance_id=INSTANCE.id,
        lcm_op_occ_id=made_by,
        vim_connection_id="fake",
        vim_id=observed.vim_id,
        element=element,
        observed=observed,
        observed_at=NOW,
    )
