"""A fake cloud for the activities' tests, and something of every kind to make in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.vim.fake import connect
from tests.adapters.vim.conformance import Bench
from tests.adapters.vim.sites import fake_at_once


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The file of the cloud."""
    return tmp_path / "world.sqlite"


@pytest.fixture
async def cloud(world: Path) -> AsyncIterator[Bench]:
    """A bench on a seeded fake cloud without latency."""
    site = fake_at_once(world.parent)
    driver = await connect(site.connection)
    yield Bench(driver, site)
    await driver.close()
