"""Which external network each instance of an external CP joins, and with which addresses.

Sources: SOL003 clauses 4.4.1.10 (VnfExtCpData) to 4.4.1.12 (ExtVirtualLinkData).

cpConfig entries are given out in the order of their keys, the first entry to ordinal 0. Where there are fewer
entries than instances, an entry that fixes nothing serves the rest; an entry with a fixed address or MAC serves one
instance. Entries left over are kept for later scaling.
"""

from collections.abc import Mapping, Sequence

from manoflow.domain.cloud import FixedAddress
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vnf import ExtCpAttachment, ExtVirtualLinkData, IpAddresses, VnfExtCpConfig
from manoflow.domain.vnfd import ExternalCp, Flavour

Attachments = Mapping[str, Sequence[ExtCpAttachment]]
"""The cpConfig entries of each external CP, in the order they are given out."""


def attachments(flavour: Flavour, links: Sequence[ExtVirtualLinkData]) -> dict[str, list[ExtCpAttachment]]:
    """Read a request's links. Refuses, by name, CPs that the flavour does not have and what is not supported."""
    found: dict[str, list[ExtCpAttachment]] = {}
    for link in links:
        if link.ext_link_ports:
            message = f"cannot connect to extVirtualLink {link.id}: extLinkPorts are not supported, leave them out"
            raise InvalidInputError(message)
        for cp in link.ext_cps:
            known = _external_cp(flavour, cp.cpd_id, link.id)
            for config_id in sorted(cp.cp_config):
                config = cp.cp_config[config_id]
                if config is not None:
                    found.setdefault(known.id, []).append(_attachment(link, config_id, config))
    return {cp: sorted(given, key=lambda entry: entry.cp_config_id) for cp, given in found.items()}


def attachment_of(given: Sequence[ExtCpAttachment], ordinal: int) -> ExtCpAttachment | None:
    """The entry for one instance, or None where no entry may serve it."""
    if ordinal < len(given):
        return given[ordinal]
    return next((entry for entry in given if not entry.fixed_addresses and not entry.mac_address), None)


def require_connected(flavour: Flavour, counts: Mapping[str, int], given: Attachments) -> None:
    """Refuse, by name, an external CP of an instance to be made that no entry connects."""
    vdu_of = {cp.id: cp.vdu for cp in flavour.cps}
    for cp in flavour.ext_cps:
        wanted = counts.get(vdu_of.get(cp.vdu_cp, ""), 0)
        for ordinal in range(wanted):
            if attachment_of(given.get(cp.id, ()), ordinal) is None:
                message = (
                    f"cannot connect external connection point {cp.id} (instance {ordinal} of {wanted}): "
                    f"no extVirtualLink has an extCps entry for it; add one with cpdId {cp.id} and a cpConfig"
                )
                raise InvalidInputError(message)


def addresses(entry: ExtCpAttachment) -> tuple[FixedAddress, ...]:
    """The addresses an entry asks for, as a port asks for them."""
    fixed = tuple(FixedAddress(ip_address=address) for address in entry.fixed_addresses)
    if fixed:
        only_subnet = entry.subnet_ids[0] if len(entry.subnet_ids) == 1 else None
        return tuple(address.model_copy(update={"subnet_id": only_subnet}) for address in fixed)
    return tuple(FixedAddress(subnet_id=subnet) for subnet in entry.subnet_ids)


def _external_cp(flavour: Flavour, cpd_id: str, link_id: str) -> ExternalCp:
    found = [cp for cp in flavour.ext_cps if cp.id == cpd_id or cpd_id in cp.mapped_names]
    if len(found) == 1:
        return found[0]
    shown = [link for link in flavour.exposed_links if link.id == cpd_id or cpd_id in link.mapped_names]
    if shown:
        inside = shown[0].virtual_link
        message = (
            f"cannot connect extVirtualLink {link_id}: cpdId {cpd_id} shows the internal link {inside} outside, "
            "which takes a router that is not made; leave it out, or bring a network that is connected already: "
            f"give it as an extManagedVirtualLink with vnfVirtualLinkDescId {inside}"
        )
        raise InvalidInputError(message)
    known = ", ".join(cp.id for cp in flavour.ext_cps) or "none"
    message = (
        f"cannot connect extVirtualLink {link_id}: cpdId {cpd_id} is not an external connection point of "
        f"flavour {flavour.id} (it has: {known})"
    )
    raise InvalidInputError(message)


def _attachment(link: ExtVirtualLinkData, config_id: str, config: VnfExtCpConfig) -> ExtCpAttachment:
    where = f"cpConfig {config_id} of extVirtualLink {link.id}"
    if config.link_port_id is not None:
        message = f"cannot connect {where}: linkPortId is not supported, leave it out and a port is made"
        raise InvalidInputError(message)
    over_ethernet = [data.ip_over_ethernet for data in config.cp_protocol_data if data.ip_over_ethernet]
    asked = [address for data in over_ethernet for address in data.ip_addresses]
    for address in asked:
        _require_supported(address, where)
    return ExtCpAttachment(
        cp_config_id=config_id,
        ext_virtual_link_id=link.id,
        network_id=link.resource_id,
        mac_address=next((data.mac_address for data in over_ethernet if data.mac_address), None),
        fixed_addresses=tuple(fixed for address in asked for fixed in address.fixed_addresses),
        subnet_ids=tuple(dict.fromkeys(address.subnet_id for address in asked if address.subnet_id)),
    )


def _require_supported(address: IpAddresses, where: str) -> None:
    if address.address_range is not None:
        message = f"cannot connect {where}: addressRange is not supported, use fixedAddresses or numDynamicAddresses"
        raise InvalidInputError(message)
    if (address.num_dynamic_addresses or 0) > 1:
        message = f"cannot connect {where}: numDynamicAddresses above 1 is not supported, use one entry per address"
        raise InvalidInputError(message)
