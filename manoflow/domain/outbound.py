"""Where Manoflow may be sent by a request: the one policy for every URI that somebody else gives us.

A URI in a request makes us the caller, with our place in the network. So the scheme is a chosen one, there is no
password in it, and the address that its name stands for is a public one, unless a setting opens more. Names are
resolved once, by ourselves, and what was judged is what is connected to (`manoflow.adapters.outbound`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from manoflow.domain.errors import ForbiddenError, InvalidInputError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

OPENED = "MANOFLOW_OUTBOUND__ALLOW"
"""The setting that opens address ranges."""

_NAT64 = ip_network("64:ff9b::/96")
_GLOBAL_UNICAST = ip_network("2000::/3")
_NEVER = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
"""Public as far as the standard library knows, but clouds answer their own virtual machines there."""
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class OutboundPolicy:
    """What is allowed. The default: HTTPS to public addresses."""

    schemes: tuple[str, ...] = ("https",)
    allow: tuple[Network, ...] = ()
    """Address ranges that are allowed though they are private, loopback or link-local."""
    max_bytes: int = 64 << 30
    """Of what is fetched."""

    def require_allowed(self, uri: str, what: str) -> SplitResult:
        """Judge a URI without asking anybody. Raises `InvalidInputError` that says `what` it is for."""
        parts = _parts(uri, what)
        if parts.scheme not in self.schemes:
            allowed = " or ".join(self.schemes)
            raise InvalidInputError(f"cannot use {what}: its scheme must be {allowed}, not {parts.scheme or 'none'}")
        if parts.username is not None or parts.password is not None:
            raise InvalidInputError(
                f"cannot use {what}: it has credentials in it; send them as parameters of their own"
            )
        try:
            literal = ip_address(str(parts.hostname))
        except ValueError:
            return parts
        if not self.allows(literal):
            raise InvalidInputError(self._refusal(f"use {what}", str(parts.hostname), [literal]))
        return parts

    def judged(self, host: str, addresses: Sequence[Address]) -> Address:
        """The first of a name's addresses that is allowed; `ForbiddenError` where none is."""
        allowed = next((address for address in addresses if self.allows(address)), None)
        if allowed is None:
            raise ForbiddenError(self._refusal("connect", host, addresses))
        return allowed

    def allows(self, address: Address) -> bool:
        """Whether an address is public or was opened. What is inside an IPv6 address that carries another counts."""
        address = _carried(address)
        if any(address in network for network in self.allow if network.version == address.version):
            return True
        if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
            return False
        return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)

    def _refusal(self, do: str, host: str, addresses: Sequence[Address]) -> str:
        stands_for = ", ".join(str(address) for address in addresses[:3])
        named = f"{host} is {stands_for}, which is" if stands_for != host else f"{host} is"
        return f"cannot {do}: {named} not public; where that is meant, add its network to {OPENED}"


CLOSED = OutboundPolicy()
"""The default."""


def shown(uri: str) -> str:
    """A URI without what may be secret in it: what people and logs see."""
    parts = urlsplit(uri)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"


def _parts(uri: str, what: str) -> SplitResult:
    refusal = InvalidInputError(f"cannot use {what}: it is no absolute URI with a host, such as https://host/path")
    try:
        parts = urlsplit(uri)
        port_may_be = (parts.port or 1) <= _LARGEST_PORT
        (parts.hostname or "").encode("idna")  # Labels of 1 to 63 characters, or nobody can look it up.
    except ValueError as error:
        raise refusal from error
    if not parts.hostname or not port_may_be or not uri.isascii() or not uri.isprintable() or " " in uri:
        raise refusal
    return parts


def _carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 address leads to, where it is a mapped, translated or tunnelled one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
