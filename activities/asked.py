"""What a step asks to be made or changed, of the kind that the activity makes or changes."""

from typing import TypeVar

from manoflow.domain.cloud import NewResource, ServerChange
from manoflow.domain.plan import Step

New = TypeVar("New", bound=NewResource)


def asked(step: Step, wanted: type[New]) -> New:
    """The resource to make. A step of another kind is a fault of the plan."""
    if not isinstance(step.new, wanted):
        message = f"step {step.key} asks for {type(step.new).__name__}, not for {wanted.__name__}"
        raise TypeError(message)
    return step.new


def asked_change(step: Step) -> ServerChange:
    """What changes of a server. A step without that is a fault of the plan."""
    if step.change is None:
        message = f"step {step.key} asks for no change"
        raise TypeError(message)
    return step.change
