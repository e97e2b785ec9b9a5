"""From a request to a plan: the target of its operation, compared with the record."""

from collections.abc import Sequence

from manoflow.domain.diff import diff
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.plan import Plan, plan_id
from manoflow.domain.resources import Resource, recorded_topology
from manoflow.domain.targets.target import Target
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnf_info import VnfInfoModifications


def plan_of(
    occurrence: VnfLcmOpOcc,
    instance: VnfInstance,
    recorded: Sequence[Resource],
    target: Target,
    vim_connection_id: str,
) -> Plan:
    """The plan of an occurrence."""
    return Plan(
        id=plan_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=occurrence.operation,
        vim_connection_id=vim_connection_id,
        changes=diff(recorded_topology(tuple(recorded)), target.topology, target.replace),
        vanished=tuple(sorted(target.vanished)),
        outcome=target.outcome,
        placement=target.placement,
        warnings=target.warnings,
    )


def plan_to_modify(occurrence: VnfLcmOpOcc, instance: VnfInstance, modification: VnfInfoModifications) -> Plan:
    """The plan of an occurrence that touches no VIM: the instance stays in the state it is in."""
    return Plan(
        id=plan_id(occurrence.id),
        lcm_op_occ_id=occurrence.id,
        vnf_instance_id=instance.id,
        vnfd_id=instance.vnfd_id,
        operation=occurrence.operation,
        vim_connection_id=None,
        changes=(),
        outcome=instance.state,
        modification=modification,
    )
