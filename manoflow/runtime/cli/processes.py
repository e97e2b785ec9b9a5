"""`manoflow up`, `manoflow api`, `manoflow worker`, `manoflow migrate`: the commands that are processes.

What a process needs is imported when it is run: the other commands start three times as fast without.
"""

from manoflow.runtime.cli.command import command, out
from manoflow.runtime.settings import Settings


@command
async def up() -> None:
    """Start Temporal, worker, API and a fake VIM here and keep them running; ctrl-C stops, `up` again goes on."""
    from manoflow.runtime.up import up as run  # noqa: PLC0415 - see the module's docstring

    await run(Settings.load(), out)


@command
async def api() -> None:
    """Run the API alone, for a Temporal server and a database that the settings name."""
    from manoflow.runtime.server import serve  # noqa: PLC0415 - see the module's docstring

    await serve(Settings.load())


@command
async def worker() -> None:
    """Run a worker alone, for a Temporal server and a database that the settings name."""
    from manoflow.runtime.worker import work  # noqa: PLC0415 - see the module's docstring

    await work(Settings.load())


@command
async def migrate() -> None:
    """Bring the database that the settings name to this release's tables; one that is up to date stays as it is."""
    from manoflow.adapters.records import migrate as run  # noqa: PLC0415 - see the module's docstring

    await run(Settings.load().database_url)
    out.print("the record is up to date")
