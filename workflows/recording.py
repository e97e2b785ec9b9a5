"""How a workflow speaks with the record: it claims its occurrence once, then writes revision after revision."""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from activities.records import Records
from manoflow.domain.journal import Claim, Claimed, Entry, Projection
from manoflow.domain.lcm import LcmOperationState, ProblemDetails, Ticket
from manoflow.domain.plan import Step
from manoflow.domain.timing import Timings
from workflows.performing import perform

STATE = SearchAttributeKey.for_keyword("LcmOperationState")
"""Shown in Temporal's lists; people can filter by it."""


class Recording:
    """The record of one occurrence, as the run that performs it sees it."""

    def __init__(self, ticket: Ticket) -> None:
        """Nothing is known before `claim`."""
        self._ticket = ticket
        self._run = workflow.info().first_execution_run_id
        self._rev = 0
        self.timings = Timings()

    async def claim(self) -> Claimed:
        """Ask to be the run that performs the occurrence."""
        claim = Claim(lcm_op_occ_id=self._ticket.lcm_op_occ_id, first_execution_run_id=self._run)
        claimed = await perform(Records.claim, claim, key=str(self._ticket.lcm_op_occ_id), timings=self.timings)
        self._rev = claimed.rev
        self.timings = claimed.timings
        return claimed

    async def enter(
        self, state: LcmOperationState, *, error: ProblemDetails | None = None, done: Sequence[Entry] = ()
    ) -> None:
        """Write a state change, with what was done since the last write."""
        workflow.upsert_search_attributes([STATE.value_set(state.value)])
        change = self._next().model_copy(
            update={
                "state": state,
                "error": error,
                "done": tuple(done),
                "verdict_id": self._ticket.verdict_id,
                "point_of_no_return": self._ticket.point_of_no_return,
            }
        )
        await self._project(change, summary=state.value)

    async def write(
        self,
        *,
        done: Sequence[Entry] = (),
        struck: Sequence[Entry] = (),
        left: Sequence[Entry] = (),
        summary: str,
    ) -> None:
        """Write effects; the state stays."""
        update = {
            "done": tuple(done),
            "struck": tuple(struck),
            "left": tuple(left),
            "point_of_no_return": self._ticket.point_of_no_return,
        }
        await self._project(self._next().model_copy(update=update), summary=summary)

    def renew(self, ticket: Ticket) -> None:
        """Write from now on what this ticket says of verdicts and points of no return."""
        self._ticket = ticket

    def _next(self) -> Projection:
        self._rev += 1
        return Projection(
            lcm_op_occ_id=self._ticket.lcm_op_occ_id,
            vnf_instance_id=self._ticket.vnf_instance_id,
            operation=self._ticket.operation,
            first_execution_run_id=self._run,
            rev=self._rev,
            at=workflow.now(),
        )

    async def _project(self, projection: Projection, *, summary: str) -> None:
        await perform(Records.project, projection, key=str(projection.rev), timings=self.timings, summary=summary)


def problem(failures: Sequence[str]) -> ProblemDetails:
    """Say in one problem why an operation stands: every reason, bounded."""
    shown = "; ".join(failures[:10])
    more = f"; and {len(failures) - 10} more" if len(failures) > 10 else ""  # noqa: PLR2004 - enough for a person
    return ProblemDetails(status=500, title="A step of the operation failed", detail=f"{shown}{more}")


def title(step: Step) -> str:
    """What the Temporal UI shows beside a step."""
    return step.new.name if step.new else f"{step.key} ({step.vim_id})"
