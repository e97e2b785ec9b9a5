"""An OAuth2 authorization server as far as we see one: it signs access tokens and publishes its keys over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

ISSUER = "https://sso.example/realms/mano"
AUDIENCE = "manoflow"
HOUR = 3600


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """A key pair; the same for the same name, since making one is slow."""
    del name
    return rsa.generate_private_key(65537, bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """A key pair on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class AuthorizationServer:
    """What it publishes now, and how often it was asked."""

    url: str = ""
    status: int = 200
    document: Any = field(default_factory=lambda: {"keys": []})
    asked: int = 0

    def publish(self, **keys: PrivateKey) -> None:
        """Publish the public halves of these keys, and no others, under their names."""
        self.document = {"keys": [{**public(key), "kid": name, "use": "sig"} for name, key in keys.items()]}


def public(key: PrivateKey) -> dict[str, Any]:
    """The public half of a key, as a JWK."""
    if isinstance(key, rsa.RSAPrivateKey):
        return dict(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True))
    return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))


def claims(**changes: object) -> dict[str, Any]:
    """What a good token says; a change to None leaves the claim out."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "azp": "portal",
        "scope": "openid manoflow:write",
        "exp": time() + HOUR,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(key: PrivateKey, kid: str | None = "one", algorithm: str | None = None, **changes: Any) -> str:  # noqa: ANN401
    """An access token."""
    chosen = algorithm or ("RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256")
    return jwt.encode(claims(**changes), key, chosen, headers={"kid": kid} if kid else None)


@contextmanager
def publishing() -> Iterator[AuthorizationServer]:
    """Run the server on a port of loopback."""
    server = AuthorizationServer()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked += 1
            body = server.document if isinstance(server.document, bytes) else json.dumps(server.document).encode()
            self.send_response(server.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as listening:
        server.url = f"http://127.0.0.1:{listening.server_address[1]}/jwks"
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
