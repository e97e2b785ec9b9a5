"""Subnets, and the addresses that ports get from them."""

import json
import sqlite3
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from sqlite3 import Row
from uuid import uuid4

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.domain.cloud import FixedAddress, NewPort, NewVirtualLink
from manoflow.domain.errors import AlreadyExistsError, InvalidInputError, QuotaError
from manoflow.domain.vnfd_connectivity import AddressPool


def add_subnet(turn: Turn, network_id: str, new: NewVirtualLink) -> None:
    """Give a network the subnet that was asked for; raises `InvalidInputError` where it makes no sense."""
    cidr = _network(new)
    if cidr.version != new.ip_version:
        raise InvalidInputError(f"cannot make {new.name} ({new.uid}): {cidr} is not of IP version {new.ip_version}")
    turn.world.execute(
        "INSERT INTO subnets (id, network_id, cidr, gateway_ip, dhcp_enabled, pools) VALUES (?, ?, ?, ?, ?, ?)",
        (str(uuid4()), network_id, str(cidr), new.gateway_ip, new.dhcp_enabled, _written(new.address_pools)),
    )


def subnets_of(turn: Turn, network_id: str) -> list[Row]:
    """Subnets of a network, in the order they were made."""
    return turn.world.execute("SELECT * FROM subnets WHERE network_id = ? ORDER BY rowid", (network_id,)).fetchall()


def addresses_of(turn: Turn, port_id: str) -> tuple[FixedAddress, ...]:
    """What a port has got."""
    rows = turn.world.execute("SELECT * FROM addresses WHERE port_id = ? ORDER BY rowid", (port_id,))
    return tuple(FixedAddress(ip_address=row["ip_address"], subnet_id=row["subnet_id"]) for row in rows)


def give_addresses(turn: Turn, port_id: str, network_id: str, new: NewPort) -> None:
    """Give a port the addresses asked for; one of the network's first subnet where none was asked for.

    Raises `AlreadyExistsError` for an address that is taken, `InvalidInputError` for one that no subnet of the network
    has, `QuotaError` where a subnet is used up.
    """
    subnets = subnets_of(turn, network_id)
    if not new.addresses and not subnets:
        return
    for asked in new.addresses or (FixedAddress(),):
        subnet = _subnet(subnets, asked, new)
        address = asked.ip_address or _free_address(turn, subnet, new)
        try:
            turn.world.execute(
                "INSERT INTO addresses (port_id, subnet_id, ip_address) VALUES (?, ?, ?)",
                (port_id, subnet["id"], str(ip_address(address))),
            )
        except sqlite3.IntegrityError as error:
            raise AlreadyExistsError(
                f"cannot make {new.name} ({new.uid}): address {address} of subnet {subnet['id']} is taken"
            ) from error


def _written(pools: Sequence[AddressPool]) -> str:
    return json.dumps([(pool.start, pool.end) for pool in pools])


def _network(new: NewVirtualLink) -> IPv4Network | IPv6Network:
    try:
        return ip_network(new.cidr or "")
    except ValueError as error:
        raise InvalidInputError(f"cannot make {new.name} ({new.uid}): {new.cidr} is no CIDR: {error}") from error


def _subnet(subnets: list[Row], asked: FixedAddress, new: NewPort) -> Row:
    for subnet in subnets:
        if asked.subnet_id in (None, subnet["id"]) and _has(subnet, asked, new):
            return subnet
    wanted = ", ".join(f"{name} {value}" for name, value in asked.model_dump(exclude_none=True).items())
    raise InvalidInputError(f"cannot make {new.name} ({new.uid}): no subnet of its network has {wanted}")


def _has(subnet: Row, asked: FixedAddress, new: NewPort) -> bool:
    if asked.ip_address is None:
        return True
    try:
        return ip_address(asked.ip_address) in ip_network(subnet["cidr"])
    except ValueError as error:
        raise InvalidInputError(f"cannot make {new.name} ({new.uid}): {error}") from error


def _free_address(turn: Turn, subnet: Row, new: NewPort) -> str:
    rows = turn.world.execute("SELECT ip_address FROM addresses WHERE subnet_id = ?", (subnet["id"],))
    taken = {row["ip_address"] for row in rows} | {subnet["gateway_ip"]}
    pools = [(ip_address(start), ip_address(end)) for start, end in json.loads(subnet["pools"])]
    for address in ip_network(subnet["cidr"]).hosts():
        in_a_pool = not pools or any(int(start) <= int(address) <= int(end) for start, end in pools)
        if in_a_pool and str(address) not in taken:
            return str(address)
    raise QuotaError(f"cannot make {new.name} ({new.uid}): subnet {subnet['id']} has no address left")
