"""Expired plans are looked for at once, and then now and again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from manoflow.domain.proposals import Proposal
from manoflow.domain.world import World
from manoflow.upkeep.proposals import EVERY, ProposalSweep


class Counting:
    """The port `Proposals` that remembers when somebody asked."""

    def __init__(self) -> None:
        self.asked: list[datetime] = []

    async def forget_proposals(self, now: datetime) -> int:
        self.asked.append(now)
        return len(self.asked)

    async def world(self, vnf_instance_id: UUID) -> World:
        raise NotImplementedError(vnf_instance_id)

    async def save_proposal(self, proposal: Proposal) -> None:
        raise NotImplementedError(proposal)

    async def proposal(self, proposal_id: UUID) -> Proposal:
        raise NotImplementedError(proposal_id)


async def test_it_is_looked_for_them_now_and_again() -> None:
    start = datetime(2026, 11, 21, tzinfo=UTC)
    passes = [start + timedelta(seconds=2 * number) for number in range(int(EVERY.total_seconds()) // 2 + 2)]
    moments = iter(passes)
    kept = Counting()
    sweep = ProposalSweep(kept, lambda: next(moments))
    for _ in passes:
        await sweep.once()
    assert kept.asked == [start, start + EVERY]
