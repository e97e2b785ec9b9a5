"""The target of termination: nothing. Before, VNFCs that run may be given time to end by themselves."""

from manoflow.domain.cloud import Power
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.plan import Plan
from manoflow.domain.targets.powering import powered
from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Topology, VnfcElement
from manoflow.domain.vnf import TerminateVnfRequest, TerminationType, VnfInstance
from manoflow.domain.vnfd import Vnfd

SHUTDOWN_SECONDS = 600
"""How long VNFCs may take to end where a graceful termination does not say."""
LONGEST_SHUTDOWN = 14400
"""Seconds; below what one attempt may take (`manoflow.domain.timing`)."""


def termination(_instance: VnfInstance, _vnfd: Vnfd, request: TerminateVnfRequest, _vim_connection_id: str) -> Target:
    """Draw the empty topology. Raises `InvalidInputError` where VNFCs are given too much time."""
    if (request.graceful_termination_timeout or 0) > LONGEST_SHUTDOWN:
        asked = f"gracefulTerminationTimeout {request.graceful_termination_timeout}"
        message = f"cannot terminate with {asked}: at most {LONGEST_SHUTDOWN} seconds are supported"
        raise InvalidInputError(message)
    return Target(topology=Topology(), outcome=None)


def drained(plan: Plan, request: TerminateVnfRequest, current: Topology) -> Plan:
    """The plan with VNFCs that run being stopped before they are deleted, where the request is a graceful one."""
    if request.termination_type is not TerminationType.GRACEFUL:
        return plan
    vnfcs = [element for element in current.elements.values() if isinstance(element, VnfcElement)]
    running = {vnfc.key: vnfc for vnfc in vnfcs if vnfc.power is Power.STARTED}
    timeout = request.graceful_termination_timeout
    changes = (*powered(running, Power.STOPPED), *plan.changes)
    return plan.model_copy(
        update={"changes": changes, "shutdown_seconds": SHUTDOWN_SECONDS if timeout is None else timeout}
    )
