"""Migrations lead from nothing to the tables of this release."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from manoflow.adapters.records import migrate, open_records, tables
from manoflow.adapters.records.columns import metadata
from manoflow.adapters.records.engine import engine_for
from manoflow.adapters.records.migrating import SCRIPTS
from manoflow.adapters.records.sqlite import WRITES
from manoflow.domain.errors import PermanentError
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    " AND tablename <> 'alembic_version'",
}

T = TypeVar("T")


@pytest.fixture
async def url(fresh_url: str) -> str:
    """A migrated database that the test may change at will."""
    await migrate(fresh_url)
    return fresh_url


async def on(url: str, work: Callable[[Connection], T]) -> T:
    """Do something on a connection to a database."""
    engine = engine_for(url)
    async with engine.execution_options(**{WRITES: True}).begin() as connection:
        done = await connection.run_sync(work)
    await engine.dispose()
    return done


def indexes(connection: Connection) -> set[tuple[str, str]]:
    """Every index as its statement says, with its condition: what Alembic does not compare."""
    rows = connection.exec_driver_sql(INDEXES[connection.dialect.name]).all()
    return {(name, " ".join(statement.split())) for name, statement in rows}


def config(connection: Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    made.attributes["connection"] = connection
    return made


async def test_the_migrations_lead_to_the_tables_as_declared(url: str) -> None:
    def differences(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)

    assert await on(url, differences) == []
    migrated = await on(url, indexes)
    await on(url, lambda connection: downgrade(config(connection), "base"))
    await on(url, metadata.create_all)
    assert await on(url, indexes) == migrated
    assert tables.occurrences.name in metadata.tables


async def test_the_migrations_are_one_line(url: str) -> None:
    scripts = await on(url, lambda connection: ScriptDirectory.from_config(config(connection)))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]
    assert "0004" in revisions


async def test_migrating_again_changes_nothing(records: Records, url: str, instance: VnfInstance) -> None:
    await migrate(url)
    assert await records.instances() == [instance]


async def test_of_those_who_migrate_at_once_one_does(fresh_url: str) -> None:
    await asyncio.gather(*(migrate(fresh_url) for _ in range(4)))
    assert await on(fresh_url, lambda connection: inspect(connection).has_table(tables.reports.name))


async def test_a_database_of_a_newer_release_is_left_alone(url: str) -> None:
    newer = "UPDATE alembic_version SET version_num = '9999'"
    await on(url, lambda connection: connection.exec_driver_sql(newer))
    with pytest.raises(PermanentError, match=r"cannot upgrade the record in .*9999.*newer release"):
        await migrate(url)
    records = open_records(url, KEY)
    await records.check()
    await records.close()


async def test_the_way_back_leaves_nothing(url: str) -> None:
    await on(url, lambda connection: downgrade(config(connection), "base"))
    assert await on(url, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]
