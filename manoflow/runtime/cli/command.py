"""What every command shares: its way into asyncio, its errors, the API it talks to, its output."""

import asyncio
import functools
import inspect
import json
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.table import Table

from manoflow.domain.errors import ManoError
from manoflow.runtime.client import Api
from manoflow.runtime.settings import Settings

Given = ParamSpec("Given")

AsJson = Annotated[bool, typer.Option("--json", help="Print what the API answered, as JSON.")]

WIDE = 200
"""Columns of output that no person reads in a terminal."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def command(function: Callable[Given, Coroutine[Any, Any, None] | None]) -> Callable[Given, None]:
    """Make a command of a function or a coroutine function.

    What it cannot do is one red sentence on stderr and exit code 1.
    """

    @functools.wraps(function)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            result = function(*args, **kwargs)
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except ManoError as error:
            complain(error)
            raise typer.Exit(1) from error

    return run


def complain(error: ManoError) -> None:
    """Say on stderr why something could not be done."""
    errors.print(f"[red]{escape(error.message)}[/red]")


def api_of(context: typer.Context) -> Api:
    """The API that ``--url`` names, or else the settings; it is shown the settings' token."""
    given = context.find_root().params.get("url")
    settings = Settings.load()
    return Api(str(given).rstrip("/") if given else settings.url, settings.token)


def show(answer: object, view: RenderableType, *, as_json: bool) -> None:
    """Print an answer for a machine or for people."""
    if as_json:
        out.print_json(json.dumps(answer))
    else:
        out.print(view)


def listed(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, nothing: str) -> RenderableType:
    """A table of answers; `columns` are titles and names of attributes, with dots for inner ones."""
    if not rows:
        return f"[dim]{escape(nothing)}[/dim]"
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in columns:
        table.add_column(title, overflow="fold")  # an id that is cut off is no id
    for row in rows:
        table.add_row(*(escape(_text(row, path)) for path in columns.values()))
    return table


def described(answer: Mapping[str, Any], fields: Mapping[str, str]) -> RenderableType:
    """Titles and values of an answer's attributes, those that it has."""
    table = Table.grid(padding=(0, 2))
    for title, path in fields.items():
        if text := _text(answer, path):
            table.add_row(f"[bold]{title}[/bold]", escape(text))
    return table


def _text(answer: Mapping[str, Any], path: str) -> str:
    value: Any = answer
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)
