"""A credential that is easy to recognise, and a cloud that repeats every credential it is shown."""

import base64
import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CANARY = "canary-7d1f0c44b9e2"

BASE64 = tuple(base64.b64encode(b" " * shift + CANARY.encode())[4 if shift else 0 : -4] for shift in range(3))
"""How it looks inside of base64, at each of the three places that a letter may have in it."""


def sings(content: bytes) -> bool:
    """Whether the canary can be read from this, as it is or in base64."""
    return CANARY.encode() in content or any(form in content for form in BASE64)


@dataclass
class Parrot:
    """A Keystone that refuses every login and says why: with the request, word for word."""

    url: str
    heard: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def parrot() -> Iterator[Parrot]:
    """Serve on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Repeating)
    server.parrot = Parrot(f"http://127.0.0.1:{server.server_port}/v3")  # type: ignore[attr-defined]
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield server.parrot  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


class _Repeating(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.parrot.heard.append(said)  # type: ignore[attr-defined]
        answer = json.dumps({"error": {"code": 400, "title": "Bad Request", "message": f"bad: {said.decode()}"}})
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""
