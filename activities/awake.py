"""Whether a worker was awake all along: one that was frozen must not begin to make anything.

A worker that stands still longer than the heartbeat timeout (SIGSTOP, a machine that was suspended) has lost its
attempt: Temporal has given it to another worker. When it wakes it does not know that, and would go on with the create
that it had found necessary before. So every attempt has a pulse: `activities.attending` beats it together with the
heartbeat, and `activities.converging` looks at it in the line before it creates. Both compare clocks, so it does not
matter which of them runs first after waking.

What remains is a worker frozen behind that line: in the driver's queue, or inside the call itself. Then two may be
made. Whoever created looks again and deletes the younger, even when it is cancelled meanwhile; the undo deletes every
match; what comes after the undo bears a tag and is found as an orphan. A machine whose clocks stand still as well (a
virtual one that is paused) is not noticed here either.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from manoflow.domain.errors import TemporaryError

SURE = 2 / 3
"""Of the heartbeat timeout. Heartbeats may be throttled and on their way, so an attempt may be lost a little before the
timeout has passed here; making waits for no certainty."""

_CLOCK: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Goes on while the machine is suspended, where there is such a clock."""


def _now() -> float:
    return time.clock_gettime(_CLOCK)


class Pulse:
    """The beats of one attempt, and the longest time without one."""

    def __init__(self, timeout: float, clock: Callable[[], float] = _now) -> None:
        """Begin with a beat. `timeout`: seconds without a heartbeat after which an attempt is given away."""
        self._timeout = timeout
        self._clock = clock
        self._last = clock()
        self._longest = 0.0

    def beat(self) -> None:
        """Beat; a gap before this beat is not forgotten."""
        self._longest, self._last = self.gap, self._clock()

    @property
    def gap(self) -> float:
        """The longest time without a beat, in seconds, up to now."""
        return max(self._longest, self._clock() - self._last)

    @property
    def is_lost(self) -> bool:
        """Whether the attempt has been given away for sure."""
        return self.gap > self._timeout

    @property
    def is_doubtful(self) -> bool:
        """Whether it may have been."""
        return self.gap > SURE * self._timeout

    def slept(self) -> TemporaryError:
        """What there is to say about a gap. If nobody else goes on, the next attempt does."""
        return TemporaryError(f"cannot go on: this worker slept for {self.gap:.1f} s, another may have the step by now")


_PULSE: ContextVar[Pulse | None] = ContextVar("pulse", default=None)


@contextmanager
def feeling(pulse: Pulse) -> Iterator[None]:
    """Have `require_awake` look at this pulse."""
    token = _PULSE.set(pulse)
    try:
        yield
    finally:
        _PULSE.reset(token)


def require_awake() -> None:
    """Raise `TemporaryError` where this worker slept so long that its attempt may have been given away.

    To be called without an await between it and what must not be begun. Outside of an attempt it is always awake.
    """
    pulse = _PULSE.get()
    if pulse is not None and pulse.is_doubtful:
        raise pulse.slept()
