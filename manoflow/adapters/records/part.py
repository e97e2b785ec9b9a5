"""What every part of the record is made with."""

from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.secrets import Keyring


class Part:
    """Base of the parts: each serves one of the protocols of `manoflow.ports.records`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        """`database` is one tenant's; `keyring` opens what is encrypted in it."""
        self._database = database
        self._keyring = keyring
