"""The VIM's ids of what siblings refer to: asked once for all of them, and never taken from before it was made anew."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from manoflow.adapters.vim.openstack.recent_ids import RecentIds

LINK, PORT = uuid4(), uuid4()


class Lists:
    """A cloud that counts how often it is asked."""

    def __init__(self, there: Mapping[UUID, str]) -> None:
        self.there = dict(there)
        self.asked = 0

    def __call__(self) -> Mapping[UUID, str]:
        self.asked += 1
        return self.there


def test_siblings_that_ask_at_once_ask_the_cloud_once() -> None:
    ids, cloud = RecentIds(), Lists({LINK: "net-1"})
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: ids.of([LINK], cloud), range(8)))
    assert (answers, cloud.asked) == ([{LINK: "net-1"}] * 8, 1)


def test_absence_is_not_remembered() -> None:
    ids, cloud = RecentIds(), Lists({})
    assert ids.of([LINK], cloud) == {}
    cloud.there[LINK] = "net-1"
    assert ids.of([LINK], cloud) == {LINK: "net-1"}


def test_what_is_made_anew_is_asked_for_again() -> None:
    ids, cloud = RecentIds(), Lists({LINK: "net-1", PORT: "port-1"})
    ids.of([LINK, PORT], cloud)
    cloud.there[LINK] = "net-2"
    ids.forget(LINK)
    assert ids.of([LINK, PORT], cloud) == {LINK: "net-2", PORT: "port-1"}
