"""The databases that tests keep their record in: SQLite, or PostgreSQL with ``--record=postgresql``.

Everything that uses a record takes `database_url`, a migrated database of its own, and so runs on both. Tests of what
only one of them does take `sqlite_database` or `postgres_url`, whatever the option says.
"""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path

import pytest

from manoflow.adapters.records import migrate
from tests.postgres import MISSING, Postgres, programs, server

VARIABLE = "MANOFLOW_TEST_RECORD"
URLS = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}
"""The fixture for each choice."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option."""
    parser.addoption(
        "--record",
        choices=tuple(URLS),
        default=os.environ.get(VARIABLE, "sqlite"),
        help=f"database that tests keep their record in (default: ${VARIABLE}, else sqlite)",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of the session's own. Skips where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    with server(found) as running:
        yield running


@pytest.fixture(scope="session")
async def postgres_lent(postgres: Postgres) -> str:
    """The migrated database that one test after the other gets empty."""
    name = postgres.create()
    await migrate(postgres.url(name))
    return name


@pytest.fixture
async def postgres_database(postgres: Postgres, postgres_lent: str) -> str:
    """The name of a migrated, empty database."""
    await postgres.clear(postgres_lent)
    return postgres_lent


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_database: str) -> str:
    """Its URL."""
    return postgres.url(postgres_database)


@pytest.fixture(scope="session")
async def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that nobody writes to."""
    path = tmp_path_factory.mktemp("records") / "empty.db"
    await migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Path:
    """A migrated, empty database file."""
    return Path(shutil.copy(sqlite_template, tmp_path / "records.db"))


@pytest.fixture
def sqlite_url(sqlite_database: Path) -> str:
    """Its URL."""
    return f"sqlite:///{sqlite_database}"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of the kind that the option names."""
    url: str = request.getfixturevalue(URLS[request.config.getoption("--record")])
    return url


@pytest.fixture
async def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of that kind without tables, for tests that change more than rows."""
    if request.config.getoption("--record") == "sqlite":
        yield f"sqlite:///{tmp_path}/fresh.db"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def stored(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Callable[[], bytes]:
    """Everything that is on the disk of that database now."""
    if database_url.startswith("sqlite"):
        return lambda: _content(tmp_path.glob("records.db*"))
    postgres: Postgres = request.getfixturevalue("postgres")
    return lambda: postgres.stored(database_url.rpartition("/")[2])


def _content(files: Iterable[Path]) -> bytes:
    return b"".join(file.read_bytes() for file in files)
