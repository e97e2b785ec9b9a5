"""Ports: which are taken is said with the setting that moves them."""

import socket
from pathlib import Path

import pytest

from manoflow.domain.errors import ConflictError
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.ports import free_ports, require_free_ports


def settings_on(tmp_path: Path, ports: tuple[int, ...]) -> Settings:
    port, temporal_port, ui_port = ports
    return Settings(home=tmp_path, port=port, temporal_port=temporal_port, ui_port=ui_port)


def test_free_ports_are_free_and_differ(tmp_path: Path) -> None:
    ports = free_ports(3)
    assert len(set(ports)) == 3
    require_free_ports(settings_on(tmp_path, ports))


def test_every_taken_port_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as api, socket.create_server(("127.0.0.1", 0)) as ui:
        ports = (api.getsockname()[1], *free_ports(1), ui.getsockname()[1])
        with pytest.raises(ConflictError) as refused:
            require_free_ports(settings_on(tmp_path, ports))
    assert refused.value.message.splitlines() == [
        f"cannot listen on 127.0.0.1:{ports[0]}: the port is taken; choose another by MANOFLOW_PORT",
        f"cannot listen on 127.0.0.1:{ports[2]}: the port is taken; choose another by MANOFLOW_UI_PORT",
    ]


def test_a_port_whose_connections_have_just_ended_is_free(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        with socket.create_connection(address), server.accept()[0] as accepted:
            accepted.shutdown(socket.SHUT_RDWR)  # the server's side ends first and stays in TIME_WAIT
    require_free_ports(settings_on(tmp_path, (address[1], *free_ports(2))))


def test_one_port_is_not_used_twice(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with pytest.raises(ConflictError, match="must differ"):
        require_free_ports(settings_on(tmp_path, (port, port, *free_ports(1))))
