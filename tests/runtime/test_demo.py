"""`manoflow demo` from the first line to the last: it tells what it promises, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from manoflow.runtime.settings import PREFIX
from tests.lab.laboratory import CLOUDS, bring_up
from tests.runtime.waiting import runs, wait_until

pytestmark = [pytest.mark.timeout(240)]

WITHIN = 180.0


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Its temporary home comes into this folder."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    quick = {f"{PREFIX}FAKE_SERVER_SECONDS": "0.1", f"{PREFIX}FAKE_PORT_SECONDS": "0"}
    return {**others, **quick, **more, "TMPDIR": str(folder)}


def demo(folder: Path, *options: str, **more: str) -> str:
    """Play it; gives what it printed, without the white space between the words."""
    played = subprocess.run(
        [sys.executable, "-m", "manoflow.runtime.cli", "demo", *options],
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        input="\n",
        timeout=WITHIN,
        check=False,
    )
    assert played.returncode == 0, played.stdout + played.stderr
    return re.sub(r"\s+", " ", played.stdout)


def programs_of(folder: Path) -> list[int]:
    """Whatever still runs with a home in this folder."""
    pids = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if str(folder) in _read(path)]
    return [pid for pid in pids if runs(pid)]


@pytest.mark.processes
def test_the_story_of_a_killed_worker(tmp_path: Path) -> None:
    told = demo(tmp_path, "--pause")
    assert re.search(r"worker \d+ killed by SIGKILL half-way COMPLETED by itself", told)
    assert re.search(r"went on after \d+\.\d s, in worker \d+", told)
    assert re.search(r"attempts of its steps \d+ steps 2 times at most", told)
    assert re.search(r"FAILED_TEMP, then COMPLETED", told)
    assert re.search(r"ROLLED_BACK: of [1-9]\d* resources 0 left", told)
    assert "both VNFs terminated the cloud is as it was" in told
    assert "duplicates: resources made twice 0" in told
    assert "orphans: resources nobody owns 0" in told
    assert "everything keeps running" in told
    assert list(tmp_path.iterdir()) == []
    assert programs_of(tmp_path) == []


@pytest.mark.processes
def test_a_demo_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "manoflow.runtime.cli", "demo", "--pause"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as playing:
        assert playing.stdout
        for line in playing.stdout:
            if b"Temporal UI" in line:
                break
        assert len(programs_of(tmp_path)) >= 4
        playing.send_signal(signal.SIGINT)
        assert b"interrupted: everything is stopped" in playing.stdout.read()
    assert playing.returncode == 130
    assert list(tmp_path.iterdir()) == []
    wait_until(lambda: programs_of(tmp_path) == [])


@pytest.mark.lab
@pytest.mark.timeout(600)  # it may have to start the laboratory
def test_the_story_on_a_real_openstack(tmp_path: Path) -> None:
    bring_up()
    told = demo(tmp_path, "--openstack", OS_CLIENT_CONFIG_FILE=str(CLOUDS))
    assert re.search(r"worker \d+ killed by SIGKILL half-way COMPLETED by itself", told)
    for kind in ("servers", "ports", "networks", "volumes"):
        assert re.search(rf"{kind} before → instantiated → terminated \d+ → \d+ → \d+ as before", told)
    assert "orphans: resources nobody owns 0" in told
    assert programs_of(tmp_path) == []


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
