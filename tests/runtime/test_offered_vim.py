"""The fake VIM of `manoflow up`: offered once, and not again to whoever has done without it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import Records
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.cloud import FAKE, offer_fake_vim
from tests.reference import NOW

MINE = Vim(id="mine", vim_id="mine", driver="openstack", default=True, created_at=NOW)


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    opened = open_records(database_url, generate_key())
    yield opened
    await opened.close()


async def defaults(records: Records) -> dict[str, bool]:
    return {vim.id: vim.default for vim in await records.vims()}


async def test_it_is_the_default_until_there_is_another(records: Records, tmp_path: Path) -> None:
    await offer_fake_vim(records, Settings(home=tmp_path))
    assert await defaults(records) == {FAKE: True}
    await records.add_vim(MINE, VimConnection(id="mine", vim_id="mine", driver="openstack"))
    await offer_fake_vim(records, Settings(home=tmp_path, fake_port_seconds=7))
    assert await defaults(records) == {FAKE: False, "mine": True}
    latency = (await records.connection(FAKE)).interface_info["latency"]
    assert latency["ports.create"] == 7


async def test_the_same_settings_change_nothing(records: Records, tmp_path: Path) -> None:
    await offer_fake_vim(records, Settings(home=tmp_path))
    before = await records.revision(FAKE)
    await offer_fake_vim(records, Settings(home=tmp_path))
    assert await records.revision(FAKE) == before


async def test_one_that_was_deleted_stays_so(records: Records, tmp_path: Path) -> None:
    await offer_fake_vim(records, Settings(home=tmp_path))
    await records.add_vim(MINE, VimConnection(id="mine", vim_id="mine", driver="openstack"))
    await records.delete_vim(FAKE)
    await offer_fake_vim(records, Settings(home=tmp_path))
    assert await defaults(records) == {"mine": True}
