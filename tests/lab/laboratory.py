"""The OpenStack laboratory as tests find it: started where it does not run, described as VIM connections.

It stays up afterwards, because starting it takes minutes; `make lab-down` stops it. OSLAB_DIR names its folder, as in
`lab/openstack`.
"""

import os
import subprocess
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from openstack.connection import Connection
from openstack.identity.v3._proxy import Proxy as Keystone
from pydantic import SecretStr

from manoflow.adapters.vim.openstack import from_clouds_yaml
from manoflow.adapters.vim.openstack.credentials import sdk_connection
from manoflow.adapters.vim.openstack.kinds import moment
from manoflow.domain.vim import VimConnection

SCRIPTS = Path(__file__).parents[2] / "lab" / "openstack"
FOLDER = Path(os.environ.get("OSLAB_DIR", "/tmp/oslab"))
CLOUDS = FOLDER / "clouds.yaml"


@cache
def bring_up() -> None:
    """Have the laboratory running. Skips where it cannot be had, with the reason."""
    up = subprocess.run([SCRIPTS / "up"], capture_output=True, text=True, check=False)
    if up.returncode:
        reason = "\n".join((up.stdout + up.stderr).splitlines()[-5:])
        pytest.skip(f"the OpenStack laboratory cannot be started here ({SCRIPTS / 'up'}): {reason}")


def vim_connection(cloud: str) -> VimConnection:
    """What a driver needs to connect as `oslab` (an administrator) or `demo` (a member)."""
    bring_up()
    found = from_clouds_yaml(CLOUDS, cloud)
    return VimConnection(
        id=cloud,
        vim_id="openstack-lab",
        driver="openstack",
        interface_info=found["interfaceInfo"],
        access_info=secrets(**found["accessInfo"]),
    )


@cache
def sdk(cloud: str) -> Connection:
    """A connection past the driver: to see what is there, or to make what the driver would not."""
    return sdk_connection(vim_connection(cloud))


def identity(cloud: str) -> Keystone:
    """Keystone, seen as that user."""
    keystone = sdk(cloud).identity
    assert isinstance(keystone, Keystone)
    return keystone


def secrets(**values: str) -> dict[str, SecretStr]:
    """Values for accessInfo."""
    return {name: SecretStr(value) for name, value in values.items()}


def is_well(since: datetime) -> bool:
    """Whether every worker of Nova and Cinder has reported after that moment: until then they may pass for dead."""
    cloud = sdk("oslab")
    reports = [service.updated_at for service in (*cloud.compute.services(), *cloud.block_storage.services())]
    return all(report is not None and moment(report) > since for report in reports)


def svc(do: str, service: str) -> None:
    """Stop, kill9, pause, cont or start one service of the laboratory; returns when that is done."""
    subprocess.run([SCRIPTS / "svc", do, service], check=True, capture_output=True)
