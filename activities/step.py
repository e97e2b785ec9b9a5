"""The mark of an activity: its kind of step, from which its queue and its timing follow."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from temporalio import activity

from manoflow.domain.timing import StepKind

LCM_QUEUE = "lcm"
"""Workflows, and activities that reach the record."""
VIM_QUEUE = "vim"
"""Activities that call a VIM and need nothing else."""

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
    return LCM_QUEUE if kind in {StepKind.RECORD, StepKind.DECISION} else VIM_QUEUE
