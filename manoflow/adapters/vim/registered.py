"""The port `Vims`: one connected driver for each registered VIM connection.

A driver is a module beside this one, named as `VimConnection.driver` names it, with a coroutine ``connect``. It is
imported when first asked for, so a driver's SDK need only be installed where that driver is used.

Whoever asks for a driver gets one that is connected as the record says at that moment: a connection may be changed or
deleted by any process. Those who ask at the same time look together.
"""

import asyncio
import importlib
import pkgutil
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from types import ModuleType
from typing import Protocol

import manoflow.adapters.vim
from manoflow.domain.errors import InvalidInputError, ManoError, NotFoundError, PermanentError, TemporaryError
from manoflow.domain.vim import VimConnection
from manoflow.ports.vim import Connect, VimDriver

LONGEST_USE = 24 * 3600.0
"""Seconds that whoever was given a driver may go on using it; no attempt of a step takes as long."""


@dataclass(frozen=True)
class _Connected:
    driver: VimDriver
    revision: str
    """That of the connection, or an older one."""


@dataclass(frozen=True)
class _Retired:
    driver: VimDriver
    since: float = field(default_factory=monotonic)


class Connections(Protocol):
    """What of `manoflow.ports.records.VimRegistry` a driver is connected by."""

    async def connection(self, vim_connection_id: str) -> VimConnection:
        """One VIM with its credentials decrypted."""
        ...

    async def revision(self, vim_connection_id: str) -> str:
        """Which connection it is."""
        ...


class RegisteredVims:
    """Drivers of the VIMs in the record, each connected once and kept for as long as its connection stays the same."""

    def __init__(self, registry: Connections) -> None:
        """`registry` gives connections with their credentials, and says when they are others."""
        self._registry = registry
        self._connected: dict[str, _Connected] = {}
        self._retired: list[_Retired] = []
        self._turns: dict[str, asyncio.Lock] = {}
        self._looks: dict[str, asyncio.Task[VimDriver]] = {}

    async def driver(self, vim_connection_id: str) -> VimDriver:
        """The driver, connected. Raises `NotFoundError` for an unknown id and whatever connecting raises.

        While the record cannot be reached a driver that is connected goes on being given.
        """
        look = self._looks.get(vim_connection_id)
        if look is None:
            look = self._looks[vim_connection_id] = asyncio.create_task(self._look(vim_connection_id))
        return await asyncio.shield(look)

    async def close(self) -> None:
        """Give back every connection."""
        drivers = [*(kept.driver for kept in self._connected.values()), *(kept.driver for kept in self._retired)]
        self._connected, self._retired = {}, []
        for driver in drivers:
            await driver.close()

    async def _look(self, vim_connection_id: str) -> VimDriver:
        async with self._turns.setdefault(vim_connection_id, asyncio.Lock()):
            # Who asks from here on may know of a change that this look does not see: theirs is the next.
            del self._looks[vim_connection_id]
            return await self._current(vim_connection_id)

    async def _current(self, vim_connection_id: str) -> VimDriver:
        kept = self._connected.get(vim_connection_id)
        try:
            revision = await self._registry.revision(vim_connection_id)
        except NotFoundError:
            await self._retire(vim_connection_id)
            raise
        except TemporaryError:
            if kept is None:
                raise
            return kept.driver
        if kept is not None and kept.revision == revision:
            return kept.driver
        connection = await self._registry.connection(vim_connection_id)
        connect = await asyncio.to_thread(_connect_of, connection)
        driver = await connect(connection)
        await self._retire(vim_connection_id)
        self._connected[vim_connection_id] = _Connected(driver, revision)
        return driver

    async def _retire(self, vim_connection_id: str) -> None:
        """Give a driver no more. It stays open for those who have it; what was retired long ago nobody has."""
        kept = self._connected.pop(vim_connection_id, None)
        if kept is not None:
            self._retired.append(_Retired(kept.driver))
        unused = [one for one in self._retired if monotonic() - one.since >= LONGEST_USE]
        for one in unused:
            self._retired.remove(one)
            with suppress(ManoError):
                await one.driver.close()


def driver_names() -> tuple[str, ...]:
    """The drivers there are: modules beside this one."""
    names = (module.name for module in pkgutil.iter_modules(manoflow.adapters.vim.__path__))
    return tuple(name for name in names if f"{manoflow.adapters.vim.__name__}.{name}" != __name__)


def _connect_of(connection: VimConnection) -> Connect:
    if connection.driver not in driver_names():
        message = (
            f"cannot connect to VIM {connection.id}: there is no driver {connection.driver!r}; "
            f"drivers are {', '.join(driver_names())}"
        )
        raise InvalidInputError(message)
    connect: Connect = _imported(connection).connect
    return connect


def _imported(connection: VimConnection) -> ModuleType:
    try:
        return importlib.import_module(f"{manoflow.adapters.vim.__name__}.{connection.driver}")
    except ModuleNotFoundError as error:
        message = (
            f"cannot connect to VIM {connection.id}: driver {connection.driver} needs the Python package that has the "
            f"module {error.name}; install it and restart"
        )
        raise PermanentError(message) from error
