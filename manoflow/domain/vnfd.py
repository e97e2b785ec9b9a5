"""The neutral VNFD: what a VNF may consist of, whatever language described it.

`descriptors` reads SOL001 (TOSCA) into this model; the planners in `manoflow.domain.targets` read nothing else. The
names are those of ETSI GS NFV-IFA 011. Sizes are MiB for memory and GiB for storage, already rounded up. Parts that
planners do not need every day are in `vnfd_connectivity`, `vnfd_containers`, `vnfd_interfaces` and `boot_data`.
"""

from enum import StrEnum

from pydantic import Field

from manoflow.domain.base import Model
from manoflow.domain.boot_data import BootSettings
from manoflow.domain.vnfd_connectivity import AddressPool, ExposedLink, QualityOfService, SubCp, VirtualIpCp
from manoflow.domain.vnfd_containers import ContainerCp, DeployableUnit, Mciop, OsContainer, VirtualCp
from manoflow.domain.vnfd_interfaces import LifecycleScript, MonitoringParameter, SecurityGroupRule


class SwImage(Model):
    """A software image that a VDU or a storage starts from (IFA 011 clause 7.1.6.5, SwImageDesc)."""

    id: str
    """Id of the VDU or storage that declares it: what a grant's vnfdSoftwareImageId names."""
    name: str
    version: str | None = None
    checksum_algorithm: str | None = None
    checksum: str | None = None
    container_format: str | None = None
    disk_format: str | None = None
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    artifact: str | None = None
    """Path of the image file inside the package; None where the image is only named."""
    digest: str | None = None
    """SHA-256 of that file, in hex: under it a VIM gets the image once, whichever VNFs use it."""
    provider: str | None = None
    size: int | None = None
    """Bytes, as the descriptor states them."""
    operating_system: str | None = None
    environments: tuple[str, ...] = ()
    """Virtualisation environments that it runs in, e.g. ``KVM``."""


class VirtualCompute(Model):
    """What a VDU asks of a flavor (IFA 011 clause 7.1.9.2, VirtualComputeDesc)."""

    num_vcpus: int
    memory_mib: int
    local_disk_gib: int = 0
    requested_flavor: str | None = None
    """Name of a flavor: a requested additional capability, by Tacker's convention."""
    extra_specs: dict[str, str] = Field(default_factory=dict)


class VirtualStorage(Model):
    """A block storage that each VNFC of a VDU gets (IFA 011 clause 7.1.9.4)."""

    id: str
    size_gib: int
    image: SwImage | None = None
    """With an image, the VNFC boots from this storage."""
    requirements: dict[str, str] = Field(default_factory=dict)
    """As the descriptor writes them (vdu_storage_requirements)."""
    shared: bool = False
    """One for all VNFCs of the VDU instead of one each (per_vnfc_instance is false)."""


class VirtualFileStorage(Model):
    """A file system on a network that VNFCs mount (IFA 011 clause 7.1.9.4.5)."""

    id: str
    size_gib: int
    protocol: str
    """``nfs`` or ``cifs``."""
    virtual_link: str | None = None
    shared: bool = False


class VirtualObjectStorage(Model):
    """An object store (IFA 011 clause 7.1.9.4.4)."""

    id: str
    max_size_gib: int | None = None
    shared: bool = False


class Vdu(Model):
    """A kind of VNFC: its compute, image, storages and how many there may be (IFA 011 clause 7.1.6.2)."""

    id: str
    name: str
    description: str = ""
    compute: VirtualCompute
    image: SwImage | None = None
    """The image of the local disk; None where the VDU boots from a storage."""
    storages: tuple[str, ...] = ()
    """Ids of `VirtualStorage`, in the order they are attached."""
    min_instances: int = 0
    max_instances: int = 1
    initial_instances: int = 1
    """Instances at scale level 0 of every aspect (VduInitialDelta)."""
    boot_data: str | None = None
    """Text given to the VNFC at boot; may have parameters (`manoflow.domain.boot_data`)."""
    boot_settings: BootSettings = BootSettings()
    other_storages: tuple[str, ...] = ()
    """Ids of `VirtualFileStorage` and `VirtualObjectStorage`: nothing makes them."""
    nfvi_constraints: dict[str, str] = Field(default_factory=dict)
    monitoring_parameters: tuple[MonitoringParameter, ...] = ()


class VduCp(Model):
    """A connection point of a VDU (IFA 011 clause 7.1.6.4, VduCpd)."""

    id: str
    vdu: str
    order: int = 0
    virtual_link: str | None = None
    """Id of the internal virtual link it joins; None: an external connection point."""
    vnic_type: str = "normal"
    layer_protocols: tuple[str, ...] = ("ipv4",)
    fixed_addresses: tuple[str, ...] = ()
    """Addresses that its instances get, the first instance first."""
    addresses_each: int | None = None
    """Of these, how many an instance gets; None: all, where the VDU has one instance, else one."""
    floating: bool = False
    """A floating address is asked for: nothing makes it."""
    trunk: bool = False
    bitrate: int | None = None
    """Bits per second (bitrate_requirement): nobody is asked for them."""
    interface_requirements: dict[str, str] = Field(default_factory=dict)
    """What is asked of the network interface, as the descriptor writes it."""


class ExternalCp(Model):
    """A connection point that the VNF shows outside (IFA 011 clause 7.1.6.12, VnfExtCpd)."""

    id: str
    """The cpdId that extVirtualLinks name: the VDU's CP itself in practice (SOL001 clause 6.8.3)."""
    vdu_cp: str
    mapped_names: tuple[str, ...] = ()
    """Names of the VNF node's requirements mapped to it: accepted as cpdId too."""


