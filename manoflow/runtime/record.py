"""The record and the VIMs in it, opened as the settings say: what every process of ours needs."""

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from manoflow.adapters.records import keys_in_use, open_records
from manoflow.adapters.vim.registered import RegisteredVims
from manoflow.ports.records import Records
from manoflow.runtime.home import make_home
from manoflow.runtime.settings import Settings


@asynccontextmanager
async def recorded(settings: Settings) -> AsyncIterator[tuple[Records, RegisteredVims]]:
    """The record, with the keys that decrypt credentials, and drivers for its VIMs."""
    make_home(settings)
    with _keys(settings) as keys:
        records = open_records(settings.database_url, keys)
        vims = RegisteredVims(records)
        try:
            yield records, vims
        finally:
            await vims.close()
            await records.close()


def key_file(settings: Settings) -> Path:
    """Where the keys for credentials are, where no setting names them."""
    return settings.home / "secret.key"


def _keys(settings: Settings) -> AbstractContextManager[str]:
    named = settings.secret_key
    return keys_in_use(key_file(settings)) if named is None else nullcontext(named.get_secret_value())
