"""Servers: they take a host, ports and volumes, all of it or nothing."""

import json
from functools import partial
from sqlite3 import Row
from typing import Any
from uuid import UUID

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.images import image_id
from manoflow.adapters.vim.fake.placement import choose_host
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import bearing, insert, is_building, require, select
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import NewServer, Power, ResourceState, VimResource
from manoflow.domain.errors import AlreadyExistsError, BusyError, ConflictError, InvalidInputError, NotFoundError

NO_HOST = "No valid host was found."


class FakeServers(FakeResources[NewServer]):
    """Servers. One for which there is no host ends BROKEN and takes no port or volume."""

    kind = "servers"

    async def start(self, server: VimResource) -> None:
        """Begin to start it, unless it runs."""
        await self._ask("start", server, Power.STARTED)

    async def stop(self, server: VimResource) -> None:
        """Begin to stop it, unless it does not run."""
        await self._ask("stop", server, Power.STOPPED)

    async def _ask(self, verb: str, server: VimResource, power: Power) -> None:
        call = Call(kind=f"{self.kind}.{verb}", uid=str(server.uid), name=server.name)
        await self._calls.perform(call, partial(self._switch, vim_id=server.vim_id, power=power))

    def _switch(self, turn: Turn, *, vim_id: str, power: Power) -> None:
        """Raises `BusyError` while the VIM works on it, `ConflictError` where it is broken."""
        row = self._row(turn, vim_id)
        state = self._state(turn, row)
        if row["power"] == power and state is not ResourceState.BROKEN:
            return
        what = f"cannot have server {row['name']} ({vim_id}) {power}"
        if state in {ResourceState.BUILDING, ResourceState.DELETING}:
            raise BusyError(f"{what}: it is {state}")
        if state is ResourceState.BROKEN:
            raise ConflictError(f"{what}: it is broken: {row['fault']}")
        strikes, ready_at = turn.strikes, turn.now + turn.takes
        vanishes_at = ready_at if strikes.vanishing else row["vanishes_at"]
        worked_on = {"ready_at": ready_at, "stalled_by": strikes.stalled_by, "vanishes_at": vanishes_at}
        self._set(turn, vim_id, power=power, fault=strikes.fault, **worked_on)

    def _make(self, turn: Turn, new: NewServer) -> str:
        flavor = _flavor(turn, new)
        image = image_id(turn, new)
        ports = [_port(turn, uid, new) for uid in new.port_uids]
        volumes = [_volume(turn, uid, new) for uid in _volume_uids(new)]
        group = bearing(turn, "placement_groups", new.group_uid, new) if new.group_uid else None
        host = choose_host(turn, _zone(turn, new), group)
        vim_id = insert(
            turn,
            self.kind,
            new,
            fault=turn.strikes.fault if host else NO_HOST,
            flavor_id=flavor["id"],
            vcpus=flavor["vcpus"],
            memory_mib=flavor["memory_mib"],
            image_id=image,
            group_id=group["id"] if group else None,
            zone=host["zone"] if host else new.zone,
            host=host["name"] if host else None,
            user_data=new.user_data,
            metadata=json.dumps(new.metadata, sort_keys=True),
            config_drive=bool(new.user_data or new.metadata),
            power=Power.STARTED,
        )
        if host:
            _attach(turn, "ports", ports, vim_id)
            _attach(turn, "storages", volumes, vim_id)
        return vim_id

    def _leave_out(self, turn: Turn, vim_id: str, new: NewServer) -> None:
        """The volumes but the one it boots from."""
        turn.world.executemany(
            "UPDATE storages SET server_id = NULL, position = NULL WHERE server_id = ? AND uid = ?",
            [(vim_id, str(uid)) for uid in new.storage_uids],
        )

    def _add_missing(self, turn: Turn, vim_id: str, new: NewServer) -> None:
        further = [_volume(turn, uid, new) for uid in new.storage_uids]
        _attach(turn, "storages", further, vim_id, first=len(_volume_uids(new)) - len(further))

    def _particulars(self, turn: Turn, row: Row) -> dict[str, Any]:
        settled = self._state(turn, row) in {ResourceState.READY, ResourceState.HALF_MADE}
        power = Power(row["power"]) if settled else None
        return {"zone": row["zone"], "host": row["host"], "power": power}


def _flavor(turn: Turn, new: NewServer) -> Row:
    if new.flavor_uid is not None and new.flavor_id is None:
        return bearing(turn, "flavors", new.flavor_uid, new)
    if new.flavor_id is not None and new.flavor_uid is None:
        require(turn, "flavors", new.flavor_id, new)
        (flavor,) = select(turn, "flavors", "id", new.flavor_id)
        return flavor
    raise InvalidInputError(f"cannot make {new.name} ({new.uid}): it needs either a flavor's id or its uid")


def _volume_uids(new: NewServer) -> tuple[UUID, ...]:
    """All volumes in order, the one to boot from first."""
    if new.boot_storage_uid is not None:
        return (new.boot_storage_uid, *new.storage_uids)
    if new.image_id is None and new.image_uid is None:
        raise InvalidInputError(f"cannot make {new.name} ({new.uid}): it has neither an image nor a boot volume")
    return new.storage_uids


def _zone(turn: Turn, new: NewServer) -> str | None:
    known = turn.world.execute("SELECT 1 FROM hosts WHERE zone = ?", (new.zone,)).fetchone()
    if new.zone is not None and known is None:
        raise NotFoundError(f"cannot make {new.name} ({new.uid}): the VIM has no zone {new.zone}")
    return new.zone


def _port(turn: Turn, uid: UUID, new: NewServer) -> Row:
    port = bearing(turn, "ports", uid, new)
    _refuse_if_used(turn, "port", port, new)
    return port


def _volume(turn: Turn, uid: UUID, new: NewServer) -> Row:
    volume = bearing(turn, "storages", uid, new)
    _refuse_if_used(turn, "volume", volume, new)
    if is_building(turn, volume):
        raise BusyError(f"cannot make {new.name} ({new.uid}): volume {volume['id']} ({uid}) is still being built")
    if volume["fault"]:
        raise ConflictError(f"cannot make {new.name} ({new.uid}): volume {volume['id']} ({uid}) is broken")
    return volume


def _refuse_if_used(turn: Turn, what: str, row: Row, new: NewServer) -> None:
    """Whoever made the same server before us was first; another server may yet give back what it has."""
    if row["server_id"] is None:
        return
    (owner,) = select(turn, "servers", "id", row["server_id"])
    sentence = f"cannot make {new.name} ({new.uid}): {what} {row['id']} ({row['uid']}) is used by server {owner['id']}"
    if owner["uid"] == str(new.uid):
        raise AlreadyExistsError(f"{sentence}, which has the same uid")
    raise BusyError(sentence)


def _attach(turn: Turn, kind: str, rows: list[Row], server_id: str, *, first: int = 0) -> None:
    statement = f"UPDATE {kind} SET server_id = ?, position = ? WHERE id = ?"  # noqa: S608 - a name of ours
    turn.world.executemany(statement, [(server_id, position, row["id"]) for position, row in enumerate(rows, first)])
