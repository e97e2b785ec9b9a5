"""The port to kept proposals (`manoflow.domain.proposals`); part of `manoflow.ports.records.Records`."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from manoflow.domain.proposals import Proposal
from manoflow.domain.world import World


class Proposals(Protocol):
    """Plans that somebody may execute, and the world that they are made for."""

    async def world(self, vnf_instance_id: UUID) -> World:
        """What is recorded of an instance now, read at once."""
        ...

    async def save_proposal(self, proposal: Proposal) -> None:
        """Keep a proposal."""
        ...

    async def proposal(self, proposal_id: UUID) -> Proposal:
        """One proposal."""
        ...

    async def forget_proposals(self, now: datetime) -> int:
        """Remove those that have expired and that nobody executed; answers how many that were."""
        ...
