"""The port to whoever grants: an NFVO of ours or somebody else's (SOL003 clause 9)."""

from typing import Protocol

from manoflow.domain.base import Moment
from manoflow.domain.grants import Grant, GrantRef, GrantRequest


class Granting(Protocol):
    """Asks for permission to change resources, and gives it back."""

    async def request(self, request: GrantRequest, at: Moment) -> Grant:
        """Ask for a grant. Asking twice for one occurrence gives one grant.

        Raises a `PermanentError` with the reason where it is refused.
        """
        ...

    async def forecast(self, request: GrantRequest, at: Moment) -> Grant:
        """What `request` would answer now, or raise. Nothing is reserved, and nobody is bound by it."""
        ...

    async def release(self, grant: GrantRef) -> None:
        """Give back what was reserved and is not used. Repeats, and grants that never were, are no error."""
        ...
