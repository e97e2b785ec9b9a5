"""Proposals, and the world that they are made for (the protocol `Proposals`)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from manoflow.adapters.records.engine import Transaction
from manoflow.adapters.records.lookups import find_instance, find_package, found
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.rows import model_of, row_of, wire
from manoflow.adapters.records.tables import occurrences, proposals, resources
from manoflow.domain.errors import ConflictError
from manoflow.domain.lcm import VnfLcmOpOcc
from manoflow.domain.proposals import Proposal
from manoflow.domain.resources import Resource
from manoflow.domain.world import World, differences, world_of


class ProposalRecords(Part):
    """Plans that somebody may execute."""

    async def world(self, vnf_instance_id: UUID) -> World:
        """What is recorded of an instance now."""
        async with self._database.reading() as tx:
            return await _world(tx, vnf_instance_id)

    async def save_proposal(self, proposal: Proposal) -> None:
        """Keep a proposal."""
        row = {**row_of(proposal, proposals), "body": wire(proposal)}
        async with self._database.writing() as tx:
            await tx.insert(proposals, row, taken=f"cannot keep plan {proposal.id}: the id is taken")

    async def proposal(self, proposal_id: UUID) -> Proposal:
        """One proposal."""
        async with self._database.reading() as tx:
            row = await tx.row(proposals, proposals.c.id == proposal_id)
        return Proposal.model_validate(found(row, f"plan {proposal_id}")["body"])

    async def forget_proposals(self, now: datetime) -> int:
        """Remove those that have expired and that no occurrence executes."""
        executed = select(occurrences.c.id)
        stale = (proposals.c.expires_at < now, proposals.c.lcm_op_occ_id.not_in(executed))
        async with self._database.reading() as tx:
            count = len(await tx.read(select(proposals.c.id).where(*stale), proposals))
        if count:
            async with self._database.writing() as tx:
                await tx.delete(proposals, *stale)
        return count


async def require_world(tx: Transaction, occurrence: VnfLcmOpOcc, world: World) -> None:
    """Refuse to begin where the world is not that one any more."""
    changed = differences(world, await _world(tx, occurrence.vnf_instance_id))
    if changed:
        what = f"cannot begin {occurrence.operation} of VNF instance {occurrence.vnf_instance_id}"
        raise ConflictError(f"{what}: since it was planned the world has changed: {'; '.join(changed)}")


async def _world(tx: Transaction, vnf_instance_id: UUID) -> World:
    instance = await find_instance(tx, vnf_instance_id)
    rows = await tx.rows(resources, resources.c.vnf_instance_id == vnf_instance_id)
    package = await find_package(tx, instance.vnf_pkg_id)
    return world_of(instance, [model_of(Resource, row) for row in rows], package)
