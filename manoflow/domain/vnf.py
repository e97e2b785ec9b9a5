"""VNF instances: what a consumer asks for and what is recorded of it (SOL003 clauses 5.5.2 and 4.4.1)."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue

from manoflow.domain.base import Model, Moment
from manoflow.domain.lcm import InstantiationState
from manoflow.domain.scale_requests import ScaleInfo
from manoflow.domain.vim import DEFAULT_TENANT


class IpAddresses(Model):
    """Addresses asked for on one connection point (SOL003 clause 4.4.1.10c, ipAddresses)."""

    type: str = "IPV4"
    fixed_addresses: tuple[str, ...] = ()
    num_dynamic_addresses: int | None = Field(default=None, ge=0)
    address_range: dict[str, str] | None = None
    subnet_id: str | None = None


class IpOverEthernet(Model):
    """SOL003 clause 4.4.1.10c, IpOverEthernetAddressData."""

    mac_address: str | None = None
    segmentation_id: str | None = None
    ip_addresses: tuple[IpAddresses, ...] = ()


class CpProtocolData(Model):
    """SOL003 clause 4.4.1.10b."""

    layer_protocol: str = "IP_OVER_ETHERNET"
    ip_over_ethernet: IpOverEthernet | None = None


class VnfExtCpConfig(Model):
    """How one or more instances of an external CP are to be connected (SOL003 clause 4.4.1.10a)."""

    parent_cp_config_id: str | None = None
    link_port_id: str | None = None
    create_ext_link_port: bool | None = None
    cp_protocol_data: tuple[CpProtocolData, ...] = ()


class VnfExtCpData(Model):
    """Configuration of the instances of one external CPD (SOL003 clause 4.4.1.10)."""

    cpd_id: str
    cp_config: dict[str, VnfExtCpConfig | None] = Field(default_factory=dict)


class ExtVirtualLinkData(Model):
    """A network outside the VNF and the CPs to connect to it (SOL003 clause 4.4.1.11)."""

    id: str
    vim_connection_id: str | None = None
    resource_provider_id: str | None = None
    resource_id: str
    ext_cps: tuple[VnfExtCpData, ...] = ()
    ext_link_ports: tuple[dict[str, Any], ...] = ()


class ExtManagedVirtualLinkData(Model):
    """An internal virtual link whose network somebody else has made and manages (SOL003 clause 4.4.1.12)."""

    id: str
    vnf_virtual_link_desc_id: str
    vim_connection_id: str | None = None
    resource_provider_id: str | None = None
    resource_id: str
    vnf_link_port: tuple[dict[str, Any], ...] = ()
    ext_managed_multisite_virtual_link_id: str | None = None


class VimConnectionInfo(Model):
    """A VIM as a request names it (SOL003 clause 4.4.1.6). `access_info` is never recorded here."""

    vim_id: str | None = None
    vim_type: str | None = None
    interface_info: dict[str, Any] = Field(default_factory=dict)
    access_info: dict[str, Any] = Field(default_factory=dict, exclude=True)
    extra: dict[str, Any] = Field(default_factory=dict)


class CreateVnfRequest(Model):
    """SOL003 clause 5.5.2.3."""

    vnfd_id: str = Field(min_length=1)
    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    metadata: dict[str, JsonValue] | None = None


_DYNAMIC_ADDRESS: dict[str, JsonValue] = {
    "layerProtocol": "IP_OVER_ETHERNET",
    "ipOverEthernet": {"ipAddresses": [{"type": "IPV4", "numDynamicAddresses": 1}]},
}
_INSTANTIATE_EXAMPLE: dict[str, JsonValue] = {
    "flavourId": "simple",
    "extVirtualLinks": [
        {
            "id": "management",
            "resourceId": "mgmt",
            "extCps": [{"cpdId": "app_mgmt", "cpConfig": {"first": {"cpProtocolData": [_DYNAMIC_ADDRESS]}}}],
        }
    ],
}


class InstantiateVnfRequest(Model):
    """SOL003 clause 5.5.2.4."""

    model_config = ConfigDict(json_schema_extra={"examples": [_INSTANTIATE_EXAMPLE]})

    flavour_id: str
    instantiation_level_id: str | None = None
    target_scale_level_info: tuple[ScaleInfo, ...] = ()
    ext_virtual_links: tuple[ExtVirtualLinkData, ...] = ()
    ext_managed_virtual_links: tuple[ExtManagedVirtualLinkData, ...] = ()
    vim_connection_info: dict[str, VimConnectionInfo] = Field(default_factory=dict)
    localization_language: str | None = None
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)
    extensions: dict[str, JsonValue] = Field(default_factory=dict)
    vnf_configurable_properties: dict[str, JsonValue] = Field(default_factory=dict)


class TerminationType(StrEnum):
    """SOL003 clause 5.5.2.8."""

    FORCEFUL = "FORCEFUL"
    GRACEFUL = "GRACEFUL"


class TerminateVnfRequest(Model):
    """SOL003 clause 5.5.2.8."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"terminationType": "FORCEFUL"}]})

    termination_type: TerminationType
    graceful_termination_timeout: int | None = Field(default=None, ge=0)
    """Seconds."""
    additional_params: dict[str, JsonValue] = Field(default_factory=dict)


