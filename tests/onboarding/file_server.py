"""A server that packages are fetched from, over real HTTP, and that does what a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass
class FileServer:
    """What it answers, and what it was asked."""

    url: str = ""
    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    token: bytes = b'{"access_token": "t0ken", "token_type": "Bearer"}'
    cut_off: int = 0
    """So many answers break off in the middle."""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    """Method, path, headers and body of each request."""


@contextmanager
def file_server() -> Iterator[FileServer]:
    """Serve on a port of its own."""
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._note(b"")
            self.send_response(state.status)
            length = {"Content-Length": str(len(state.content))}
            for name, value in {**length, **state.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            cut = len(state.content) // 2 if state.cut_off > 0 else len(state.content)
            state.cut_off -= 1
            self.wfile.write(state.content[:cut])

        def do_POST(self) -> None:
            self._note(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(state.token)))
            self.end_headers()
            self.wfile.write(state.token)

        def _note(self, body: bytes) -> None:
            state.asked.append((self.command, self.path, dict(self.headers), body))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
