"""What every planner answers: the wanted topology, and what the instance will then be."""

from pydantic import Field

from manoflow.domain.base import Model
from manoflow.domain.boot_data import BootData
from manoflow.domain.placement import PlacementRule
from manoflow.domain.topology import Topology
from manoflow.domain.vnf import InstantiatedState


class Target(Model):
    """The picture an operation works towards."""

    topology: Topology
    outcome: InstantiatedState | None
    """State of the instance after success; None: not instantiated any more."""
    replace: frozenset[str] = frozenset()
    """Places that get another incarnation though nothing of what is wanted there differs."""
    vanished: frozenset[str] = frozenset()
    """Those of them whose resource is not there."""
    placement: tuple[PlacementRule, ...] = ()
    boot_data: dict[str, BootData] = Field(default_factory=dict)
    """By reference: to be stored before a plan that names it."""
    warnings: tuple[str, ...] = ()
    """What the descriptor asks and this release does not give."""
