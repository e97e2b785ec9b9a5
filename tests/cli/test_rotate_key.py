"""`manoflow rotate-key`: a new key in the home where nobody uses it, or that of the settings while everybody does."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from manoflow.adapters.records import generate_key, migrate
from manoflow.domain.errors import PermanentError
from manoflow.domain.vim import Vim, VimConnection
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings
from tests.cli.conftest import Run, command_line
from tests.reference import NOW
from tests.runtime.running import Up

CONNECTION = VimConnection(id="lab", vim_id="lab", driver="fake", access_info={"password": SecretStr("canary-7f3a")})

KILLED = """
import os, signal, sys
from manoflow.adapters.records import rotating
from manoflow.runtime.cli.app import app

async def write(*given, write=rotating._write):
    for _ in range(int(sys.argv[1])):
        await write(*given)
    os.kill(os.getpid(), signal.SIGKILL)

rotating._write = write
app(["rotate-key"])
"""
"""`manoflow rotate-key`, killed after it has written so many values."""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with a VIM in its record, and a key of its own."""
    settings = Settings(home=tmp_path)

    async def prepare() -> None:
        await migrate(settings.database_url)
        async with recorded(settings) as (records, _):
            await records.add_vim(Vim(id="lab", vim_id="lab", driver="fake", created_at=NOW), CONNECTION)

    asyncio.run(prepare())
    return settings


def run(settings: Settings) -> Run:
    """The command line on a home."""
    keys = settings.secret_key.get_secret_value() if settings.secret_key else ""
    return command_line({"MANOFLOW_HOME": str(settings.home), "MANOFLOW_SECRET_KEY": keys})


def connection(settings: Settings) -> VimConnection:
    async def read() -> VimConnection:
        async with recorded(settings) as (records, _):
            return await records.connection("lab")

    return asyncio.run(read())


def named(settings: Settings, *keys: str) -> Settings:
    return settings.model_copy(update={"secret_key": SecretStr(",".join(keys))})


def test_the_key_of_a_home_is_replaced(home: Settings) -> None:
    file = home.home / "secret.key"
    old = file.read_text()
    assert "1 sealed with the newest key, 0 were already; it is the only one in" in run(home)("rotate-key")
    assert old not in file.read_text()
    assert connection(home) == CONNECTION
    with pytest.raises(PermanentError, match="another key"):
        connection(named(home, old))


def test_one_that_was_cut_short_goes_on(home: Settings) -> None:
    file = home.home / "secret.key"
    begun = generate_key()
    file.write_text(f"{begun}\n{file.read_text()}")
    assert connection(home) == CONNECTION
    assert "1 sealed with the newest key" in run(home)("rotate-key")
    assert file.read_text() == begun
    assert connection(home) == CONNECTION


@pytest.mark.parametrize("written", [0, 1])
def test_one_that_was_killed_goes_on(home: Settings, written: int) -> None:
    """Killed before its only value was sealed again, and after that, before the older key was taken from the file."""
    environment = {**os.environ, "MANOFLOW_HOME": str(home.home)}
    killed = subprocess.run([sys.executable, "-c", KILLED, str(written)], env=environment, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len((home.home / "secret.key").read_text().split()) == 2
    assert connection(home) == CONNECTION
    assert f"{1 - written} sealed with the newest key, {written} were already" in run(home)("rotate-key")
    assert len((home.home / "secret.key").read_text().split()) == 1
    assert connection(home) == CONNECTION


def test_a_home_in_use_is_refused(home: Settings) -> None:
    before = (home.home / "secret.key").read_text()

    async def in_use() -> str:
        async with recorded(home):
            return await asyncio.to_thread(run(home), "rotate-key", code=1)

    assert "are running and know only the old one; stop them first" in asyncio.run(in_use())
    assert (home.home / "secret.key").read_text() == before


def test_keys_of_the_settings_are_rotated_while_they_are_in_use(home: Settings) -> None:
    old, new = (home.home / "secret.key").read_text(), generate_key()
    both = named(home, new, old)

    async def in_use() -> str:
        async with recorded(both) as (records, _):
            said = await asyncio.to_thread(run(both), "rotate-key")
            assert await records.connection("lab") == CONNECTION
            return said

    assert "take them out of MANOFLOW_SECRET_KEY" in asyncio.run(in_use())
    assert connection(named(home, new)) == CONNECTION
    assert "0 sealed with the newest key, 1 were already" in run(both)("rotate-key")


def test_one_key_in_the_settings_is_refused(home: Settings) -> None:
    old = (home.home / "secret.key").read_text()
    said = run(named(home, old))("rotate-key", code=1)
    assert "there is one only; put a new one before it" in said
    assert old not in said


def test_a_home_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = Settings(home=tmp_path / "nowhere")
    assert f"cannot rotate the key in {nowhere.home}/secret.key: there is no such file" in run(nowhere)(
        "rotate-key", code=1
    )
    assert not nowhere.home.exists()


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_a_stack_that_runs_is_not_disturbed(up: Up) -> None:
    before = (up.settings.home / "secret.key").read_text()
    assert "cannot rotate the key in" in command_line(up.settings.environment())("rotate-key", code=1)
    assert (up.settings.home / "secret.key").read_text() == before
