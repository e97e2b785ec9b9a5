"""The port `Vims`: one connected driver for each registered VIM connection.

A driver is a module beside this one, named as `VimConnection.driver` names it, with a coroutine ``connect``. It is
imported when first asked for, so a driver's SDK need only be installed where that driver is used.
"""

import asyncio
import importlib
import pkgutil
from types import ModuleType

import manoflow.adapters.vim
from manoflow.domain.errors import InvalidInputError, PermanentError
from manoflow.domain.vim import VimConnection
from manoflow.ports.records import VimRegistry
from manoflow.ports.vim import Connect, VimDriver


class RegisteredVims:
    """Drivers of the VIMs in the record, each connected once and kept."""

    def __init__(self, registry: VimRegistry) -> None:
        """`registry` gives connections with their credentials."""
        self._registry = registry
        self._drivers: dict[str, VimDriver] = {}
        self._connecting: dict[str, asyncio.Lock] = {}

    async def driver(self, vim_connection_id: str) -> VimDriver:
        """The driver, connected. Raises `NotFoundError` for an unknown id and whatever connecting raises."""
        async with self._connecting.setdefault(vim_connection_id, asyncio.Lock()):
            if vim_connection_id not in self._drivers:
                connection = await self._registry.connection(vim_connection_id)
                connect = await asyncio.to_thread(_connect_of, connection)
                self._drivers[vim_connection_id] = await connect(connection)
            return self._drivers[vim_connection_id]

    async def close(self) -> None:
        """Give back every connection."""
        drivers, self._drivers = self._drivers, {}
        for driver in drivers.values():
            await driver.close()


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
