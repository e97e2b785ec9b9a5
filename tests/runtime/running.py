"""`manoflow up` as a process of its own, on a home and ports of its own: what tests of the whole stack start."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from manoflow.runtime.settings import PREFIX, Settings
from manoflow.runtime.stack.ports import free_ports
from tests.runtime.waiting import runs, wait_until

READY_WITHIN = 90.0
STOPS_WITHIN = 30.0
UP = (sys.executable, "-m", "manoflow.runtime.cli", "up")
NAMES = ("api", "temporal", "worker")


@dataclass(frozen=True)
class Up:
    """A running `manoflow up`."""

    settings: Settings
    process: subprocess.Popen[bytes]

    @property
    def printed(self) -> str:
        return _output(self.settings).read_text()

    def pid(self, name: str) -> int:
        return int((self.settings.run / f"{name}.pid").read_text())

    def pids(self) -> dict[str, int]:
        return {name: self.pid(name) for name in NAMES}

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.settings.address}/readyz").is_success
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop, and see that nothing of it is left; gives its exit code."""
        pids = self.pids()
        self.process.send_signal(how)
        code = self.process.wait(STOPS_WITHIN)
        wait_until(lambda: not any(runs(pid) for pid in pids.values()))
        return code


def new_settings(home: Path, ports: tuple[int, ...] = ()) -> Settings:
    port, temporal_port, ui_port = ports or free_ports(3)
    return Settings(
        home=home,
        port=port,
        temporal_port=temporal_port,
        ui_port=ui_port,
        fake_server_seconds=0.1,
        fake_port_seconds=0.0,
    )


def environment(settings: Settings) -> dict[str, str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**others, **settings.environment()}


def refused(settings: Settings) -> str:
    """What a `manoflow up` says that does not start."""
    ended = subprocess.run(
        UP, env=environment(settings), capture_output=True, text=True, timeout=STOPS_WITHIN, check=False
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False), ended.stderr
    return ended.stderr


def start(settings: Settings, *command: str) -> subprocess.Popen[bytes]:
    """Start it, or a command that does, in a session of its own, with its output in a file beside the home."""
    with _output(settings).open("wb") as output:
        return subprocess.Popen(
            command or UP,
            env=environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


@contextmanager
def running(settings: Settings) -> Iterator[Up]:
    """A stack that is ready; it is killed at the end if it still runs."""
    with start(settings) as process:
        up = Up(settings, process)
        try:
            wait_until(lambda: "ctrl-C" in up.printed or process.poll() is not None, READY_WITHIN)
            assert process.poll() is None, up.printed
            yield up
        finally:
            if process.poll() is None:
                up.stop()


def _output(settings: Settings) -> Path:
    return settings.home.with_suffix(".out")
