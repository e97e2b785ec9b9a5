"""Fixtures of the tests on the OpenStack laboratory: a bench as administrator, and one as member of a project."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from manoflow.adapters.vim.openstack import connect
from tests.adapters.vim.conformance import Bench
from tests.adapters.vim.site import Site
from tests.lab.sites import openstack_as_admin, openstack_as_member


@asynccontextmanager
async def _bench_on(site: Site) -> AsyncIterator[Bench]:
    driver = await connect(site.connection)
    bench = Bench(driver, site)
    yield bench
    await bench.clear()
    orphans = await bench.tagged()
    await driver.close()
    assert orphans == []


@pytest.fixture
async def admin(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench as the administrator; whatever a test leaves is removed, and then nothing may be there."""
    async with _bench_on(openstack_as_admin(tmp_path)) as bench:
        yield bench


@pytest.fixture
async def member(tmp_path: Path) -> AsyncIterator[Bench]:
    """The same as a mere member."""
    async with _bench_on(openstack_as_member(tmp_path)) as bench:
        yield bench
