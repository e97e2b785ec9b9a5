"""Nova refuses with 409 what is so already, what is on its way, and what cannot be now: only the last is an error."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import create_autospec
from uuid import uuid4

import pytest
from openstack import exceptions
from openstack.compute.v2._proxy import Proxy

from manoflow.adapters.vim.openstack.cloud import Cloud
from manoflow.adapters.vim.openstack.servers import OpenStackServers, Parts
from manoflow.domain.cloud import Power, ResourceState, VimResource
from manoflow.domain.errors import BusyError, ConflictError, NotFoundError
from tests.reference import NOW

SERVER = VimResource(uid=uuid4(), vim_id="s-1", name="one", state=ResourceState.READY, created_at=NOW)
REFUSED = exceptions.ConflictException("Cannot do it while it is in vm_state so or so", http_status=409)


def servers_of(compute: Proxy) -> OpenStackServers:
    connection: Any = SimpleNamespace(compute=compute, close=lambda: None)
    return OpenStackServers(Cloud(connection, parallel_calls=1), cast("Parts", None))


@pytest.fixture
def compute() -> Any:  # noqa: ANN401 - an SDK whose every call is remembered
    """Nova, which refuses."""
    nova = create_autospec(Proxy, instance=True)
    nova.start_server.side_effect = nova.stop_server.side_effect = REFUSED
    return nova


def asking(servers: OpenStackServers, power: Power) -> Callable[..., Any]:
    return servers.start if power is Power.STARTED else servers.stop


@pytest.mark.parametrize(
    ("power", "status", "task"),
    [
        (Power.STARTED, "ACTIVE", None),
        (Power.STARTED, "SHUTOFF", "powering-on"),
        (Power.STOPPED, "SHUTOFF", None),
        (Power.STOPPED, "ACTIVE", "powering-off"),
    ],
)
async def test_what_is_so_or_on_its_way_is_no_error(compute: Any, power: Power, status: str, task: str | None) -> None:  # noqa: ANN401
    compute.get_server.return_value = SimpleNamespace(status=status, task_state=task)
    await asking(servers_of(compute), power)(SERVER)
    compute.get_server.assert_called_once_with("s-1")


@pytest.mark.parametrize(
    ("power", "status", "task"),
    [
        (Power.STARTED, "ACTIVE", "powering-off"),
        (Power.STARTED, "PAUSED", None),
        (Power.STOPPED, "SHUTOFF", "powering-on"),
        (Power.STOPPED, "BUILD", "spawning"),
    ],
)
async def test_what_cannot_be_now_may_be_later(compute: Any, power: Power, status: str, task: str | None) -> None:  # noqa: ANN401
    compute.get_server.return_value = SimpleNamespace(status=status, task_state=task)
    with pytest.raises(BusyError, match=r"cannot (start|stop) server one \(s-1\): Cannot do it"):
        await asking(servers_of(compute), power)(SERVER)


@pytest.mark.parametrize("power", Power)
async def test_what_is_broken_is_refused_without_a_call(compute: Any, power: Power) -> None:  # noqa: ANN401
    broken = SERVER.model_copy(update={"state": ResourceState.BROKEN, "detail": "only 1 of its 2 ports"})
    with pytest.raises(ConflictError, match="only 1 of its 2 ports"):
        await asking(servers_of(compute), power)(broken)
    assert compute.mock_calls == []


@pytest.mark.parametrize("power", Power)
async def test_what_is_gone_is_not_found(compute: Any, power: Power) -> None:  # noqa: ANN401
    gone = exceptions.NotFoundException("Instance s-1 could not be found.", http_status=404)
    compute.start_server.side_effect = compute.stop_server.side_effect = gone
    with pytest.raises(NotFoundError, match=r"cannot (start|stop) server one"):
        await asking(servers_of(compute), power)(SERVER)
