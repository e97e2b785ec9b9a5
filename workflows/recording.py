"""How a workflow speaks with the record: it claims its occurrence once, then writes revision after revision."""

import asyncio
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import SearchAttributeKey

from activities.records import Records
from manoflow.domain.cloud import VimResource
from manoflow.domain.journal import Claim, Claimed, Entry, Projection
from manoflow.domain.lcm import CANCELLABLE, LcmOperationState, ProblemDetails, Ticket
from manoflow.domain.plan import StageRef, Step
from manoflow.domain.timing import Timings
from workflows.performing import perform

STATE = SearchAttributeKey.for_keyword("LcmOperationState")
"""Shown in Temporal's lists; people can filter by it."""


class Recording:
    """The record of one occurrence, as the run that performs it sees it.

    Revisions are written one after the other, whoever asks: the list of steps, or an update that arrives meanwhile.
    """

    def __init__(self, ticket: Ticket) -> None:
        """Nothing is known before `claim`."""
        self._ticket = ticket
        self._run = workflow.info().first_execution_run_id
        self._rev = 0
        self._turn = asyncio.Lock()
        self.claimed: Claimed | None = None
        self.timings = Timings()

    async def claim(self) -> Claimed:
        """Ask to be the run that performs the occurrence."""
        occurrence = self._ticket.lcm_op_occ_id
        claim = Claim(lcm_op_occ_id=occurrence, first_execution_run_id=self._run, takeover=self._ticket.takeover)
        claimed = await perform(Records.claim, claim, key=self._ticket.operation, timings=self.timings)
        self._rev = claimed.rev
        self.timings = claimed.timings
        self.claimed = claimed
        return claimed

    async def enter(
        self, state: LcmOperationState, *, error: ProblemDetails | None = None, done: Sequence[Entry] = ()
    ) -> None:
        """Write a state change, with what was done since the last write."""
        workflow.upsert_search_attributes([STATE.value_set(state.value)])
        change: dict[str, object] = {"state": state, "error": error, "done": tuple(done)}
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
        effects: dict[str, object] = {"done": tuple(done), "struck": tuple(struck), "left": tuple(left)}
        await self._project(effects, summary=summary)

    def renew(self, ticket: Ticket) -> None:
        """Write from now on what this ticket says of verdicts, cancellations and points of no return."""
        self._ticket = ticket

    async def _project(self, change: dict[str, object], *, summary: str) -> None:
        async with self._turn:
            self._rev += 1
            projection = self._next().model_copy(update=change)
            if projection.state in CANCELLABLE | {None}:
                projection = projection.model_copy(update={"cancel_mode": self._ticket.cancel_mode})
            await perform(Records.project, projection, key=str(self._rev), timings=self.timings, summary=summary)

    def _next(self) -> Projection:
        return Projection(
            lcm_op_occ_id=self._ticket.lcm_op_occ_id,
            vnf_instance_id=self._ticket.vnf_instance_id,
            operation=self._ticket.operation,
            first_execution_run_id=self._run,
            rev=self._rev,
            at=workflow.now(),
            verdict_id=self._ticket.verdict_id,
            point_of_no_return=self._ticket.point_of_no_return,
        )


def problem(failures: Sequence[str]) -> ProblemDetails:
    """Say in one problem why an operation stands: every reason, bounded."""
    shown = "; ".join(failures[:10])
    more = f"; and {len(failures) - 10} more" if len(failures) > 10 else ""  # noqa: PLR2004 - enough for a person
    return ProblemDetails(status=500, title="The operation could not go on", detail=f"{shown}{more}")


def title(step: Step) -> str:
    """What the Temporal UI shows beside a step."""
    return step.new.name if step.new else f"{step.key} ({step.vim_id})"


def entry_key(stage: StageRef, step: Step) -> str:
    """The journal key of a step."""
    return f"{stage.name}:{step.key}"


def entry_of(stage: StageRef, step: Step, resource: VimResource | None) -> Entry:
    """The journal entry of a step, with what it made."""
    return Entry(key=entry_key(stage, step), stage=stage, step_key=step.key, resource=resource)
