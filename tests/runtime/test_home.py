"""A home belongs to one stack at a time, and to nobody once that one is gone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.runtime.home import occupied, write_pid
from manoflow.runtime.settings import Settings

OCCUPY = """
import sys
from pathlib import Path
from manoflow.runtime.home import occupied
from manoflow.runtime.settings import Settings
with occupied(Settings(home=Path(sys.argv[1]))):
    print("occupied", flush=True)
    sys.stdin.read()
"""


def test_a_second_stack_is_refused_naming_the_first(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    with occupied(settings), pytest.raises(ConflictError, match=f"pid {os.getpid()} runs there"), occupied(settings):
        pytest.fail("two stacks in one home")


def test_a_killed_stack_leaves_the_home_free(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", OCCUPY, str(tmp_path)], stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout
        assert first.stdout.readline() == "occupied\n"
        with pytest.raises(ConflictError, match=f"pid {first.pid} runs there"), occupied(Settings(home=tmp_path)):
            pytest.fail("two stacks in one home")
        first.kill()
        first.wait(10)
    with occupied(Settings(home=tmp_path)):
        assert (tmp_path / "run" / "lock").read_text() == f"{os.getpid()}\n"


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InvalidInputError, match="MANOFLOW_HOME"), occupied(Settings(home=file / "home")):
        pytest.fail("a home inside a file")


def test_the_home_is_its_owners_alone(tmp_path: Path) -> None:
    with occupied(Settings(home=tmp_path / "home")):
        assert (tmp_path / "home").stat().st_mode & 0o077 == 0


def test_a_pid_is_written_anew(tmp_path: Path) -> None:
    write_pid(tmp_path, "worker", 1)
    write_pid(tmp_path, "worker", 23)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"worker.pid": "23\n"}
