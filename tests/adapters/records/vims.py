"""VIMs with a secret that is easily found."""

from pydantic import SecretStr

from manoflow.domain.vim import Vim, VimConnection
from tests.reference import NOW

CANARY = "canary-7f3a"
INTERFACE = {"endpoint": "http://keystone:5000/v3"}


def vim(name: str, *, default: bool = False) -> Vim:
    """As people see it."""
    return Vim(
        id=name, vim_id=f"{name}-id", driver="openstack", default=default, interface_info=INTERFACE, created_at=NOW
    )


def connection(name: str) -> VimConnection:
    """As a driver is given it."""
    secret = {"username": SecretStr("demo"), "password": SecretStr(CANARY)}
    return VimConnection(
        id=name, vim_id=f"{name}-id", driver="openstack", interface_info=INTERFACE, access_info=secret, extra={"a": 1}
    )
