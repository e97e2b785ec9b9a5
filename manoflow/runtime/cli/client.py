"""`manoflow client`: who may call the API, where a list of clients says so. It works on the file, not over the API."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from manoflow.adapters.callers.client_list import add_client, read_clients, remove_client
from manoflow.domain.base import rfc3339
from manoflow.domain.callers import Scope
from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.cli.command import AsJson, command, errors, listed, show
from manoflow.runtime.settings import PREFIX, Settings

app = typer.Typer(help="Clients: who may call the API (the file of MANOFLOW_AUTH__CLIENTS_FILE).", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the client.")]


@app.command()
@command
def add(
    name: Name,
    *,
    read_only: Annotated[bool, typer.Option("--read-only", help="It may read and change nothing.")] = False,
) -> None:
    """Let a client in. Its token is printed, alone on stdout, this once: only its hash is kept."""
    scope = Scope.READ if read_only else Scope.WRITE
    token = add_client(_file(), name, frozenset({scope}))
    typer.echo(token)
    errors.print(f"[dim]client {escape(name)} is added with {scope}; it sends: Authorization: Bearer TOKEN[/dim]")


@app.command("list")
@command
def list_(*, as_json: AsJson = False) -> None:
    """List the clients. Their tokens are not known."""
    clients = [
        {"name": client.name, "scopes": " ".join(sorted(client.scopes)), "addedAt": rfc3339(client.added_at)}
        for client in read_clients(_file())
    ]
    columns = {"name": "name", "scopes": "scopes", "added": "addedAt"}
    show(clients, listed(clients, columns, nothing="no client yet: `manoflow client add NAME`"), as_json=as_json)


@app.command()
@command
def remove(name: Name) -> None:
    """Let a client in no more, from its next request on."""
    remove_client(_file(), name)
    errors.print(f"[dim]client {escape(name)} is removed[/dim]")


def _file() -> Path:
    file = Settings.load().auth.clients_file
    if file is None:
        raise InvalidInputError(
            f"cannot tell where the client list is: set {PREFIX}AUTH__CLIENTS_FILE, here and for the API"
        )
    return file
