"""The one place where our errors become Temporal's.

Permanent errors are not retried: the operation parks at once. Temporary ones are retried inside their step's budget,
after the delay that the service asked for. Anything else is a bug in an activity: Temporal retries it, its type is
kept.
"""

from datetime import timedelta

from temporalio.exceptions import ApplicationError

from manoflow.domain.errors import ManoError, TemporaryError

TEXT_LIMIT = 2000
"""Characters of an error's text that travel; the rest is in the worker's log."""


def to_temporal(error: ManoError, *, final: bool) -> ApplicationError:
    """Translate; the class name becomes the failure's type. `final`: it is not tried again."""
    delay = error.retry_after if isinstance(error, TemporaryError) else None
    return ApplicationError(
        bounded(error.message),
        type=type(error).__name__,
        non_retryable=final,
        next_retry_delay=timedelta(seconds=delay) if delay else None,
    )


def bounded(text: str) -> str:
    """Cut a text so that it may become a payload."""
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
