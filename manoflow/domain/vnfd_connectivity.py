"""Connectivity in the neutral VNFD (`manoflow.domain.vnfd`) beside the CPs of VDUs and the links that they join."""

from manoflow.domain.base import Model


class AddressPool(Model):
    """A range of addresses (IFA 011 clause 7.1.7.3, L3ProtocolData)."""

    start: str
    end: str


class QualityOfService(Model):
    """What is asked of a virtual link (IFA 011 clause 7.1.8.5), as the descriptor writes it."""

    latency: str | None = None
    packet_delay_variation: str | None = None
    packet_loss_ratio: str | None = None


class ExposedLink(Model):
    """An external CP of an internal virtual link (IFA 011 clause 7.1.6.3, VnfExtCpd with intVirtualLinkDesc).

    To connect it takes a router or floating addresses, which are not made; the link's network can be brought instead
    (extManagedVirtualLinks).
    """

    id: str
    virtual_link: str
    mapped_names: tuple[str, ...] = ()
    """Names of the VNF node's requirements mapped to it."""


class VirtualIpCp(Model):
    """An address that several VNFCs share (IFA 011 clause 7.1.6.13, VipCpd)."""

    id: str
    virtual_link: str | None = None
    targets: tuple[str, ...] = ()
    """Ids of the VDUs' connection points that may have the address."""
    function: str = ""
    """``high_availability`` or ``load_balance``."""
    fixed_addresses: tuple[str, ...] = ()


class SubCp(Model):
    """A subport of a trunk (SOL001 clause 6.8, VduSubCp)."""

    id: str
    trunk: str
    """Id of the VDU's connection point that carries it."""
    virtual_link: str | None = None
    segmentation_type: str | None = None
    segmentation_id: int | None = None
