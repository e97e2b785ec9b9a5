"""The record and the VIMs in it, opened as the settings say: what every process of ours needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from manoflow.adapters.records import key_in, open_records
from manoflow.adapters.vim.registered import RegisteredVims
from manoflow.ports.records import Records
from manoflow.runtime.home import make_home
from manoflow.runtime.settings import Settings


@asynccontextmanager
async def recorded(settings: Settings) -> AsyncIterator[tuple[Records, RegisteredVims]]:
    """The record, with the key that decrypts credentials, and drivers for its VIMs."""
    make_home(settings)
    secret = settings.secret_key
    key = secret.get_secret_value() if secret is not None else key_in(settings.home / "secret.key")
    records = open_records(settings.database_url, key)
    vims = RegisteredVims(records)
    try:
        yield records, vims
    finally:
        await vims.close()
        await records.close()
