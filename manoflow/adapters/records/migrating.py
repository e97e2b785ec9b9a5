"""Brings a database to the tables of this release: Alembic, driven from here, so nobody needs its ini file.

Migrations are in `migrations/versions`. All of an upgrade is one transaction. Of several processes that migrate at once
one does, and the others wait for it and find nothing left to do.
"""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from manoflow.adapters.records.engine import Transaction, engine_for, in_our_words
from manoflow.adapters.records.sqlite import WRITES
from manoflow.domain.errors import PermanentError

SCRIPTS = "manoflow.adapters.records:migrations"
MIGRATION = "migration"
"""The turn of whoever migrates."""


async def migrate(url: str) -> None:
    """Create or upgrade the tables; a database that is up to date stays as it is.

    Raises `UnreachableError` where the database does not answer, `PermanentError` where a newer release upgraded it.
    """
    engine = engine_for(url, unhurried=True)
    writer = engine.execution_options(**{WRITES: True})
    try:
        with in_our_words(engine.url):
            async with writer.begin() as connection:
                await Transaction(connection, MIGRATION).take_turn(MIGRATION)
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise PermanentError(
            f"cannot upgrade the record in {connection.engine.url.render_as_string()}: {error}; "
            "was it upgraded by a newer release of Manoflow? Then run that one"
        ) from error
