"""Operation occurrences: who may begin, who performs, what there is (the protocol `Occurrences` but for `project`)."""

from collections.abc import Sequence
from uuid import UUID

from manoflow.adapters.records.engine import Condition, Transaction
from manoflow.adapters.records.journal import affected_resources, journal_of
from manoflow.adapters.records.lookups import find_instance, find_occurrence, find_open_occurrence
from manoflow.adapters.records.notifications import announcement
from manoflow.adapters.records.part import Part
from manoflow.adapters.records.proposals import require_world
from manoflow.adapters.records.rows import model_of, row_of
from manoflow.adapters.records.tables import notifications, occurrences
from manoflow.domain.errors import AlreadyExistsError, ConflictError
from manoflow.domain.journal import Claim, Claimed
from manoflow.domain.lcm import InstantiationState, LcmOperationState, VnfLcmOpOcc
from manoflow.domain.resources import AffectedResource
from manoflow.domain.world import World


class OccurrenceRecords(Part):
    """Admission, claims and reading."""

    async def admit(
        self, occurrence: VnfLcmOpOcc, requires: InstantiationState | None = None, world: World | None = None
    ) -> None:
        """Let an operation begin, as revision 1 in STARTING. A unique index decides which of several does."""
        starting = occurrence.model_copy(update={"rev": 1, "operation_state": LcmOperationState.STARTING})
        async with self._database.writing() as tx:
            instance = await find_instance(tx, starting.vnf_instance_id, lock=True)
            try:
                await tx.insert(occurrences, row_of(starting, occurrences), taken=f"the id {starting.id} is taken")
            except AlreadyExistsError as refused:
                raise await _refusal(tx, starting, refused) from refused
            if requires not in (None, instance.instantiation_state):
                what = f"cannot begin {starting.operation} of VNF instance {instance.id}"
                raise ConflictError(f"{what}: it is {instance.instantiation_state}, not {requires}")
            if world is not None:
                await require_world(tx, starting, world)
            taken = f"cannot announce operation {starting.id}: it was announced already"
            await tx.insert(notifications, announcement(starting), taken=taken)

    async def occurrence(self, lcm_op_occ_id: UUID) -> VnfLcmOpOcc:
        """One occurrence."""
        async with self._database.reading() as tx:
            return await find_occurrence(tx, lcm_op_occ_id)

    async def occurrences(self, vnf_instance_id: UUID | None = None) -> Sequence[VnfLcmOpOcc]:
        """All, or those of one instance, oldest first."""
        if vnf_instance_id is None:
            return await self._listed()
        return await self._listed(occurrences.c.vnf_instance_id == vnf_instance_id)

    async def affected(self, lcm_op_occ_id: UUID) -> Sequence[AffectedResource]:
        """What the occurrence has changed so far, in the order in which it was recorded."""
        async with self._database.reading() as tx:
            await find_occurrence(tx, lcm_op_occ_id)
            return await affected_resources(tx, lcm_op_occ_id)

    async def claim(self, claim: Claim) -> Claimed:
        """Set the execution that performs an occurrence, where it is open and nobody else's."""
        async with self._database.writing() as tx:
            occurrence = await find_occurrence(tx, claim.lcm_op_occ_id, lock=True)
            free = {None, claim.takeover, claim.first_execution_run_id}
            granted = occurrence.is_open and occurrence.first_execution_run_id in free
            if granted:
                held = {"first_execution_run_id": claim.first_execution_run_id}
                await tx.update(occurrences, occurrences.c.id == occurrence.id, held)
            return Claimed(
                granted=granted,
                rev=occurrence.rev,
                state=occurrence.operation_state,
                journal=await journal_of(tx, occurrence.id),
            )

    async def _listed(self, *where: Condition) -> Sequence[VnfLcmOpOcc]:
        async with self._database.reading() as tx:
            return [model_of(VnfLcmOpOcc, row) for row in await tx.rows(occurrences, *where)]


async def _refusal(tx: Transaction, asked: VnfLcmOpOcc, refused: AlreadyExistsError) -> ConflictError:
    what = f"cannot begin {asked.operation} of VNF instance {asked.vnf_instance_id}"
    blocking = await find_open_occurrence(tx, asked.vnf_instance_id)
    return ConflictError(f"{what}: {blocking.hold if blocking else refused}")
