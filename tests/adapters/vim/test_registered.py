"""Drivers are found by name, imported when asked for, and connected once for each revision of their connection."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, migrate, open_records
from manoflow.adapters.vim.registered import RegisteredVims, driver_names
from manoflow.domain.errors import InvalidInputError, NotFoundError, PermanentError, UnreachableError
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import Records
from tests.reference import NOW

OPENSTACK = "manoflow.adapters.vim.openstack"


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/records.db"
    await migrate(url)
    opened = open_records(url, generate_key())
    yield opened
    await opened.close()


@pytest.fixture
async def vims(records: Records) -> AsyncIterator[RegisteredVims]:
    registered = RegisteredVims(records)
    yield registered
    await registered.close()


async def register(records: Records, driver: str, **interface: str) -> None:
    connection = VimConnection(id="here", vim_id="here", driver=driver, interface_info=interface)
    await records.add_vim(Vim(id="here", vim_id="here", driver=driver, created_at=NOW), connection)


def to(world: Path) -> Callable[[VimConnection], VimConnection]:
    """A change to another cloud at the same place in the record."""
    return lambda before: before.model_copy(update={"interface_info": {"world": str(world)}})


class Observed:
    """What of a registry drivers are connected by; it counts the looks, may answer late, and may be away."""

    def __init__(self, registry: Records) -> None:
        self._registry = registry
        self.looks = 0
        self.looked = asyncio.Event()
        """What is there was read since `answers` was cleared."""
        self.answers = asyncio.Event()
        self.answers.set()
        self.away = False

    async def revision(self, vim_connection_id: str) -> str:
        self.looks += 1
        if self.away:
            raise UnreachableError("cannot reach the record")
        found = await self._registry.revision(vim_connection_id)
        if not self.answers.is_set():
            self.looked.set()
        await self.answers.wait()
        return found

    async def connection(self, vim_connection_id: str) -> VimConnection:
        return await self._registry.connection(vim_connection_id)


def test_drivers_are_the_modules_beside() -> None:
    assert set(driver_names()) >= {"fake", "openstack"}
    assert "registered" not in driver_names()


async def test_all_who_ask_share_one_connection(records: Records, vims: RegisteredVims, tmp_path: Path) -> None:
    await register(records, "fake", world=str(tmp_path / "world.db"))
    first, *others = await asyncio.gather(*(vims.driver("here") for _ in range(5)))
    assert all(other is first for other in others)
    assert "fake VIM" in await first.check()


async def test_a_changed_connection_reaches_who_asks_next_and_leaves_others_theirs(
    records: Records, vims: RegisteredVims, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "first.db"))
    first = await vims.driver("here")
    await records.change_vim("here", lambda same: same, default=True)
    assert await vims.driver("here") is first
    await records.change_vim("here", to(tmp_path / "second.db"))
    second = await vims.driver("here")
    assert await vims.driver("here") is second
    assert "second.db" in await second.check()
    assert "first.db" in await first.check()


async def test_a_deleted_connection_is_given_no_more_and_a_new_one_of_its_id_is_another(
    records: Records, vims: RegisteredVims, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "first.db"))
    first = await vims.driver("here")
    await records.delete_vim("here")
    with pytest.raises(NotFoundError, match="here"):
        await vims.driver("here")
    await register(records, "fake", world=str(tmp_path / "second.db"))
    assert "second.db" in await (await vims.driver("here")).check()
    assert "first.db" in await first.check()


async def test_one_that_cannot_be_connected_after_a_change_is_not_given_as_it_was(
    records: Records, vims: RegisteredVims, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "first.db"))
    first = await vims.driver("here")
    await records.change_vim("here", to(tmp_path / "missing" / "world.db"))
    for _ in range(2):
        with pytest.raises(InvalidInputError, match="folder is missing"):
            await vims.driver("here")
    assert "first.db" in await first.check()


async def test_whoever_asks_after_a_change_is_not_given_what_those_before_looked_up(
    records: Records, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "first.db"))
    registry = Observed(records)
    vims = RegisteredVims(registry)
    await vims.driver("here")
    registry.answers.clear()
    before = asyncio.create_task(vims.driver("here"))
    await registry.looked.wait()
    await records.change_vim("here", to(tmp_path / "second.db"))
    after = [asyncio.create_task(vims.driver("here")) for _ in range(20)]
    await asyncio.sleep(0)
    registry.answers.set()
    assert "first.db" in await (await before).check()
    drivers = await asyncio.gather(*after)
    assert {id(driver) for driver in drivers} == {id(drivers[0])}
    assert "second.db" in await drivers[0].check()
    assert registry.looks == 3  # of twenty-two who asked
    await vims.close()


async def test_while_the_record_is_away_a_connected_driver_goes_on_being_given(
    records: Records, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "world.db"))
    registry = Observed(records)
    vims = RegisteredVims(registry)
    driver = await vims.driver("here")
    registry.away = True
    assert await vims.driver("here") is driver
    with pytest.raises(UnreachableError):
        await vims.driver("elsewhere")
    await vims.close()


async def test_one_who_gives_up_does_not_hinder_those_who_ask_with_it(
    records: Records, vims: RegisteredVims, tmp_path: Path
) -> None:
    await register(records, "fake", world=str(tmp_path / "world.db"))
    gone, stays = (asyncio.create_task(vims.driver("here")) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert "fake VIM" in await (await stays).check()


async def test_a_driver_that_nobody_can_have_any_more_is_closed(
    records: Records, vims: RegisteredVims, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await register(records, "fake", world=str(tmp_path / "0.db"))
    await vims.driver("here")
    for number in (1, 2):
        await records.change_vim("here", to(tmp_path / f"{number}.db"))
        await vims.driver("here")
    assert len(vims._retired) == 2
    monkeypatch.setattr("manoflow.adapters.vim.registered.LONGEST_USE", 0.0)
    await records.change_vim("here", to(tmp_path / "3.db"))
    await vims.driver("here")
    assert vims._retired == []


async def test_a_connection_that_failed_is_tried_again(records: Records, vims: RegisteredVims, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    await register(records, "fake", world=str(folder / "world.db"))
    with pytest.raises(InvalidInputError, match="folder is missing"):
        await vims.driver("here")
    folder.mkdir()
    assert "fake VIM" in await (await vims.driver("here")).check()


async def test_an_unknown_vim_is_named(vims: RegisteredVims) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        await vims.driver("nowhere")


@pytest.mark.parametrize("driver", ["registered", "vmware", "fake.world", "../fake"])
async def test_an_unknown_driver_is_named_with_those_there_are(
    records: Records, vims: RegisteredVims, driver: str
) -> None:
    await register(records, driver)
    with pytest.raises(InvalidInputError, match="drivers are fake, openstack") as refused:
        await vims.driver("here")
    assert f"there is no driver {driver!r}" in refused.value.message


async def test_a_missing_sdk_is_named(records: Records, vims: RegisteredVims, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name == OPENSTACK or name.startswith(f"{OPENSTACK}.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "openstack", None)
    await register(records, "openstack")
    with pytest.raises(PermanentError, match="driver openstack needs the Python package that has the module openstack"):
        await vims.driver("here")
