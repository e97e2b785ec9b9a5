"""Addresses that the descriptor itself gives to internal connection points: fixed ones, and those that VNFCs share."""

from manoflow.domain.cloud import FixedAddress
from manoflow.domain.vnfd import Flavour, Vdu, VduCp


def fixed_addresses(cp: VduCp, vdu: Vdu, ordinal: int) -> tuple[FixedAddress, ...]:
    """Those of one instance; none for an instance that the descriptor's addresses do not reach.

    Outside the request decides (`manoflow.domain.targets.connectivity`).
    """
    if cp.virtual_link is None:
        return ()
    each = cp.addresses_each or (len(cp.fixed_addresses) if vdu.max_instances == 1 else 1)
    own = cp.fixed_addresses[ordinal * each : (ordinal + 1) * each]
    return tuple(FixedAddress(ip_address=address) for address in own)


def shared_addresses(flavour: Flavour, cp: VduCp) -> tuple[str, ...]:
    """What may be used at a CP beside its own addresses: where a shared one is not fixed, any of its link's subnet."""
    subnets = {link.id: link.cidr for link in flavour.virtual_links}
    allowed: list[str] = []
    for shared in flavour.virtual_ip_cps:
        if cp.id in shared.targets:
            subnet = subnets.get(shared.virtual_link or "")
            allowed.extend(shared.fixed_addresses or ([subnet] if subnet else []))
    return tuple(dict.fromkeys(allowed))
