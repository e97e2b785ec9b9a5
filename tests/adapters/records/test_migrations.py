"""Migrations lead from nothing to the tables of this release."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from manoflow.adapters.records import migrate, open_records, tables
from manoflow.adapters.records.columns import metadata
from manoflow.adapters.records.migrating import SCRIPTS
from manoflow.domain.errors import PermanentError
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY


def indexes(database: Path) -> set[tuple[str, str]]:
    """Every index as its statement says, with its condition: what Alembic does not compare."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        found = {(name, " ".join(sql.split())) for name, sql in rows}
    connection.close()
    return found


def config(connection: Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    made.attributes["connection"] = connection
    return made


def test_the_migrations_lead_to_the_tables_as_declared(database: Path, tmp_path: Path) -> None:
    declared = tmp_path / "declared.db"
    migrated_engine, declared_engine = create_engine(f"sqlite:///{database}"), create_engine(f"sqlite:///{declared}")
    with migrated_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    metadata.create_all(declared_engine)
    migrated_engine.dispose()
    declared_engine.dispose()
    assert indexes(database) == indexes(declared)
    assert tables.occurrences.name in metadata.tables


def test_the_migrations_are_one_line(database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        scripts = ScriptDirectory.from_config(config(connection))
    engine.dispose()
    assert [script.revision for script in scripts.walk_revisions()] == ["0001"]


async def test_migrating_again_changes_nothing(records: Records, url: str, instance: VnfInstance) -> None:
    await migrate(url)
    assert await records.instances() == [instance]


async def test_a_database_of_a_newer_release_is_left_alone(database: Path, url: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(PermanentError, match=r"cannot upgrade the record in .*9999.*newer release"):
        await migrate(url)
    records = open_records(url, KEY)
    await records.check()
    await records.close()


def test_the_way_back_leaves_nothing(database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        downgrade(config(connection), "base")
        left = (
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").scalars().all()
        )
    engine.dispose()
    assert left == ["alembic_version"]
