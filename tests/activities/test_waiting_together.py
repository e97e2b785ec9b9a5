"""`activities.watching`: who waits hears of every fault, and is told nothing from before it waited."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from activities.watching import Watch
from manoflow.domain.cloud import ResourceState, VimResource
from tests.reference import NOW

VNF, UID = uuid4(), uuid4()


class Broken:
    """A driver with a fault."""

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        raise KeyError(str(vnf_instance_id))


class Slow:
    """A list that is read while somebody else joins: the first is empty, the later ones are not."""

    def __init__(self) -> None:
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()
        self.lists = 0

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        assert vnf_instance_id == VNF
        self.lists += 1
        if self.lists > 1:
            return [VimResource(uid=UID, vim_id="1", name="one", state=ResourceState.READY, created_at=NOW)]
        self.reading.set()
        await self.go_on.wait()
        return []


def settled(_seen: Sequence[VimResource]) -> bool:
    return True


def some(seen: Sequence[VimResource]) -> bool:
    return len(seen) > 0


async def test_a_fault_of_a_driver_is_raised_by_everybody_who_waits() -> None:
    watch, broken = Watch(), Broken()
    waiting = [asyncio.create_task(watch.until(broken, VNF, UID, some)) for _ in range(3)]
    for one in waiting:
        with pytest.raises(KeyError):
            await asyncio.wait_for(one, 5)


async def test_who_joins_late_is_not_answered_from_a_list_begun_before() -> None:
    watch, slow = Watch(), Slow()
    first = asyncio.create_task(watch.until(slow, VNF, UID, some))
    await slow.reading.wait()
    late = asyncio.create_task(watch.until(slow, VNF, UID, settled))
    await asyncio.sleep(0)
    slow.go_on.set()
    assert len(await asyncio.wait_for(late, 5)) == 1
    await asyncio.wait_for(first, 5)


class Stuck:
    """A cloud that works on it for ever."""

    async def of_vnf(self, vnf_instance_id: UUID) -> Sequence[VimResource]:
        assert vnf_instance_id == VNF
        detail, state = "its status is 'creating'", ResourceState.BUILDING
        return [VimResource(uid=UID, vim_id="v-1", name="disk", state=state, created_at=NOW, detail=detail)]


def ready(seen: Sequence[VimResource]) -> bool:
    return any(resource.state is ResourceState.READY for resource in seen)


async def test_who_is_ended_while_it_waits_is_told_for_what() -> None:
    with pytest.raises(TimeoutError) as late:
        async with asyncio.timeout(0.3):
            await Watch().until(Stuck(), VNF, UID, ready)
    assert late.value.__cause__ is not None
    assert late.value.__cause__.__notes__ == ["disk (v-1) is still BUILDING: its status is 'creating'"]
