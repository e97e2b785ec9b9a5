"""`manoflow rotate-key`: the key that encrypts credentials at rest. It works on the database, not over the API."""

from rich.markup import escape

from manoflow.runtime.cli.command import command, out
from manoflow.runtime.settings import Settings


@command
async def rotate_key() -> None:
    """Encrypt all credentials in the record anew, with the first of MANOFLOW_SECRET_KEY or a new key in the home.

    Begin it again where it was interrupted.
    """
    from manoflow.runtime.rotation import rotate_key as run  # noqa: PLC0415 - databases are slow to import

    out.print(escape(await run(Settings.load())))
