"""The record, on SQLAlchemy: SQLite where Manoflow runs by itself, PostgreSQL in production.

`migrate` brings a database to this release's tables, `keys_in_use` finds or makes the key for credentials,
`open_records` gives the port `manoflow.ports.records.Records`. `keys_rotated` and `rotate` change that key.
"""

from manoflow.adapters.records.key_file import keys_in_use, keys_rotated
from manoflow.adapters.records.migrating import migrate
from manoflow.adapters.records.rotating import Rotation, rotate
from manoflow.adapters.records.secrets import generate_key
from manoflow.adapters.records.sql import open_records

__all__ = ["Rotation", "generate_key", "keys_in_use", "keys_rotated", "migrate", "open_records", "rotate"]
