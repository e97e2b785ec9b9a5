"""The command line, run in this process against a stack of real processes."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from manoflow.runtime.cli.app import app
from tests.packages import EXAMPLES
from tests.runtime.running import Up, new_settings, running

EXAMPLE = EXAMPLES / "single-vdu"
REQUEST = str(EXAMPLE / "instantiate.json")

Run = Callable[..., str]
"""Runs a command; gives what it printed. `code`: the exit code that it must have, 0 if not given."""


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    with running(new_settings(tmp_path_factory.mktemp("cli") / "home")) as one:
        yield one


@pytest.fixture(scope="session")
def manoflow(up: Up) -> Run:
    return command_line({"MANOFLOW_URL": up.settings.address})


def command_line(environment: dict[str, str]) -> Run:
    """Both outputs come in one text: where an answer goes is `test_output`'s concern."""

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, arguments, env=environment)
        assert (result.exit_code, "Traceback" in result.output) == (code, False), result.output
        return result.output

    return run


def answered(printed: str) -> Any:  # noqa: ANN401 - JSON
    """What is printed with ``--json``, between warnings."""
    return json.JSONDecoder().raw_decode(printed, min(printed.find(start) % len(printed) for start in "{["))[0]


@pytest.fixture(scope="session")
def package(manoflow: Run) -> str:
    return str(answered(manoflow("pkg", "upload", str(EXAMPLE), "--json"))["id"])


@pytest.fixture
def vnf(manoflow: Run, package: str) -> str:
    return manoflow("vnf", "create", "--package", package, "--name", f"probe-{uuid4().hex[:6]}").strip()
