"""The port to what is fetched where a request told us to."""

from collections.abc import AsyncGenerator
from typing import Protocol

from manoflow.domain.onboarding import PackageSource


class Outbound(Protocol):
    """Downloads under the policy `manoflow.domain.outbound`."""

    def fetch(self, source: PackageSource) -> AsyncGenerator[bytes, None]:
        """The bytes at a URI.

        Raises `InvalidInputError` or `ForbiddenError` where the policy does not allow it, `PermanentError` where the
        server refuses or gives more than is allowed, `UnreachableError` where trying again may help.
        """
        ...
