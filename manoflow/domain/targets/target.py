"""What every planner answers: the wanted topology, and what the instance will then be."""

from manoflow.domain.base import Model
from manoflow.domain.placement import PlacementRule
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import InstantiatedState


class Target(Model):
    """The picture an operation works towards."""

    topology: Topology
    outcome: InstantiatedState | None
    """State of the instance after success; None: not instantiated any more."""
    placement: tuple[PlacementRule, ...] = ()
    warnings: tuple[str, ...] = ()
    """What the descriptor asks and this release does not give."""
