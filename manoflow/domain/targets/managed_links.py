"""Internal virtual links that the VNF joins but does not make (SOL003 clause 4.4.1.12, extManagedVirtualLinks).

Somebody else has made their networks and will delete them; the VNF has ports there and nothing more.
"""

from collections.abc import Mapping, Sequence

from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vnf import ExtManagedVirtualLinkData
from manoflow.domain.vnfd import Flavour

Managed = Mapping[str, ExtManagedVirtualLinkData]
"""By the id of the virtual link's descriptor."""


def managed_links(flavour: Flavour, links: Sequence[ExtManagedVirtualLinkData]) -> Managed:
    """Read a request's links. Refuses, by name, what the flavour has not, what comes twice, and given ports."""
    known = [link.id for link in flavour.virtual_links]
    managed: dict[str, ExtManagedVirtualLinkData] = {}
    for link in links:
        what = f"cannot use extManagedVirtualLink {link.id}"
        desc = link.vnf_virtual_link_desc_id
        if desc not in known:
            has = ", ".join(known) or "none"
            raise InvalidInputError(
                f"{what}: vnfVirtualLinkDescId {desc} is not an internal virtual link of flavour {flavour.id} ({has})"
            )
        if desc in managed:
            raise InvalidInputError(
                f"{what}: extManagedVirtualLink {managed[desc].id} is for virtual link {desc} already; name each once"
            )
        if link.id in {other.id for other in managed.values()}:
            raise InvalidInputError(f"{what}: two extManagedVirtualLinks have that id; give each its own")
        if link.vnf_link_port:
            raise InvalidInputError(f"{what}: vnfLinkPort is not supported, leave it out and the ports are made")
        managed[desc] = link
    _require_brought(flavour, managed)
    return managed


def _require_brought(flavour: Flavour, managed: Managed) -> None:
    for link in flavour.virtual_links:
        if link.externally_managed == "required" and link.id not in managed:
            raise InvalidInputError(
                f"cannot make the internal virtual link {link.id}: its descriptor has it managed by somebody else; "
                f"add an extManagedVirtualLink with vnfVirtualLinkDescId {link.id}"
            )
