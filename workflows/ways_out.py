"""How a run of an operation ends other than by its last step."""

from collections.abc import Sequence
from dataclasses import dataclass

from manoflow.domain.lcm import Ticket


class StepsFailedError(Exception):
    """Steps failed for good, or may not begin any more: the operation parks, or ends where nothing was touched yet."""

    def __init__(self, failures: Sequence[str]) -> None:
        """Keep every reason."""
        super().__init__("; ".join(failures))
        self.failures = tuple(failures)


class StandReachedError(Exception):
    """While rolling back: the list has been run to where the operation stands, and what follows was never begun."""


class OutOfBreathError(Exception):
    """The history has grown long: a new run goes on."""


@dataclass(frozen=True)
class Onward:
    """The run that follows this one."""

    workflow: str
    ticket: Ticket
