"""Ports on loopback: free ones for a stack of its own, and a clear word about taken ones."""

import random
import socket
from contextlib import closing
from itertools import islice

from manoflow.domain.errors import ConflictError
from manoflow.runtime.settings import PREFIX, Settings

LOOPBACK = "127.0.0.1"
BELOW_EPHEMERAL = range(20000, 32000)
"""Linux gives outgoing connections ports from 32768 on, other systems from 49152."""


def require_free_ports(settings: Settings) -> None:
    """Raise `ConflictError` naming every port that the stack needs and that is taken, and the setting that moves it."""
    wanted = {
        "PORT": (settings.host, settings.port),
        "TEMPORAL_PORT": (LOOPBACK, settings.temporal_port),
        "UI_PORT": (LOOPBACK, settings.ui_port),
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
    """Ports that nobody listens on now, and that no outgoing connection will be given before they are used."""
    candidates = random.SystemRandom().sample(BELOW_EPHEMERAL, k=len(BELOW_EPHEMERAL))
    return tuple(islice((port for port in candidates if _is_free(LOOPBACK, port)), count))


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what has just been closed is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True
