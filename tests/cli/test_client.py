"""`manoflow client`: the list of those who may call the API."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from manoflow.adapters.callers.static import StaticCallers
from manoflow.domain.errors import InvalidTokenError
from manoflow.runtime.cli.app import app


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clients.json"


def run(path: Path | None, *arguments: str) -> Result:
    environment = {"MANOFLOW_AUTH__CLIENTS_FILE": str(path) if path else ""}
    return CliRunner().invoke(app, ["client", *arguments], env=environment)


async def test_a_client_is_added_listed_and_removed(path: Path) -> None:
    added = run(path, "add", "osm")
    token = added.stdout.strip()
    assert (await StaticCallers(path).verify(token)).principal == "osm"
    assert token not in added.stderr
    assert "Authorization: Bearer" in added.stderr
    assert run(path, "add", "dashboard", "--read-only").exit_code == 0
    listed = json.loads(run(path, "list", "--json").stdout)
    assert [(one["name"], one["scopes"]) for one in listed] == [
        ("osm", "manoflow:write"),
        ("dashboard", "manoflow:read"),
    ]
    assert token not in run(path, "list").output
    assert run(path, "remove", "osm").exit_code == 0
    with pytest.raises(InvalidTokenError):
        await StaticCallers(path).verify(token)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["add", "osm"], "cannot add client osm: it is in"),
        (["remove", "portal"], "cannot remove client portal: it is not in"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(path: Path, arguments: list[str], complaint: str) -> None:
    run(path, "add", "osm")
    result = run(path, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(complaint)


def test_a_list_that_is_not_there_is_named(path: Path) -> None:
    assert run(path, "list").stderr.startswith(f"cannot read the client list {path}: there is no such file")
    told = "cannot tell where the client list is: set MANOFLOW_AUTH__CLIENTS_FILE"
    assert run(None, "list").stderr.startswith(told)
