"""What surrounds a VNF in the neutral VNFD (`manoflow.domain.vnfd`): its scripts, rules, and what it tells."""

from pydantic import Field, JsonValue

from manoflow.domain.base import Model


class LifecycleScript(Model):
    """What a lifecycle operation calls (IFA 011 clause 7.1.13, LifeCycleManagementScript)."""

    operation: str
    """Of the interface Vnflcm, e.g. ``instantiate_end``."""
    implementation: str
    """The file or the artifact's name, as the descriptor writes it."""
    artifact: str | None = None
    """Path of the file inside the package; None where it is not in there."""
    artifact_type: str | None = None
    dependencies: tuple[str, ...] = ()
    """Further files, as the descriptor writes them."""
    inputs: dict[str, JsonValue] = Field(default_factory=dict)
    """What it is given; null where the value comes with the request."""


class SecurityGroupRule(Model):
    """What may pass a connection point (IFA 011 clause 7.1.6.9, SecurityGroupRule)."""

    id: str
    targets: tuple[str, ...]
    """Ids of connection points."""
    direction: str = "ingress"
    ether_type: str = "ipv4"
    protocol: str = "tcp"
    port_range_min: int = 0
    port_range_max: int = 65_535


class MonitoringParameter(Model):
    """What a VNF or a VNFC can be measured by (IFA 011 clause 7.1.11.3)."""

    id: str
    name: str
    metric: str
    collection_period: str | None = None
    """As the descriptor writes it, e.g. ``10 s``."""
