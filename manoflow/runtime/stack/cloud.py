"""The fake VIM that a stack offers as its default, so that an instantiate naming no VIM works."""

import asyncio
from datetime import UTC, datetime

from manoflow.adapters.vim.fake.seed import seed
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import VimRegistry
from manoflow.runtime.settings import Settings

FAKE = "fake"
"""Id of the VIM and name of its driver."""


async def offer_fake_vim(registry: VimRegistry, settings: Settings) -> None:
    """Seed its world and register it as the default, where no VIM is registered yet.

    On a home that has it, its latency becomes what the settings say now; one that was deleted stays so.
    """
    await asyncio.to_thread(seed, settings.fake_world)
    interface = {"world": str(settings.fake_world), "latency": _latency(settings)}
    vim = Vim(id=FAKE, vim_id=FAKE, driver=FAKE, default=True, interface_info=interface, created_at=datetime.now(UTC))
    connection = VimConnection(id=FAKE, vim_id=FAKE, driver=FAKE, interface_info=interface)
    known = {one.id for one in await registry.vims()}
    if not known:
        await registry.add_vim(vim, connection)
    elif FAKE in known:
        await registry.change_vim(FAKE, lambda _: connection)


def _latency(settings: Settings) -> dict[str, float]:
    server, port = settings.fake_server_seconds, settings.fake_port_seconds
    seconds = {"servers": server, "storages": server / 2, "virtual_links": port, "ports": port}
    return {f"{kind}.{verb}": latency for kind, latency in seconds.items() for verb in ("create", "delete")}
