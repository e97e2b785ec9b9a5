"""Whether an onboarding stands still: a bug, or something that ends every worker that tries, and not a busy world.

Nothing is lost with an upload that is given up, so nobody is asked: the package shows ERROR with this reason and takes
a new one. (An LCM operation would be reported, and left to the release that carries it on.)
"""

from manoflow.domain.errors import BusyError, TemporaryError, UnreachableError
from manoflow.domain.upkeep import OnboardingStanding, PendingStep

TRIES = 8
"""So often has to fail what is tried again later and later: half a minute to two minutes, by the kind of step."""
PASSING = frozenset({kind.__name__ for kind in (TemporaryError, BusyError, UnreachableError)})
"""Errors after which a step is tried as long as its budget lasts."""
SECRETIVE = "fetch_package:"
"""The step whose errors, where they are not ours, may show a URI with what is secret in it."""
TEXT_LIMIT = 300


def standstill(standing: OnboardingStanding) -> str | None:
    """Why an onboarding does not go on by itself; None where it goes on."""
    if standing.stalled and standing.tries >= TRIES:
        return f"its workflow failed {standing.tries} times, last with {standing.stalled[:TEXT_LIMIT]}"
    stuck = next((step for step in standing.steps if step.attempt > TRIES and _will_fail_again(step)), None)
    if stuck is None:
        return None
    return f"{stuck.step.partition(':')[0]} failed {stuck.attempt - 1} times, last with {_said(stuck)}"


def _will_fail_again(step: PendingStep) -> bool:
    """Its last attempt met a bug, or ended without an answer together with its worker."""
    return step.last_error is not None and step.last_error_type not in PASSING


def _said(step: PendingStep) -> str:
    if step.last_error_type is None:
        return f"{step.last_error}: the worker that tried it was gone"
    if step.step.startswith(SECRETIVE):
        return step.last_error_type
    return f"{step.last_error_type}: {step.last_error}"[:TEXT_LIMIT]
