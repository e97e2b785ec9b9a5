"""Drivers are found by name, imported when asked for, and connected once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, migrate, open_records
from manoflow.adapters.vim.registered import RegisteredVims, driver_names
from manoflow.domain.errors import InvalidInputError, NotFoundError, PermanentError
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


def test_drivers_are_the_modules_beside() -> None:
    assert set(driver_names()) >= {"fake", "openstack"}
    assert "registered" not in driver_names()


async def test_all_who_ask_share_one_connection(records: Records, vims: RegisteredVims, tmp_path: Path) -> None:
    await register(records, "fake", world=str(tmp_path / "world.db"))
    first, *others = await asyncio.gather(*(vims.driver("here") for _ in range(5)))
    assert all(other is first for other in others)
    assert "fake VIM" in await first.check()


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
