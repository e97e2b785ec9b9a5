"""A fake cloud and the record in which room is reserved."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.records import generate_key, open_records
from manoflow.adapters.vim.fake import connect
from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.cloud import Flavor
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import Records
from manoflow.ports.vim import VimDriver
from tests.reference import NOW, reference_package

SMALL = Flavor(vim_id="small", name="b-small", vcpus=1, memory_mib=512, disk_gib=1)
NAMED = Flavor(vim_id="named", name="sample_flavor", vcpus=8, memory_mib=8192, disk_gib=80)


class OneVim:
    """The port `Vims` with one driver."""

    def __init__(self, driver: VimDriver) -> None:
        self._driver = driver

    async def driver(self, vim_connection_id: str) -> VimDriver:
        assert vim_connection_id == "fake"
        return self._driver


@pytest.fixture
def world(tmp_path: Path) -> Path:
    path = tmp_path / "world.db"
    seed(path, images=["debian-12"], flavors=[SMALL, NAMED])
    return path


@pytest.fixture
def connection(world: Path) -> VimConnection:
    return VimConnection(id="fake", vim_id="fake", driver="fake", interface_info={"world": str(world)})


@pytest.fixture
async def driver(connection: VimConnection) -> AsyncIterator[VimDriver]:
    opened = await connect(connection)
    yield opened
    await opened.close()


@pytest.fixture
async def records(database_url: str, connection: VimConnection) -> AsyncIterator[Records]:
    opened = open_records(database_url, generate_key())
    await opened.add_package(reference_package())
    await opened.add_vim(Vim(id="fake", vim_id="fake", driver="fake", created_at=NOW), connection)
    yield opened
    await opened.close()
