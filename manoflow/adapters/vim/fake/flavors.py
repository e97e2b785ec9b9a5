"""Flavors: what servers are made by."""

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Row

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import insert
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.cloud import Flavor, NewFlavor


class FakeFlavors(FakeResources[NewFlavor]):
    """Flavors. The id of one that is made is its uid, so a second create is refused."""

    kind = "flavors"

    async def available(self) -> Sequence[Flavor]:
        """Every flavor."""
        return await self._calls.perform(Call(kind="flavors.available"), _available)

    def _make(self, turn: Turn, new: NewFlavor) -> str:
        return insert(
            turn,
            self.kind,
            new,
            vim_id=str(new.uid),
            vcpus=new.vcpus,
            memory_mib=new.memory_mib,
            disk_gib=new.disk_gib,
            extra_specs=_written(new.extra_specs),
        )

    def _leave_out(self, turn: Turn, vim_id: str, new: NewFlavor) -> None:  # noqa: ARG002 - whatever they are
        """The extra specs."""
        turn.world.execute("UPDATE flavors SET extra_specs = ? WHERE id = ?", (_written({}), vim_id))

    def _add_missing(self, turn: Turn, vim_id: str, new: NewFlavor) -> None:
        turn.world.execute("UPDATE flavors SET extra_specs = ? WHERE id = ?", (_written(new.extra_specs), vim_id))


def _written(extra_specs: Mapping[str, str]) -> str:
    return json.dumps(dict(extra_specs), sort_keys=True)


def _available(turn: Turn) -> list[Flavor]:
    rows = turn.world.execute("SELECT * FROM flavors WHERE gone_at IS NULL ORDER BY name, id")
    return [_flavor(row) for row in rows]


def _flavor(row: Row) -> Flavor:
    return Flavor(
        vim_id=row["id"],
        name=row["name"],
        vcpus=row["vcpus"],
        memory_mib=row["memory_mib"],
        disk_gib=row["disk_gib"],
        extra_specs=json.loads(row["extra_specs"]),
        made_by_us=row["uid"] is not None,
    )
