"""VIM connections that a request brings along with credentials (SOL003 clause 4.4.1.6, vimConnectionInfo).

They are registered, encrypted, under an id of their own below the VNF instance's, and are never a default. From then on
only that id travels: credentials are neither kept with the operation nor shown. No request for an operation changes
what was registered under an id; other credentials need another key, or a change of the VIM itself (`api.vims`).
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from manoflow.domain.base import Model
from manoflow.domain.errors import ConflictError, InvalidInputError
from manoflow.domain.targets.placing import inline_connection_id
from manoflow.domain.vim import Vim, VimConnection, driver_of
from manoflow.domain.vnf import VimConnectionInfo, VnfInstance
from manoflow.ports.records import VimRegistry

New = tuple[Vim, VimConnection]

_USER_INFO = re.compile(r"://[^/?#\s]*@")
"""What stands before the host of a URL (RFC 3986 clause 3.2.1)."""


def brought(instance: VnfInstance, asked: Model, drivers: Collection[str], now: datetime) -> list[New]:
    """The connections of a request that have credentials. The others name a VIM that is registered."""
    infos: Mapping[str, VimConnectionInfo | None] = getattr(asked, "vim_connection_info", {})
    for name, info in infos.items():
        if info:
            require_public(f"vimConnectionInfo {name}", interfaceInfo=info.interface_info, extra=info.extra)
    return [_new(instance, name, info, drivers, now) for name, info in infos.items() if info and info.access_info]


async def register(registry: VimRegistry, new: Sequence[New]) -> None:
    """Register them. One that is there with the same content is kept; with other content it is refused."""
    for vim, connection in new:
        try:
            await registry.add_vim(vim, connection)
        except ConflictError as error:
            if await registry.connection(connection.id) != connection:
                key = connection.id.rpartition("/")[2]
                message = (
                    f"cannot use vimConnectionInfo {key}: it was registered with other content; use a new key, or "
                    f"change it first: PATCH /manoflow/v1/vims/{connection.id}"
                )
                raise ConflictError(message) from error


def require_driver(driver: str, drivers: Collection[str], what: str) -> None:
    """Refuse a driver that is not installed."""
    if driver not in drivers:
        known = ", ".join(sorted(drivers))
        message = f"cannot use {what}: there is no driver for {driver} (there are: {known})"
        raise InvalidInputError(message)


def require_public(what: str, **shown: Mapping[str, Any]) -> None:
    """Refuse credentials in what is kept as it is and shown: a user or a password in a URL."""
    for attribute, values in shown.items():
        for name, value in values.items():
            if any(_USER_INFO.search(text) for text in _texts(value)):
                message = (
                    f"cannot use {what}: {attribute} {name} has a user or a password in its URL, where everybody sees "
                    "it; put it into accessInfo"
                )
                raise InvalidInputError(message)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def secrets_of(access_info: Mapping[str, Any], what: str) -> dict[str, SecretStr]:
    """Credentials as drivers take them: texts. Numbers and flags are written out; lists and objects are refused."""
    for name, value in access_info.items():
        if isinstance(value, list | dict):
            message = f"cannot use {what}: accessInfo {name} is not a plain value"
            raise InvalidInputError(message)
    return {name: SecretStr(str(value)) for name, value in access_info.items() if value is not None}


def _new(instance: VnfInstance, name: str, info: VimConnectionInfo, drivers: Collection[str], now: datetime) -> New:
    what = f"vimConnectionInfo {name}"
    if not info.vim_type:
        message = f"cannot use {what}: it has accessInfo and no vimType, so its driver is not known"
        raise InvalidInputError(message)
    driver = driver_of(info.vim_type)
    require_driver(driver, drivers, what)
    connection = VimConnection(
        id=inline_connection_id(instance.id, name),
        vim_id=info.vim_id or name,
        driver=driver,
        interface_info=info.interface_info,
        access_info=secrets_of(info.access_info, what),
        extra=info.extra,
    )
    vim = Vim(
        id=connection.id,
        vim_id=connection.vim_id,
        driver=driver,
        interface_info=info.interface_info,
        extra=info.extra,
        created_at=now,
    )
    return vim, connection
