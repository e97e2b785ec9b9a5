"""Puts up the scene of a demo and takes it down: a temporary home, free ports, the stack as `manoflow up` runs it."""

import asyncio
import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from manoflow.domain.errors import ManoError
from manoflow.runtime.auth import AuthSettings
from manoflow.runtime.client import Api
from manoflow.runtime.demo.fake_story import tell_on_fake
from manoflow.runtime.demo.openstack_story import tell_on_openstack
from manoflow.runtime.demo.scene import Scene
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.embedded import embedded_stack
from manoflow.runtime.stack.ports import free_ports
from manoflow.runtime.up import ending_on_signals


async def play(console: Console, *, cloud: str | None, pause: bool) -> bool:
    """Tell the story on the fake VIM, or on a cloud of clouds.yaml; False where somebody interrupted it.

    Nothing is left running. The home goes too, unless the story could not be told: then its logs are worth reading.
    """
    told = False
    home = Path(tempfile.mkdtemp(prefix="manoflow-demo-"))
    try:
        with ending_on_signals():
            await _play(_settings(home), console, cloud=cloud, pause=pause)
            told = True
    except asyncio.CancelledError:
        console.print("interrupted: everything is stopped, nothing is left")
    except ManoError:
        console.print(f"[dim]logs and databases are kept in {home}[/dim]")
        raise
    shutil.rmtree(home)
    return told


async def _play(settings: Settings, console: Console, *, cloud: str | None, pause: bool) -> None:
    def tell(line: str) -> None:
        console.print(f"[dim]supervisor: {escape(line)}[/dim]")

    console.print("starting Temporal, worker and API ...")
    async with embedded_stack(settings, tell) as stack, Api(settings.address) as api:
        _show_links(settings, console)
        scene = Scene(stack, api, console)
        await (tell_on_openstack(scene, cloud) if cloud else tell_on_fake(scene))
        if pause:
            _show_links(settings, console)
            console.print(f"everything keeps running ([bold]export MANOFLOW_URL={settings.address}[/bold]) until Enter")
            await _enter()
    console.print("everything is stopped, nothing is left")


def _settings(home: Path) -> Settings:
    port, temporal_port, ui_port = free_ports(3)
    return Settings(
        home=home,
        auth=AuthSettings(),
        host="127.0.0.1",
        port=port,
        temporal_port=temporal_port,
        ui_port=ui_port,
        database_url="",
        temporal_address="",
        public_url="",
        url="",
    )


def _show_links(settings: Settings, console: Console) -> None:
    console.print(f"  Temporal UI  {settings.ui_address}")
    console.print(f"  API docs     {settings.address}/docs")


async def _enter() -> None:
    pressed = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        loop.call_soon_threadsafe(pressed.set)

    # A daemon, so that an interrupted demo does not wait for Enter; asyncio cannot read every kind of stdin itself.
    threading.Thread(target=wait, daemon=True).start()
    await pressed.wait()
