"""What tests of descriptors share: proof that nothing leaves the machine."""

import socket
import urllib.request

import pytest


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would leave the machine fails the test."""

    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
