"""A VIM connection: how one cloud is reached (SOL003 clause 4.4.1.6, VimConnectionInfo)."""

from typing import Any

from pydantic import ConfigDict, Field, SecretStr

from manoflow.domain.base import Model, Moment

DEFAULT_TENANT = "default"

_DRIVERS = {"ETSINFV.OPENSTACK_KEYSTONE.V_3": "openstack"}
"""Registered vimTypes (SOL003 clause 4.4.1.6) and the drivers that serve them."""


class VimConnection(Model):
    """What a driver needs to connect. Lives in memory only: payloads and logs carry its id."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str
    """Key of the connection in vimConnectionInfo and in resource handles."""
    vim_id: str
    """Identity of the VIM itself; several connections may reach one."""
    driver: str
    """Name of the driver's module, e.g. ``openstack`` or ``fake``."""
    interface_info: dict[str, Any] = Field(default_factory=dict)
    """Where it is: endpoint, CA file, region. Not secret."""
    access_info: dict[str, SecretStr] = Field(default_factory=dict)
    """Credentials: user, password, project, domains."""
    extra: dict[str, Any] = Field(default_factory=dict)


class Vim(Model):
    """A registered VIM as people see it: without credentials."""

    id: str
    vim_id: str
    driver: str
    default: bool = False
    """Used where a request names no VIM."""
    interface_info: dict[str, Any] = Field(default_factory=dict)
    extra: dict[str, Any] = Field(default_factory=dict)
    tenant: str = DEFAULT_TENANT
    created_at: Moment


def driver_of(vim_type: str) -> str:
    """The driver for a vimType: a registered one, else the driver's own name."""
    return _DRIVERS.get(vim_type, vim_type)


def vim_type_of(driver: str) -> str:
    """The vimType under which a driver is shown to ETSI consumers."""
    return next((vim_type for vim_type, name in _DRIVERS.items() if name == driver), driver)
