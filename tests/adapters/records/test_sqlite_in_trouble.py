"""When SQLite does not answer: the errors of the port, and nothing half written."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event

from manoflow.adapters.records import migrate, open_records, sqlite
from manoflow.domain.errors import InvalidInputError, UnreachableError
from manoflow.domain.journal import Entry
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.run import Run
from tests.reference import reference_package


@pytest.fixture
def url(sqlite_url: str) -> str:
    """SQLite, whatever the option says."""
    return sqlite_url


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://user:hidden@host/db", "sqlite://", "sqlite:///:memory:"])
def test_a_url_of_no_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot use the database URL.*sqlite:///.*postgresql:///") as refusal:
        open_records(url, KEY)
    assert "hidden" not in refusal.value.message


async def test_a_database_in_no_folder_is_out_of_reach(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/missing/records.db"
    records = open_records(url, KEY)
    for asking in (records.check(), records.packages(), records.add_package(reference_package()), migrate(url)):
        with pytest.raises(UnreachableError, match=r"cannot reach the record in .*missing/records.db"):
            await asking
    await records.close()


async def test_a_database_without_tables_is_not_ready(tmp_path: Path) -> None:
    records = open_records(f"sqlite:///{tmp_path}/empty.db", KEY)
    with pytest.raises(UnreachableError, match="no such table"):
        await records.check()
    await records.close()


async def test_a_file_that_is_no_database_is_out_of_reach(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_text("not a database " * 100)
    records = open_records(f"sqlite:///{path}", KEY)
    with pytest.raises(UnreachableError, match="not a database"):
        await records.check()
    await records.close()


async def test_whoever_waits_too_long_for_another_writer_may_try_again(
    sqlite_database: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    records = open_records(url, KEY)
    other = sqlite3.connect(sqlite_database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnreachableError, match="database is locked"):
        await records.add_package(reference_package())
    assert await records.packages() == []
    other.execute("ROLLBACK")
    other.close()
    await records.add_package(reference_package())
    await records.close()


async def test_whoever_waits_for_another_writer_gets_his_turn(sqlite_database: Path, url: str) -> None:
    records = open_records(url, KEY)
    other = sqlite3.connect(sqlite_database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(records.add_package(reference_package()))
    assert await records.packages() == []
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert len(await records.packages()) == 1
    await records.close()


async def test_a_full_disk_is_told_and_loses_nothing(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.write(done=[Entry(key="small", value="kept")])
    engine = records._database._engine  # type: ignore[attr-defined]
    async with engine.connect() as connection:
        pages = await connection.exec_driver_sql("PRAGMA page_count")
        limit = pages.scalar_one() + 1

    def shrink(dbapi_connection: sqlite3.Connection, *_: object) -> None:
        dbapi_connection.execute(f"PRAGMA max_page_count = {limit}").close()

    event.listen(engine.sync_engine, "checkout", shrink)
    with pytest.raises(UnreachableError, match="database or disk is full"):
        await run.write(done=[Entry(key="large", value="x" * 100_000)])
    assert (await run.claim()).journal.done == ("small",)
    await run.write(done=[Entry(key="after", value="small again")])


async def test_more_readers_than_connections_are_all_served(records: Records) -> None:
    answers = await asyncio.gather(*(records.packages() for _ in range(100)))
    assert [len(packages) for packages in answers] == [1] * 100
