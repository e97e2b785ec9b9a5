"""Activities that read and write the record: the only ones that do."""

from collections.abc import Sequence

from activities.step import step
from manoflow.domain.journal import Claim, Claimed, PageRequest, Projection
from manoflow.domain.lcm import Ticket
from manoflow.domain.plan import StagePage, Step
from manoflow.domain.timing import StepKind, Timings
from manoflow.ports.records import Records as RecordsPort


class Records:
    """The record, as an operation sees it."""

    def __init__(self, records: RecordsPort, timings: Timings) -> None:
        """`timings` travel to the workflow with the answer to its claim."""
        self._records = records
        self._timings = timings

    @step(StepKind.RECORD)
    async def claim(self, claim: Claim) -> Claimed:
        """Ask to be the run that performs an occurrence; learn how far it has come."""
        claimed = await self._records.claim(claim)
        return claimed.model_copy(update={"timings": self._timings})

    @step(StepKind.RECORD)
    async def standing_at(self, ticket: Ticket) -> StagePage | None:
        """The steps that may have been under way when the run of an occurrence was lost."""
        return await self._records.standing_at(ticket.lcm_op_occ_id)

    @step(StepKind.RECORD)
    async def project(self, projection: Projection) -> None:
        """Write a state change, or the effects of a page of steps."""
        await self._records.project(projection)

    @step(StepKind.RECORD)
    async def page(self, request: PageRequest) -> Sequence[Step]:
        """Fetch a page of a stage's steps."""
        return await self._records.page(request)
