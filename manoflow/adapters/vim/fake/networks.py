"""Virtual links (networks with their subnet) and ports."""

import json
from sqlite3 import Row
from typing import Any

from manoflow.adapters.vim.fake.addresses import add_subnet, addresses_of, give_addresses, subnets_of
from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import bearing, insert, require, select
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import Network, NewPort, NewVirtualLink
from manoflow.domain.errors import BusyError, InvalidInputError


class FakeVirtualLinks(FakeResources[NewVirtualLink]):
    """Networks: `manoflow.ports.vim.VirtualLinks`."""

    kind = "virtual_links"

    async def look_up(self, resource_id: str) -> Network | None:
        """Find a network by its own id."""

        def look(turn: Turn) -> Network | None:
            rows = select(turn, "virtual_links", "id", resource_id)
            return Network(vim_id=rows[0]["id"], name=rows[0]["name"]) if rows else None

        return await self._calls.perform(Call(kind="virtual_links.look_up", name=resource_id), look)

    def _make(self, turn: Turn, new: NewVirtualLink) -> str:
        vim_id = insert(turn, self.kind, new, network_type=new.network_type, mtu=new.mtu)
        if new.cidr is not None:
            add_subnet(turn, vim_id, new)
        return vim_id

    def _leave_out(self, turn: Turn, vim_id: str, new: NewVirtualLink) -> None:  # noqa: ARG002 - whatever it is
        """The subnet."""
        turn.world.execute("DELETE FROM subnets WHERE network_id = ?", (vim_id,))

    def _add_missing(self, turn: Turn, vim_id: str, new: NewVirtualLink) -> None:
        if new.cidr is not None:
            add_subnet(turn, vim_id, new)

    def _may_go(self, turn: Turn, row: Row) -> None:
        ports = select(turn, "ports", "network_id", row["id"])
        if ports:
            raise BusyError(f"cannot delete network {row['id']} ({row['uid']}): {len(ports)} ports are on it")

    def _particulars(self, turn: Turn, row: Row) -> dict[str, Any]:
        subnets = tuple(subnet["id"] for subnet in subnets_of(turn, row["id"]))
        return {"network_id": row["id"], "subnet_ids": subnets}


class FakePorts(FakeResources[NewPort]):
    """Ports. As in real clouds one that a server uses may be deleted: the server loses it."""

    kind = "ports"

    def _make(self, turn: Turn, new: NewPort) -> str:
        network_id = _network_of(turn, new)
        vim_id = insert(
            turn,
            self.kind,
            new,
            network_id=network_id,
            mac_address=new.mac_address.lower(),
            vnic_type=new.vnic_type,
            allowed_addresses=json.dumps(new.allowed_addresses),
        )
        give_addresses(turn, vim_id, network_id, new)
        return vim_id

    def _particulars(self, turn: Turn, row: Row) -> dict[str, Any]:
        return {
            "addresses": addresses_of(turn, row["id"]),
            "mac_address": row["mac_address"],
            "network_id": row["network_id"],
        }


def _network_of(turn: Turn, new: NewPort) -> str:
    if new.link_uid is not None and new.network_id is None:
        return str(bearing(turn, "virtual_links", new.link_uid, new)["id"])
    if new.network_id is not None and new.link_uid is None:
        require(turn, "virtual_links", new.network_id, new)
        return new.network_id
    raise InvalidInputError(f"cannot make {new.name} ({new.uid}): it needs either a link's uid or a network's id")
