"""What an operation is measured against: a workflow of as many activities that do nothing.

They run side by side where the operation's did, with arguments and results as large, on two queues as well. There is
no record, no heartbeat, no search attribute, no model but the padding.
"""

import asyncio
from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

LCM = "bare-lcm"
VIM = "bare-vim"


class Call(BaseModel):
    """One activity: its queue, and the bytes of its argument and result."""

    queue: str
    argument: int
    result: int


class Shape(BaseModel):
    """The activities of an operation, in rounds of those that were scheduled together."""

    rounds: list[list[Call]]


class Padding(BaseModel):
    """So many bytes, and how many are wanted back."""

    wanted: int
    text: str


@activity.defn
async def nothing(padding: Padding) -> str:
    """Answer as many bytes as are wanted."""
    return "x" * padding.wanted


@workflow.defn
class Bare:
    """The rounds, one after the other."""

    @workflow.run
    async def run(self, shape: Shape) -> str:
        """Do each round's activities side by side."""
        for calls in shape.rounds:
            await asyncio.gather(*(self._call(call) for call in calls))
        return "COMPLETED"

    async def _call(self, call: Call) -> str:
        return await workflow.execute_activity(
            nothing,
            Padding(wanted=call.result, text="x" * call.argument),
            task_queue=call.queue,
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=0.2)),
        )
