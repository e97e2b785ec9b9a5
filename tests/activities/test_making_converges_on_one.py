"""`activities.converging` on the fake cloud: done twice, half, late or side by side, one resource remains, or none."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from activities.converging import make, remove
from activities.watching import Watch
from manoflow.adapters.vim.fake import connect, knobs
from manoflow.adapters.vim.fake.ledger import duplicates, inventory, journal
from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.cloud import (
    NewImage,
    NewPlacementGroup,
    NewPort,
    NewServer,
    NewVirtualLink,
    ResourceState,
)
from manoflow.domain.errors import PermanentError, TemporaryError, UnreachableError
from manoflow.domain.identity import Kind, mac_of
from manoflow.domain.plan import Step
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import VimDriver

VNF, OP = uuid4(), uuid4()


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.db"
    seed(path)
    return path


@pytest.fixture
async def vim(world: Path) -> AsyncIterator[VimDriver]:
    driver = await connect(VimConnection(id="v", vim_id="v", driver="fake", interface_info={"world": str(world)}))
    yield driver
    await driver.close()


def group() -> NewPlacementGroup:
    return NewPlacementGroup(uid=uuid4(), vnf_instance_id=VNF, lcm_op_occ_id=OP, name="apart", anti_affinity=True)


def link() -> NewVirtualLink:
    return NewVirtualLink(uid=uuid4(), vnf_instance_id=VNF, lcm_op_occ_id=OP, name="net", cidr="10.0.0.0/24")


async def server(vim: VimDriver) -> NewServer:
    uid = uuid4()
    port = NewPort(
        uid=uid, vnf_instance_id=VNF, lcm_op_occ_id=OP, name="port", network_id="mgmt", mac_address=mac_of(uid)
    )
    await make(vim.ports, port, Watch())
    image, *_ = await vim.images.look_up("cirros")
    flavor, *_ = await vim.flavors.available()
    return NewServer(
        uid=uuid4(),
        vnf_instance_id=VNF,
        lcm_op_occ_id=OP,
        name="server",
        flavor_id=flavor.vim_id,
        image_id=image.vim_id,
        port_uids=(port.uid,),
    )


def step(uid: UUID) -> Step:
    return Step(key="x", uid=uid, kind=Kind.VNFC, vim_connection_id="v", vnf_instance_id=VNF)


def count(world: Path, uid: UUID) -> int:
    return sum(made.uid == uid for made in inventory(world) if made.kind != "subnets")


async def test_making_twice_makes_one(vim: VimDriver, world: Path) -> None:
    new = group()
    first = await make(vim.placement_groups, new, Watch())
    again = await make(vim.placement_groups, new, Watch())
    assert first.vim_id == again.vim_id
    assert count(world, new.uid) == 1


async def test_a_worker_that_slept_between_looking_and_creating_leaves_one(vim: VimDriver, world: Path) -> None:
    new = group()
    asleep = knobs.hold(world, "placement_groups.create", "before")
    sleeper = asyncio.create_task(make(vim.placement_groups, new, Watch()))
    await knobs.await_held(world, asleep)
    meanwhile = await make(vim.placement_groups, new, Watch())
    knobs.release(world, asleep)
    late = await sleeper
    assert late.vim_id == meanwhile.vim_id
    assert duplicates(world) == ()
    assert count(world, new.uid) == 1


async def test_a_lost_answer_is_found_by_the_next_attempt(vim: VimDriver, world: Path) -> None:
    new = await server(vim)
    knobs.lose_answer(world, "servers.create")
    with pytest.raises(UnreachableError):
        await make(vim.servers, new, Watch())
    ready = await make(vim.servers, new, Watch())
    assert ready.state is ResourceState.READY
    assert count(world, new.uid) == 1


async def test_a_network_without_its_subnet_is_finished(vim: VimDriver, world: Path) -> None:
    new = link()
    knobs.half_make(world)
    made = await make(vim.virtual_links, new, Watch())
    assert made.state is ResourceState.READY
    assert len(made.subnet_ids) == 1


async def test_a_broken_server_is_told_with_its_fault_and_replaced_by_the_next_attempt(
    vim: VimDriver, world: Path
) -> None:
    new = await server(vim)
    knobs.break_down(world, "servers.create", "No valid host was found")
    with pytest.raises(PermanentError, match="No valid host was found"):
        await make(vim.servers, new, Watch())
    assert (await make(vim.servers, new, Watch())).state is ResourceState.READY
    assert count(world, new.uid) == 1


async def test_who_finishes_a_twin_that_somebody_deletes_meanwhile_goes_on_with_the_one_that_stays(
    vim: VimDriver, world: Path
) -> None:
    new = NewImage(
        uid=uuid4(),
        vnf_instance_id=VNF,
        lcm_op_occ_id=OP,
        name="app",
        digest=sha256(b"content").hexdigest(),
        package="0" * 64,
        path="app.img",
        content=lambda: iter((b"content",)),
    )
    held = knobs.hold(world, "images.finish", "before")
    finishing = asyncio.create_task(make(vim.images, new, Watch()))
    await knobs.await_held(world, held)
    (doomed,) = await vim.images.find(new.uid)
    stays = await vim.images.create(new)
    await vim.images.delete(doomed)
    knobs.release(world, held)
    with pytest.raises(TemporaryError, match="vanished while it was being made"):
        await finishing
    assert (await make(vim.images, new, Watch())).vim_id == stays.vim_id
    assert count(world, new.uid) == 1


async def test_removing_waits_until_nothing_bears_the_uid_and_tolerates_absence(vim: VimDriver, world: Path) -> None:
    new = await server(vim)
    knobs.slow(world, "servers.delete", 0.2)
    await make(vim.servers, new, Watch())
    await remove(vim.servers, step(new.uid), Watch())
    assert count(world, new.uid) == 0
    await remove(vim.servers, step(new.uid), Watch())


async def test_one_list_call_serves_everybody_who_waits(vim: VimDriver, world: Path) -> None:
    news = [await server(vim) for _ in range(8)]
    knobs.slow(world, "servers.create", 0.5)
    watch = Watch()
    await asyncio.gather(*(make(vim.servers, new, watch) for new in news))
    lists = len(journal(world, "servers.of_vnf"))
    assert 0 < lists < 2 * len(news)