class ExtCpAttachment(Model):
    """One cpConfig entry of an external CPD on its link, in the order they are given out."""

    cp_config_id: str
    ext_virtual_link_id: str
    network_id: str
    """The link's resourceId in the VIM."""
    mac_address: str | None = None
    fixed_addresses: tuple[str, ...] = ()
    subnet_ids: tuple[str, ...] = ()


class InstantiatedState(Model):
    """What an instantiated VNF is, apart from its resources: basis of the next operation's target."""

    flavour_id: str
    instantiation_level_id: str | None = None
    """The level that it was last brought to; its size is counted from there (`manoflow.domain.targets.sizing`)."""
    scale_levels: dict[str, int] = Field(default_factory=dict)
    """Scale level of every aspect."""
    max_scale_levels: dict[str, int] = Field(default_factory=dict)
    vim_connection_id: str
    ext_virtual_links: tuple[ExtVirtualLinkData, ...] = ()
    ext_managed_virtual_links: tuple[ExtManagedVirtualLinkData, ...] = ()
    localization_language: str | None = None
    extensions: dict[str, JsonValue] = Field(default_factory=dict)
    """What the request set of them; the instance has them once it is instantiated."""
    vnf_configurable_properties: dict[str, JsonValue] = Field(default_factory=dict)
    """The same of these."""
    boot_data: dict[str, str] = Field(default_factory=dict)
    """Reference of each VDU's boot data, with the parameters of the request that instantiated the VNF."""


class VnfInstance(Model):
    """A VNF instance as recorded; its resources are rows of their own."""

    id: UUID
    vnf_instance_name: str | None = None
    vnf_instance_description: str | None = None
    vnfd_id: str
    vnf_pkg_id: UUID
    vnf_provider: str
    vnf_product_name: str
    vnf_software_version: str
    vnfd_version: str
    instantiation_state: InstantiationState = InstantiationState.NOT_INSTANTIATED
    state: InstantiatedState | None = None
    """Set while anything of it exists."""
    vim_connection_info: dict[str, VimConnectionInfo] = Field(default_factory=dict)
    extensions: dict[str, JsonValue] = Field(default_factory=dict)
    vnf_configurable_properties: dict[str, JsonValue] = Field(default_factory=dict)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    created_at: Moment
    tenant: str = DEFAULT_TENANT

    @property
    def short_name(self) -> str:
        """What names of its resources begin with."""
        return self.vnf_instance_name or f"vnf-{self.id.hex[:8]}"
