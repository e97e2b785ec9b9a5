"""The VIM's own ids by our uids, remembered for a moment.

The siblings of a stage refer to the same links, groups and flavors, and each to ports and volumes that one list call
shows for all of them. They ask within moments of each other, so the first asks the cloud, and the others wait for it.
"""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from time import monotonic
from uuid import UUID

MOMENT = 2.0
"""Seconds. What is referred to was made by an earlier stage; nobody makes it anew between two siblings."""


class RecentIds:
    """Of one kind, in one project. Used by threads."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[UUID, tuple[str, float]] = {}
        self._asking = Lock()

    def of(self, uids: Sequence[UUID], ask: Callable[[], Mapping[UUID, str]]) -> Mapping[UUID, str]:
        """Those of `uids` that exist. Asks where any of them is not known; so absence is never remembered."""
        with self._asking:
            since = monotonic() - MOMENT
            self._known = {uid: (vim_id, at) for uid, (vim_id, at) in self._known.items() if at >= since}
            if not all(uid in self._known for uid in uids):
                now = monotonic()
                self._known |= {uid: (vim_id, now) for uid, vim_id in ask().items()}
            return {uid: self._known[uid][0] for uid in uids if uid in self._known}

    def forget(self, uid: UUID) -> None:
        """It is being made anew. Waits for whoever asks the cloud just now: not for an event loop."""
        with self._asking:
            self._known.pop(uid, None)
