"""A kept program is started again whatever it dies of, and is gone when it is stopped, or when its keeper is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from manoflow.runtime.home import make_home
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack import kept as keeping
from manoflow.runtime.stack.kept import Kept, Program
from tests.runtime.waiting import runs, until, wait_until

PATIENT = "import time; print('ready', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {PATIENT}"
PARENT = (
    "import subprocess, sys, time; child = subprocess.Popen(['sleep', '60']); "
    "print('child', child.pid, flush=True); time.sleep(60)"
)
SHORT_LIVED = "raise SystemExit(3)"
KEEPER = """
import asyncio, sys
from pathlib import Path
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.kept import Kept, Program
async def keep():
    program = Program(name="kept", command=(sys.executable, "-c", sys.argv[2]), environment={}, stop_within=1)
    await Kept(program, Settings(home=Path(sys.argv[1])), print).start()
    await asyncio.Event().wait()
asyncio.run(keep())
"""


@asynccontextmanager
async def kept(home: Path, code: str, stop_within: float = 10.0) -> AsyncIterator[tuple[Kept, list[str]]]:
    told: list[str] = []
    settings = Settings(home=home)
    make_home(settings)
    program = Program(
        name="kept", command=(sys.executable, "-c", code), environment={"MADE": "up"}, stop_within=stop_within
    )
    one = Kept(program, settings, told.append)
    await one.start()
    try:
        yield one, told
    finally:
        await one.stop()


def of_process(pid: int | None, what: str) -> list[str]:
    return Path(f"/proc/{pid}/{what}").read_text().split("\0")


def says(log: Path, text: str, times: int = 1) -> Callable[[], bool]:
    return lambda: log.exists() and log.read_text().count(text) >= times


async def test_what_is_killed_is_started_again(tmp_path: Path) -> None:
    async with kept(tmp_path, PATIENT) as (program, told):
        await until(says(program.log, "ready"))
        first = program.pid
        assert first
        assert (tmp_path / "run" / "kept.pid").read_text() == f"{first}\n"
        os.kill(first, signal.SIGKILL)
        await until(says(program.log, "ready", times=2))
        assert (tmp_path / "run" / "kept.pid").read_text() == f"{program.pid}\n"
        assert program.pid != first
        assert told == [f"kept (pid {first}) was killed by SIGKILL; started again as pid {program.pid}"]


async def test_its_pid_is_that_of_the_program_itself(tmp_path: Path) -> None:
    async with kept(tmp_path, PATIENT) as (program, _):
        await until(says(program.log, "ready"))
        assert of_process(program.pid, "cmdline")[1:3] == ["-c", PATIENT]
        assert "MADE=up" in of_process(program.pid, "environ")


async def test_a_stopped_program_is_gone_and_stays_away(tmp_path: Path) -> None:
    async with kept(tmp_path, PATIENT) as (program, told):
        await until(says(program.log, "ready"))
        pid = program.pid
        assert pid
        await program.stop()
        assert not runs(pid)
        assert not (tmp_path / "run" / "kept.pid").exists()
        assert (program.deaths, told) == ([], [])


async def test_one_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    async with kept(tmp_path, STUBBORN, stop_within=0.2) as (program, told):
        await until(says(program.log, "ready"))
        pid = program.pid
        assert pid
        await program.stop()
        assert not runs(pid)
        assert told == ["kept does not stop and is killed"]


async def test_a_program_can_be_ended_at_once(tmp_path: Path) -> None:
    async with kept(tmp_path, STUBBORN) as (program, _):
        await until(says(program.log, "ready"))
        pid = program.pid
        assert pid
        program.kill()
        await until(lambda: not runs(pid))
        assert program.deaths == []


async def test_what_a_program_had_started_does_not_outlive_it(tmp_path: Path) -> None:
    async with kept(tmp_path, PARENT) as (program, _):
        await until(lambda: program.log.exists() and program.log.read_text().endswith("\n"))
        child = int(program.log.read_text().split()[1])
        assert runs(child)
        await program.stop()
        await until(lambda: not runs(child))


async def test_one_that_dies_young_is_started_more_and_more_slowly(tmp_path: Path) -> None:
    async with kept(tmp_path, SHORT_LIVED) as (program, told):
        await until(lambda: len(program.deaths) >= 3)
        assert {death.reason for death in program.deaths} == {"ended with status 3"}
        assert program.pause >= 0.4
        assert len(told) >= 2


async def test_one_that_cannot_be_started_for_a_while_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LONGEST_PAUSE", 0.1)
    async with kept(tmp_path, PATIENT) as (program, told):
        await until(says(program.log, "ready"))
        first = program.pid
        assert first
        (tmp_path / "log").rename(tmp_path / "elsewhere")
        os.kill(first, signal.SIGKILL)
        await until(lambda: any("cannot start kept again yet" in line for line in told))
        (tmp_path / "elsewhere").rename(tmp_path / "log")
        await until(says(program.log, "ready", times=2))
        assert program.pid != first


def test_a_killed_keeper_takes_its_program_along(tmp_path: Path) -> None:
    make_home(Settings(home=tmp_path))
    with subprocess.Popen([sys.executable, "-c", KEEPER, str(tmp_path), STUBBORN]) as keeper:
        wait_until(says(tmp_path / "log" / "kept.log", "ready"))
        pid = int((tmp_path / "run" / "kept.pid").read_text())
        assert runs(pid)
        keeper.kill()
        keeper.wait(10)
    wait_until(lambda: not runs(pid))
