"""The fake cloud as a whole: `manoflow.ports.vim.Site`."""

from datetime import UTC, datetime

from manoflow.adapters.vim.fake.calls import Calls, Turn
from manoflow.adapters.vim.fake.quotas import limits, used
from manoflow.adapters.vim.fake.strikes import Call
from manoflow.domain.capacity import Capacity, Zone


class FakeSite:
    """Limits, use and zones of the world."""

    def __init__(self, calls: Calls, vim_connection_id: str) -> None:
        self._calls = calls
        self._vim_connection_id = vim_connection_id

    async def capacity(self) -> Capacity:
        """Read everything in one transaction; the limits are those that `knobs.limit` set."""
        observed_at = datetime.now(UTC)

        def look(turn: Turn) -> Capacity:
            zones = turn.world.execute("SELECT DISTINCT zone FROM hosts ORDER BY zone")
            return Capacity(
                vim_connection_id=self._vim_connection_id,
                observed_at=observed_at,
                limits=limits(turn.world),
                used=used(turn.world),
                zones=tuple(Zone(name=row["zone"]) for row in zones),
            )

        return await self._calls.perform(Call(kind="site.capacity"), look)
