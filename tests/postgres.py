"""A PostgreSQL server for the tests: Debian's own, on a folder and a port of its own.

Nothing of the machine's is used but the programs of the package `postgresql`. They refuse to run as root, so root
starts them as `postgres` or `nobody`. The server dies with the process that started it, also by SIGKILL. It promises
nobody to outlive the machine (no fsync), but what is committed outlives the server.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwnam, struct_passwd
from uuid import uuid4

import asyncpg

from manoflow.runtime.stack.ports import LOOPBACK, free_ports
from tests.runtime.waiting import runs, wait_until

INSTALLED = Path("/usr/lib/postgresql")
"""Where Debian keeps the programs of each version."""
MISSING = "PostgreSQL is not installed (apt-get install postgresql)"
ROLE = "manoflow"
PASSWORD = "made-up"
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "deadlock_timeout": "200ms",
}
STARTS_WITHIN = 60.0

OF_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
CLEAR = """
SET session_replication_role = replica;
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', one);
    END LOOP;
END $$
"""
"""Without the checks of foreign keys the order does not matter."""


def programs() -> Path | None:
    """The folder of the newest installed server's programs; None where there is none."""
    if sys.platform != "linux" or shutil.which("setpriv") is None:
        return None
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda program: float(program.parts[-3]))
    return found[-1].parent if found else None


@contextlib.contextmanager
def server(programs: Path) -> Iterator["Postgres"]:
    """A server that runs; nothing of it is left afterwards."""
    # Not in pytest's folders: only their owner may enter those.
    folder = Path(tempfile.mkdtemp(prefix="manoflow-postgres-"))
    made = Postgres(programs, folder, free_ports(1)[0])
    try:
        made.initialise()
        made.start()
        made.run(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@dataclass
class Postgres:
    """A server on loopback, and a role of ours in it that is no superuser."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """What settings call a database."""
        return f"postgresql://{ROLE}:{PASSWORD}@{LOOPBACK}:{self.port}/{database}"

    def create(self) -> str:
        """Make an empty database; gives its name."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name} OWNER {ROLE}")
        return name

    def serving(self, name: str) -> list[int]:
        """The server's processes that serve connections to a database."""
        pids = self.run(f"SELECT pid {OF_OTHERS}", name)
        return [int(pid) for pid in pids]

    def cut_off(self, name: str) -> None:
        """End all connections to a database."""
        self.run(f"SELECT pg_terminate_backend(pid) {OF_OTHERS}", name)

    async def clear(self, name: str) -> None:
        """End all connections to a database and empty its tables: ten times as fast as a new one.

        Connections end asynchronously; the deletions wait for what they hold locked.
        """
        superuser = self.url(name).replace(f"{ROLE}:", "postgres:")
        connection = await asyncpg.connect(superuser)
        await connection.execute(f"SELECT pg_terminate_backend(pid) {OF_OTHERS}")
        await connection.execute(CLEAR)
        await connection.close()

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> list[str]:
        """Run a statement as the superuser; gives its rows as text."""
        ended = subprocess.run(
            [str(self.programs / "psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--quiet",
             "--set=ON_ERROR_STOP=1", f"--command={statement}",
             f"postgresql://postgres:{PASSWORD}@{LOOPBACK}:{self.port}/{database}"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.splitlines()

    def stored(self, name: str) -> bytes:
        """The files of a database as they are on the disk now."""
        self.run("CHECKPOINT")
        (number,) = self.run("SELECT oid FROM pg_database WHERE datname = current_database()", name)
        files = (self.folder / "data" / "base" / number).iterdir()
        return b"".join(file.read_bytes() for file in files)

    def initialise(self) -> None:
        """Make the files of the cluster."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if user := _user():
            for path in (self.folder, secret):
                os.chown(path, user.pw_uid, user.pw_gid)
        subprocess.run(
            [*_unprivileged(), str(self.programs / "initdb"), "--pgdata", self._data, "--no-sync",
             "--encoding=UTF8", "--locale=C.UTF-8", "--username=postgres", f"--pwfile={secret}",
             "--auth=scram-sha-256"],
            check=True, stdout=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, also again after its end; returns when it takes connections."""
        settings = {**SETTINGS, "port": str(self.port)}
        command = [str(self.programs / "postgres"), "-D", self._data]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_unprivileged("--pdeathsig", "QUIT"), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        wait_until(self._answers, STARTS_WITHIN)

    def kill(self) -> None:
        """SIGKILL to the server; returns when its children have noticed and ended, too."""
        assert self.process is not None
        children = [int(pid) for pid in self.run("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()")]
        self.process.kill()
        self.process.wait()
        wait_until(lambda: not any(runs(pid) for pid in children))

    def stop(self) -> None:
        """End it at once, and everybody's connections with it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait()

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "log").read_text()
        asking = [str(self.programs / "pg_isready"), "--quiet", f"--host={LOOPBACK}", f"--port={self.port}"]
        return subprocess.run(asking, check=False).returncode == 0

    @property
    def _data(self) -> str:
        return str(self.folder / "data")


def _unprivileged(*options: str) -> list[str]:
    """How a command begins that must not run as root."""
    user = _user()
    become = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"] if user else []
    return ["setpriv", *become, *options] if become or options else []


def _user() -> struct_passwd | None:
    """Who runs the server where we are root."""
    if os.geteuid() != 0:
        return None
    try:
        return getpwnam("postgres")
    except KeyError:
        return getpwnam("nobody")
