"""What a VNFD says of containers: deployable units, their containers, packages of managed objects, virtual CPs.

Part of the neutral model of `manoflow.domain.vnfd`; names are those of ETSI GS NFV-IFA 011. Nothing plans
with them yet: they are what a descriptor has, for whoever deploys containers.
"""

from pydantic import Field

from manoflow.domain.base import Model


class HugePages(Model):
    """Huge pages of one size."""

    page_mib: int
    requested_mib: int


class OsContainer(Model):
    """A container (IFA 011 clause 7.1.6.13, OsContainerDesc); its image is among the flavour's, under its id."""

    id: str
    name: str
    description: str = ""
    requested_cpu: int | None = None
    """Thousandths of a CPU."""
    cpu_limit: int | None = None
    requested_memory_mib: int | None = None
    memory_limit_mib: int | None = None
    requested_ephemeral_gib: int | None = None
    ephemeral_limit_gib: int | None = None
    huge_pages: tuple[HugePages, ...] = ()
    extended_resources: dict[str, int] = Field(default_factory=dict)
    """How many of each resource that a node's device plugin offers."""
    cpu_pinning: str | None = None
    """``static`` or ``dynamic``."""


class DeployableUnit(Model):
    """A kind of VNFC that is a group of containers, such as a pod (IFA 011 clause 7.1.6.2, Vdu)."""

    id: str
    name: str
    description: str = ""
    containers: tuple[str, ...] = ()
    """Ids of `OsContainer`."""
    storages: tuple[str, ...] = ()
    min_instances: int = 0
    max_instances: int = 1
    initial_instances: int = 1
    constraints: tuple[str, ...] = ()
    """Names of the placement constraints that its manifest takes (mcio_constraint_params)."""
    managed_object_name: str | None = None
    managed_object_type: str | None = None
    """The kind of the managed object that runs it, e.g. ``Deployment``."""


class Mciop(Model):
    """A package of managed container infrastructure objects: a Helm chart (IFA 011 clause 7.1.6.2.2, mciopId)."""

    id: str
    units: tuple[str, ...] = ()
    """Ids of the `DeployableUnit`s that it deploys."""
    artifact: str | None = None
    """Path of the chart inside the package; None where it is only named."""
    file: str | None = None
    """As the descriptor writes it."""


class ServicePort(Model):
    """A port of a virtual CP."""

    name: str
    protocol: str
    port: int
    configurable: bool = False


class VirtualCp(Model):
    """A connection point that stands before several VNFCs, such as a service (IFA 011 clause 7.1.6.17, VirtualCpd)."""

    id: str
    targets: tuple[str, ...] = ()
    virtual_link: str | None = None
    ports: tuple[ServicePort, ...] = ()


class ContainerCp(Model):
    """A connection point of a deployable unit (IFA 011 clause 7.1.6.4, VduCpd)."""

    id: str
    unit: str
    order: int = 0
    virtual_link: str | None = None
    vnic_type: str = "normal"
