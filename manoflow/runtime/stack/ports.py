"""Ports on loopback: free ones for a stack of its own, and a clear word about taken ones."""

import socket
from contextlib import ExitStack, closing

from manoflow.domain.errors import ConflictError
from manoflow.runtime.settings import PREFIX, Settings


def require_free_ports(settings: Settings) -> None:
    """Raise `ConflictError` naming every port that the stack needs and that is taken, and the setting that moves it."""
    wanted = {
        "PORT": (settings.host, settings.port),
        "TEMPORAL_PORT": ("127.0.0.1", settings.temporal_port),
        "UI_PORT": ("127.0.0.1", settings.ui_port),
    }
    taken = [
        f"cannot listen on {host}:{port}: the port is taken; choose another by {PREFIX}{setting}"
        for setting, (host, port) in wanted.items()
        if not _is_free(host, port)
    ]
    ports = [port for _, port in wanted.values()]
    if len(set(ports)) < len(ports):
        taken.append(f"cannot use one port twice: {', '.join(PREFIX + name for name in wanted)} must differ")
    if taken:
        raise ConflictError("\n".join(taken))


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody uses now."""
    with ExitStack() as held:
        sockets = [held.enter_context(closing(socket.socket())) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return tuple(one.getsockname()[1] for one in sockets)


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has just been closed is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
