"""What a step asks to be made, of the kind that the activity makes."""

from typing import TypeVar

from manoflow.domain.cloud import NewResource
from manoflow.domain.plan import Step

New = TypeVar("New", bound=NewResource)


def asked(step: Step, wanted: type[New]) -> New:
    """The resource to make. A step of another kind is a fault of the plan."""
    if not isinstance(step.new, wanted):
        message = f"step {step.key} asks for {type(step.new).__name__}, not for {wanted.__name__}"
        raise TypeError(message)
    return step.new
