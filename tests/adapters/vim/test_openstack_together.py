"""Looks for single uids go out together, and everybody is told what a look begun after asking has shown."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from manoflow.adapters.vim.openstack.together import AT_ONCE, UNDER_WAY, Together
from manoflow.domain.cloud import ResourceState, VimResource
from manoflow.domain.errors import UnreachableError
from tests.reference import NOW

UIDS = [uuid4() for _ in range(2 * AT_ONCE)]


def resource(uid: UUID) -> VimResource:
    return VimResource(uid=uid, vim_id=str(uid), name="one", state=ResourceState.READY, created_at=NOW)


class Cloud:
    """Shows everything that is asked for, once it may answer."""

    def __init__(self) -> None:
        self.looks: list[Sequence[UUID]] = []
        self.answers = asyncio.Event()
        self.fails = False

    async def __call__(self, uids: Sequence[UUID]) -> Sequence[VimResource]:
        self.looks.append(uids)
        await self.answers.wait()
        if self.fails:
            raise UnreachableError("cannot look")
        return [resource(uid) for uid in uids]


async def asked(together: Together, uids: Sequence[UUID]) -> list["asyncio.Task[Sequence[VimResource]]"]:
    """Ask one by one, as steps do that begin one after the other."""
    tasks = []
    for uid in uids:
        tasks.append(asyncio.create_task(together.find(uid)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return tasks


async def test_who_asks_while_others_look_looks_together_and_is_told_of_its_own() -> None:
    cloud = Cloud()
    asking = await asked(Together(cloud), UIDS)
    cloud.answers.set()
    assert [found.uid for task in asking for found in await task] == UIDS
    assert [len(look) for look in cloud.looks] == [1] * UNDER_WAY + [AT_ONCE, len(UIDS) - AT_ONCE - UNDER_WAY]


async def test_a_look_that_fails_is_raised_by_everybody_and_the_next_one_is_tried() -> None:
    cloud = Cloud()
    cloud.fails = True
    together = Together(cloud)
    asking = await asked(together, UIDS[:5])
    cloud.answers.set()
    for task in asking:
        with pytest.raises(UnreachableError):
            await task
    cloud.fails = False
    assert [found.uid for found in await together.find(UIDS[0])] == UIDS[:1]


async def test_nobody_looks_for_who_has_given_up() -> None:
    cloud = Cloud()
    asking = await asked(Together(cloud), UIDS[: UNDER_WAY + 2])
    given_up, kept = asking[-2:]
    given_up.cancel()
    await asyncio.wait({given_up})
    cloud.answers.set()
    await kept
    assert list(cloud.looks[-1]) == [UIDS[UNDER_WAY + 1]]
    await asyncio.gather(*asking[:-2])
