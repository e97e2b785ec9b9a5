"""Bodies of requests as the command line is given them: a file of JSON, and options that are put into it."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.client import Json

NamedValues = Annotated[
    list[str], typer.Option(metavar="NAME=VALUE", help="May be repeated. VALUE is text or JSON; null removes NAME.")
]

STDIN = Path("-")


def setting(given: str) -> tuple[str, Any]:
    """``NAME=VALUE``: what is not JSON is text."""
    name, separator, value = given.partition("=")
    if not name or not separator:
        raise InvalidInputError(f"cannot read {given}: give NAME=VALUE, e.g. site=south")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def body_in(request: Path) -> Json:
    """The JSON object in a file; ``-`` is what comes in on stdin."""
    try:
        body: Any = json.loads(sys.stdin.read() if request == STDIN else request.read_text())
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"cannot read the request {request}: {error}") from error
    if not isinstance(body, dict):
        raise InvalidInputError(f"cannot use the request {request}: it is not a JSON object")
    return body
