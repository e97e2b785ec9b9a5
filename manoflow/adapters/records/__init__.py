"""The record, on SQLAlchemy: SQLite where Manoflow runs by itself, PostgreSQL in production.

`migrate` brings a database to this release's tables, `key_in` finds or makes the key for credentials, `open_records`
gives the port `manoflow.ports.records.Records`.
"""

from manoflow.adapters.records.migrating import migrate
from manoflow.adapters.records.secrets import generate_key, key_in
from manoflow.adapters.records.sql import open_records

__all__ = ["generate_key", "key_in", "migrate", "open_records"]
