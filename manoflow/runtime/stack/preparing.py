"""What must be there before a stack serves anybody: the record's tables, the fake VIM, a Temporal that answers.

It is a process of its own, ``python -m manoflow.runtime.stack.preparing``: the supervisor (`embedded`) lives as long as
its stack, and need not hold databases and SDKs in memory for it.
"""

import asyncio
import sys

from manoflow.adapters.records import migrate
from manoflow.domain.errors import ManoError
from manoflow.runtime.namespace import namespace_answers
from manoflow.runtime.record import recorded
from manoflow.runtime.settings import Settings
from manoflow.runtime.stack.cloud import offer_fake_vim


async def prepare(settings: Settings) -> None:
    """Make what is not there yet, and wait for Temporal; the caller sets the bound."""
    await migrate(settings.database_url)
    async with recorded(settings) as (records, _):
        await offer_fake_vim(records, settings)
    await namespace_answers(settings)


def main() -> None:
    """Prepare by the settings of the environment; what cannot be done is said on stderr."""
    try:
        asyncio.run(prepare(Settings.load()))
    except ManoError as error:
        sys.exit(error.message)


if __name__ == "__main__":
    main()
