"""The target of termination: nothing."""

from manoflow.domain.targets.target import Target
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import TerminateVnfRequest, VnfInstance
from manoflow.domain.vnfd import Vnfd


def termination(_instance: VnfInstance, _vnfd: Vnfd, _request: TerminateVnfRequest, _vim_connection_id: str) -> Target:
    """Draw the empty topology."""
    return Target(topology=Topology(), outcome=None)
