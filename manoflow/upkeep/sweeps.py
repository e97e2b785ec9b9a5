"""Several sweeps as one: what keeps one of them from its work does not keep the others."""

import asyncio

from manoflow.domain.errors import ManoError
from manoflow.upkeep.lease import Swept


class Sweeps:
    """What is done under the lease, side by side."""

    def __init__(self, *sweeps: Swept) -> None:
        """Each as if it were alone."""
        self._sweeps = sweeps

    async def once(self) -> None:
        """One pass of each. Raises their bugs as a group, else the first trouble."""
        results = await asyncio.gather(*(sweep.once() for sweep in self._sweeps), return_exceptions=True)
        errors = [result for result in results if isinstance(result, Exception)]
        bugs = [error for error in errors if not isinstance(error, ManoError)]
        if bugs:
            message = "cannot keep everything in step"
            raise ExceptionGroup(message, bugs)
        if errors:
            raise errors[0]

    def forget(self) -> None:
        """Somebody else sweeps."""
        for sweep in self._sweeps:
            sweep.forget()
