"""The product's own errors: permanent (trying again is useless) or temporary (trying again may help).

Ports raise these and nothing else; adapters translate the errors of their SDK and keep the original as ``__cause__``.
`activities.errors` maps them to Temporal, `api.problems` to problem details. Texts start with "cannot ..." and carry
ids.
"""


class ManoError(Exception):
    """Anything that Manoflow itself has to say about a failure."""

    def __init__(self, message: str) -> None:
        """Keep the sentence that people read."""
        super().__init__(message)
        self.message = message


class PermanentError(ManoError):
    """Retrying cannot help: somebody has to change the request, the quota or the world."""


class TemporaryError(ManoError):
    """Retrying may help: the resource is busy, the service overloaded or out of reach."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """`retry_after`: seconds that the service asked us to wait, if it did."""
        super().__init__(message)
        self.retry_after = retry_after


class InvalidInputError(PermanentError):
    """The caller's input is wrong: what, where, and what to do about it (HTTP 400 or 422)."""


class NotFoundError(PermanentError):
    """What was named does not exist (HTTP 404)."""


class ConflictError(PermanentError):
    """What was asked does not fit the present state (HTTP 409)."""


class NotSupportedError(PermanentError):
    """The VNFD, the VIM or this release gives the request no meaning (HTTP 404 for operations)."""


class ForbiddenError(PermanentError):
    """The VIM's policy refuses us."""


class UnauthorizedError(PermanentError):
    """The request does not say who is calling (HTTP 401)."""


class InvalidTokenError(UnauthorizedError):
    """The request bears a token that is not accepted: unknown, expired, meant for others (HTTP 401)."""


class ForbiddenCallerError(PermanentError):
    """The caller is known and may not do this (HTTP 403)."""

    def __init__(self, message: str, scope: str) -> None:
        """`scope`: what the caller's token would have to grant."""
        super().__init__(message)
        self.scope = scope


class QuotaError(PermanentError):
    """A quota or the capacity is used up."""


class AlreadyExistsError(ConflictError):
    """A unique name, id or address is taken: a create was refused because somebody was first."""


class BusyError(TemporaryError):
    """The resource is in a state that forbids the call now (409 of a cloud)."""


class UnreachableError(TemporaryError):
    """No answer: a connection refused, a time-out, a 5xx or a 429."""
