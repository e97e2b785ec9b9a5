"""The README's picture of the Temporal UI, taken anew: ``make screenshots``.

A VNF of `examples/three-vdus` is instantiated on an embedded stack and its worker is killed half-way; Debian's chromium
(``apt-get install chromium``) then looks at the workflow. The page polls for ever, so chromium is driven over its
debugging protocol instead of its own ``--screenshot``.
"""

import asyncio
import base64
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from websocket import WebSocket, create_connection

from manoflow.domain.lcm import LcmOperationState
from manoflow.runtime.client import INSTANCES, Api
from manoflow.runtime.demo.scene import Scene
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.embedded import embedded_stack
from manoflow.runtime.stack.ports import free_ports

PICTURE = Path(__file__).parent / "temporal-ui.png"
REQUEST = Path(__file__).parents[2] / "examples" / "three-vdus" / "instantiate.json"
SIZE = (1500, 1250)
DRAWING_SECONDS = 10
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-allow-origins=*",
)


async def main() -> None:
    """Tell the story, and take the picture while the stack runs."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("cannot take screenshots: chromium is missing (apt-get install chromium)")
    with tempfile.TemporaryDirectory(prefix="manoflow-screenshots-") as folder:
        port, temporal_port, ui_port, debugging_port = free_ports(4)
        settings = Settings(home=Path(folder) / "home", port=port, temporal_port=temporal_port, ui_port=ui_port)
        async with embedded_stack(settings, print) as stack, Api(settings.address) as api:
            workflow_id = await _story(Scene(stack, api, Console()))
            page = f"{settings.ui_address}/{urllib.parse.quote(workflow_id, safe='')}"
            browser = (
                chromium,
                *QUIET,
                f"--user-data-dir={folder}/chromium",
                f"--remote-debugging-port={debugging_port}",
            )
            picture = await asyncio.to_thread(_picture, browser, debugging_port, page)
    PICTURE.write_bytes(picture)
    sys.stdout.write(f"{PICTURE}: {len(picture)} bytes\n")


async def _story(scene: Scene) -> str:
    package = await scene.onboard("three-vdus")
    instance = await scene.create(package["vnfdId"], "gateway")
    request = json.loads(REQUEST.read_text())
    answer = await scene.api.post(f"{INSTANCES}/{instance}/instantiate", request)
    occurrence = answer.headers["Location"].rpartition("/")[2]
    async with scene.showing(occurrence, LcmOperationState.COMPLETED):
        await asyncio.sleep(2)
        await scene.kill_worker()
    return f"vnf/{instance}"


def _picture(browser: tuple[str, ...], port: int, page: str) -> bytes:
    with subprocess.Popen(browser, stderr=subprocess.DEVNULL) as process:  # noqa: S603 - the browser, by its path
        try:
            socket = create_connection(_target(port), timeout=60)
            _ask(
                socket,
                "Emulation.setDeviceMetricsOverride",
                width=SIZE[0],
                height=SIZE[1],
                deviceScaleFactor=1,
                mobile=False,
            )
            _ask(socket, "Page.navigate", url=page)
            _ask(socket, "Runtime.evaluate", expression=_after(DRAWING_SECONDS), awaitPromise=True)
            shot = _ask(socket, "Page.captureScreenshot", format="png")
            return base64.b64decode(shot["data"])
        finally:
            process.terminate()


def _target(port: int) -> str:
    transport = httpx.HTTPTransport(retries=10)
    with httpx.Client(transport=transport, trust_env=False, timeout=30) as client:
        targets = client.get(f"http://127.0.0.1:{port}/json/list").json()
    return str(next(target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"))


def _after(seconds: int) -> str:
    return f"new Promise(done => setTimeout(done, {seconds * 1000}))"


def _ask(socket: WebSocket, method: str, **params: object) -> dict[str, Any]:
    socket.send(json.dumps({"id": 1, "method": method, "params": params}))
    while True:
        answer: dict[str, Any] = json.loads(socket.recv())
        if answer.get("id") == 1:
            result: dict[str, Any] = answer["result"]
            return result


if __name__ == "__main__":
    asyncio.run(main())
