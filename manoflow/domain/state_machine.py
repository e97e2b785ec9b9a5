"""The states of an LCM operation occurrence and what leads from one to the next (SOL003 clause 5.6.2).

The record refuses every other change of state; docs/explanation/states.md shows this table as a picture.
"""

from typing import NamedTuple

from manoflow.domain.lcm import LcmOperationState

_S = LcmOperationState


class Transition(NamedTuple):
    """One arrow."""

    before: LcmOperationState
    after: LcmOperationState
    when: str
    ours: bool = False
    """ETSI does not have it."""


TRANSITIONS = (
    Transition(_S.STARTING, _S.PROCESSING, "planned and granted"),
    Transition(_S.STARTING, _S.ROLLED_BACK, "refused, failed or cancelled before anything was touched"),
    Transition(_S.STARTING, _S.FAILED_TEMP, "its grant cannot be given back", ours=True),
    Transition(_S.PROCESSING, _S.COMPLETED, "every step is done"),
    Transition(_S.PROCESSING, _S.FAILED_TEMP, "a step failed for good, it was cancelled, or its workflow is lost"),
    Transition(_S.PROCESSING, _S.ROLLING_BACK, "its workflow was cancelled in Temporal", ours=True),
    Transition(_S.FAILED_TEMP, _S.PROCESSING, "retry"),
    Transition(_S.FAILED_TEMP, _S.ROLLING_BACK, "rollback, or its workflow was cancelled in Temporal"),
    Transition(_S.FAILED_TEMP, _S.FAILED, "fail"),
    Transition(_S.ROLLING_BACK, _S.ROLLED_BACK, "every step is undone"),
    Transition(_S.ROLLING_BACK, _S.FAILED_TEMP, "an undo failed for good, it was cancelled, or its workflow is lost"),
)
"""Every change of state that there is (docs/decisions/0011)."""


def may_follow(before: LcmOperationState, after: LcmOperationState) -> bool:
    """Whether one state may follow another."""
    return any((arrow.before, arrow.after) == (before, after) for arrow in TRANSITIONS)
