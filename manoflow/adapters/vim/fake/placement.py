"""Placement groups, and the choice of a host that respects them."""

from sqlite3 import Row

from manoflow.adapters.vim.fake.calls import Turn
from manoflow.adapters.vim.fake.resources import FakeResources
from manoflow.adapters.vim.fake.rows import insert
from manoflow.domain.cloud import NewPlacementGroup


class FakePlacementGroups(FakeResources[NewPlacementGroup]):
    """Server groups."""

    kind = "placement_groups"

    def _make(self, turn: Turn, new: NewPlacementGroup) -> str:
        return insert(turn, self.kind, new, anti_affinity=new.anti_affinity)


def choose_host(turn: Turn, zone: str | None, group: Row | None) -> Row | None:
    """The host with fewest servers among those that zone and group allow; None where they allow none."""
    hosts = turn.world.execute(
        "SELECT hosts.name, hosts.zone FROM hosts LEFT JOIN servers ON servers.host = hosts.name"
        " WHERE :zone IS NULL OR hosts.zone = :zone GROUP BY hosts.name ORDER BY count(servers.id), hosts.name",
        {"zone": zone},
    ).fetchall()
    allowed = [host for host in hosts if group is None or _allows(turn, group, host["name"])]
    return allowed[0] if allowed else None


def _allows(turn: Turn, group: Row, host: str) -> bool:
    members = turn.world.execute(
        "SELECT host FROM servers WHERE group_id = ? AND host IS NOT NULL", (group["id"],)
    ).fetchall()
    hosts = {member["host"] for member in members}
    return host not in hosts if group["anti_affinity"] else not hosts or host in hosts
