"""Fixtures of the VIM drivers' tests: a bench on every site for the conformance suite, one fake cloud for the rest."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from manoflow.adapters import vim
from manoflow.adapters.vim.fake import connect
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import Connect
from tests.adapters.vim.conformance import Bench
from tests.adapters.vim.site import SiteOf
from tests.adapters.vim.sites import fake_at_once, sites_of


def _drivers() -> Iterator[str]:
    for module in pkgutil.iter_modules(vim.__path__):
        if hasattr(importlib.import_module(f"{vim.__name__}.{module.name}"), "connect"):
            yield module.name


def _trials() -> Iterator[object]:
    for driver in _drivers():
        for site in sites_of(driver):
            # The first test on the laboratory may have to start it.
            marks = [] if driver == "fake" else [pytest.mark.lab, pytest.mark.timeout(600)]
            yield pytest.param((driver, site), id=f"{driver}-{site.__name__}", marks=marks)


@pytest.fixture(params=_trials())
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench on every site of every driver; whatever a case leaves is removed, and then nothing may be there."""
    driver_name: str
    site_of: SiteOf
    driver_name, site_of = request.param
    site = site_of(tmp_path)
    connect_driver: Connect = importlib.import_module(f"{vim.__name__}.{driver_name}").connect
    driver = await connect_driver(site.connection)
    trial = Bench(driver, site)
    yield trial
    await trial.clear()
    orphans = await trial.tagged()
    await driver.close()
    assert orphans == []


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """The file of the fake cloud that `cloud` is connected to."""
    return tmp_path / "world.sqlite"


@pytest.fixture
async def cloud(world: Path) -> AsyncIterator[Bench]:
    """A bench on a seeded fake cloud without latency."""
    site = fake_at_once(world.parent)
    driver = await connect(site.connection)
    yield Bench(driver, site)
    await driver.close()


@pytest.fixture
def same_world(world: Path) -> VimConnection:
    """Another connection to the world of `cloud`."""
    return VimConnection(id="again", vim_id="fake", driver="fake", interface_info={"world": str(world)})
