"""`manoflow up`: the embedded stack until ctrl-C, and what somebody who sees it for the first time needs to know."""

import asyncio
import contextlib
import shutil
import signal
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.embedded import embedded_stack

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""ctrl-C, `kill`, and a terminal that was closed."""


async def up(settings: Settings, console: Console) -> None:
    """Run until asked to stop. Nothing is rolled back then: what is open goes on when the stack is started again."""

    def tell(line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            console.print(f"[dim]{escape(line)}[/dim]", soft_wrap=True)

    tell(f"Manoflow {version('manoflow')} starts in {settings.home}")
    with ending_on_signals(), contextlib.suppress(asyncio.CancelledError):
        async with embedded_stack(settings, tell):
            console.print(welcome(settings), soft_wrap=True)  # what is copied from it must not be broken
            await asyncio.Event().wait()
    tell(f"stopped; `manoflow up` goes on with what is open (state: {settings.home})")


@contextlib.contextmanager
def ending_on_signals() -> Iterator[None]:
    """Cancel the current task at the first signal. At a second one the stop itself is cut short."""
    loop = asyncio.get_running_loop()
    if task := asyncio.current_task():
        for one in SIGNALS:
            loop.add_signal_handler(one, task.cancel)
    try:
        yield
    finally:
        for one in SIGNALS:
            loop.remove_signal_handler(one)


def welcome(settings: Settings) -> str:
    """URLs, three calls that work as they are printed, and the way to the command line."""
    api = settings.address
    manoflow = _command_line()
    curl = 'curl -s -H "Authorization: Bearer $MANOFLOW_TOKEN"' if settings.auth.is_set else "curl -s"
    return f"""
[bold green]Manoflow is up.[/bold green]

  API          {api}/vnflcm/v2  {api}/vnfpkgm/v2
  API docs     {api}/docs
  Temporal UI  {settings.ui_address}
  logs         {settings.log}

Try it:

  {curl} -H 'Version: 2.0.0' -H 'Content-Type: application/json' -d '{{}}' {api}/vnfpkgm/v2/vnf_packages
  {curl} -H 'Version: 2.0.0' {api}/vnflcm/v2/vnf_instances
  {curl} {api}/manoflow/v1/vims

or with the command line:

  export MANOFLOW_URL={api}
  {manoflow} pkg upload examples/three-vdus
  {manoflow} --help

ctrl-C stops it; nothing is rolled back, and `make up` goes on with what is open.
"""


def _command_line() -> str:
    """How the reader can call us: by name where that works, else by path."""
    installed = Path(sys.executable).with_name("manoflow")
    if shutil.which("manoflow") == str(installed):
        return "manoflow"
    return str(installed.relative_to(Path.cwd()) if installed.is_relative_to(Path.cwd()) else installed)
