"""The mark of an activity: its kind of step, from which its queue and its timing follow."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio import activity

from manoflow.domain.timing import StepKind

LCM_QUEUE = "lcm"
"""Workflows, and activities that reach the record."""
VIM_QUEUE = "vim"
"""Activities that call a VIM and need nothing else."""
PACKAGE_QUEUE = "packages"
"""Activities that take content in. They need the record, and the folder of artifacts that the API writes to."""
QUEUES = (LCM_QUEUE, VIM_QUEUE, PACKAGE_QUEUE)
"""All of them: for each there has to be a worker."""

_MARK = "__manoflow_step_kind__"

F = TypeVar("F", bound=Callable[..., Awaitable[Any]])


def step(kind: StepKind) -> Callable[[F], F]:
    """Make an activity of a method, named as the method is."""

    def mark(method: F) -> F:
        setattr(method, _MARK, kind)
        return activity.defn(method)

    return mark


def kind_of_step(method: Callable[..., object]) -> StepKind:
    """The kind an activity was marked with."""
    kind = getattr(method, _MARK)
    if not isinstance(kind, StepKind):
        message = f"{method!r} is not marked with a kind of step"
        raise TypeError(message)
    return kind


def queue_of(kind: StepKind) -> str:
    """The queue on which activities of a kind are done."""
    if kind in {StepKind.RECORD, StepKind.DECISION, StepKind.RELEASE}:
        return LCM_QUEUE
    return PACKAGE_QUEUE if kind in {StepKind.FETCH, StepKind.READING, StepKind.SHELVING} else VIM_QUEUE
