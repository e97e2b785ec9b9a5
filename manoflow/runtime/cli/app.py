"""The whole command line: its nouns and what holds for all of them."""

from importlib.metadata import version
from typing import Annotated

import typer

from manoflow.runtime.cli import client, demo, keys, op, pkg, plan, processes, reports, vim, vnf
from manoflow.runtime.cli.command import out

app = typer.Typer(
    name="manoflow",
    help="An NFV orchestrator whose every lifecycle operation is a durable workflow.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command("up")(processes.up)
app.command("api")(processes.api)
app.command("worker")(processes.worker)
app.command("migrate")(processes.migrate)
app.command("rotate-key")(keys.rotate_key)
app.command("demo")(demo.demo)
app.command("reports")(reports.reports)
app.add_typer(vim.app, name="vim")
app.add_typer(pkg.app, name="pkg")
app.add_typer(vnf.app, name="vnf")
app.add_typer(op.app, name="op")
app.add_typer(plan.app, name="plan")
app.add_typer(client.app, name="client")


def _say_version(wanted: bool) -> None:  # noqa: FBT001 - the value of an option
    if wanted:
        out.print(f"manoflow {version('manoflow')}")
        raise typer.Exit


@app.callback()
def root(
    *,
    url: Annotated[
        str | None,
        typer.Option(envvar="MANOFLOW_URL", help="The API to talk to.", show_default="that of MANOFLOW_PORT"),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Hold the options that stand before the noun."""