class VirtualLink(Model):
    """An internal network of the VNF (IFA 011 clause 7.1.7.2, VnfVirtualLinkDesc)."""

    id: str
    description: str = ""
    network_type: str | None = None
    ip_version: int = 4
    cidr: str | None = None
    dhcp_enabled: bool = True
    gateway_ip: str | None = None
    mtu: int | None = None
    """Bytes."""
    address_pools: tuple[AddressPool, ...] = ()
    """Where dynamic addresses come from; empty: the whole subnet."""
    ipv6_mode: str | None = None
    """``slaac``, ``dhcpv6-stateful`` or ``dhcpv6-stateless``."""
    vlan_transparent: bool = False
    externally_managed: str | None = None
    """``required``: somebody else has to bring its network; ``allowed`` or None: may."""
    max_bitrate: int | None = None
    """Bits per second at the root (vl_profile): nobody is asked for them, nor for the next two."""
    min_bitrate: int | None = None
    quality: QualityOfService | None = None


class ScalingDelta(Model):
    """How many instances of which VDU one step of an aspect adds (IFA 011 clause 7.1.10.3)."""

    instances: dict[str, int]


class ScalingAspect(Model):
    """A direction in which the VNF scales (IFA 011 clause 7.1.10.2)."""

    id: str
    name: str = ""
    max_scale_level: int
    steps: tuple[ScalingDelta, ...]
    """The delta of each step, first step first; where there are fewer than levels, the last one repeats."""


class InstantiationLevel(Model):
    """A ready size of the VNF (IFA 011 clause 7.1.8.7)."""

    id: str
    scale_levels: dict[str, int] = Field(default_factory=dict)
    """Scale level of each aspect; an aspect not named is at 0."""
    instances: dict[str, int] = Field(default_factory=dict)
    """Instances of each VDU where the descriptor states them; else computed from the scale levels."""


class PlacementScope(StrEnum):
    """How far apart or how near (SOL001 clause 6.10.10)."""

    HOST = "nfvi_node"
    ZONE = "zone"
    ZONE_GROUP = "zone_group"
    NFVI_POP = "nfvi_pop"
    NETWORK_LINK_AND_NODE = "network_link_and_node"
    CONTAINER_NAMESPACE = "container_namespace"
    CIS_NODE = "cis_node"


class PlacementGroup(Model):
    """VDUs that must share a place or must not (IFA 011 clause 7.1.8.12, AffinityOrAntiAffinityGroup)."""

    id: str
    anti_affinity: bool
    scope: PlacementScope = PlacementScope.HOST
    members: tuple[str, ...]
    """Ids of VDUs."""
    other_members: tuple[str, ...] = ()
    """Ids of virtual links, deployable units and charts: nobody places them."""


class Flavour(Model):
    """A deployment flavour: one complete way to build the VNF (IFA 011 clause 7.1.8.2, VnfDf)."""

    id: str
    description: str = ""
    vdus: tuple[Vdu, ...]
    cps: tuple[VduCp, ...] = ()
    ext_cps: tuple[ExternalCp, ...] = ()
    virtual_links: tuple[VirtualLink, ...] = ()
    storages: tuple[VirtualStorage, ...] = ()
    placement_groups: tuple[PlacementGroup, ...] = ()
    aspects: tuple[ScalingAspect, ...] = ()
    levels: tuple[InstantiationLevel, ...] = ()
    default_level: str | None = None
    lifecycle_hooks: tuple[str, ...] = ()
    """Operations of the Vnflcm interface that name an implementation (a script to call)."""
    lifecycle_scripts: tuple[LifecycleScript, ...] = ()
    """What these call."""
    exposed_links: tuple[ExposedLink, ...] = ()
    virtual_ip_cps: tuple[VirtualIpCp, ...] = ()
    sub_cps: tuple[SubCp, ...] = ()
    file_storages: tuple[VirtualFileStorage, ...] = ()
    object_storages: tuple[VirtualObjectStorage, ...] = ()
    security_group_rules: tuple[SecurityGroupRule, ...] = ()
    indicators: tuple[str, ...] = ()
    """Names of the VNF's indicators."""
    monitoring_parameters: tuple[MonitoringParameter, ...] = ()
    containers: tuple[OsContainer, ...] = ()
    container_images: tuple[SwImage, ...] = ()
    """Images of the containers, by their ids."""
    deployable_units: tuple[DeployableUnit, ...] = ()
    container_cps: tuple[ContainerCp, ...] = ()
    virtual_cps: tuple[VirtualCp, ...] = ()
    mciops: tuple[Mciop, ...] = ()


class Vnfd(Model):
    """A VNF descriptor (IFA 011 clause 7.1.2.2)."""

    id: str
    """descriptor_id: what a consumer calls vnfdId."""
    provider: str
    product_name: str
    software_version: str
    descriptor_version: str
    vnfm_info: tuple[str, ...] = ()
    product_info_name: str | None = None
    default_flavour: str | None = None
    flavours: tuple[Flavour, ...]
    configurable_properties: tuple[str, ...] = ()
    """Names that vnfConfigurableProperties may have (IFA 011 clause 7.1.12); empty: none declared, any may be set."""
    extensions: tuple[str, ...] = ()
    """The same of extensions (IFA 011 clause 7.1.14)."""
    format: int = 1

    def flavour(self, flavour_id: str) -> Flavour | None:
        """The deployment flavour of that id, or None."""
        return next((flavour for flavour in self.flavours if flavour.id == flavour_id), None)
