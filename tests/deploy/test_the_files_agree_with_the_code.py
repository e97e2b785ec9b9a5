"""docker-compose.yml and Dockerfile name nothing that the code, the repository or the how-to does not know."""

import json
import re
import shlex
import tomllib
from typing import Any, cast

import click
import pytest
import typer.main
from fastapi.routing import APIRoute

from api.health import router as health
from manoflow.runtime.cli.app import app
from manoflow.runtime.reference import page
from manoflow.runtime.settings import Settings
from tests.deploy.compose import FILE, OURS, ROOT, compose, variables

VALUES = {
    "MANOFLOW_DATABASE_PASSWORD": "one",
    "TEMPORAL_DATABASE_PASSWORD": "two",
    "MANOFLOW_SECRET_KEY": "three",
}
"""The whole of a least `.env`."""
HOW_TO = ROOT / "docs" / "how-to" / "run-in-production.md"
PINNED = re.compile(r"[a-z/-]+:\d+(\.\d+)+(-[a-z0-9]+)*")

COMMANDS = set(cast("click.Group", typer.main.get_command(app)).commands)
SETTINGS = set(re.findall(r"`(MANOFLOW_[A-Z_]+)`", page()))


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = compose(VALUES)["services"]
    return found


@pytest.fixture
def ours(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if service["image"].startswith(OURS)}


@pytest.fixture
def instructions() -> list[tuple[str, str]]:
    """The Dockerfile: instruction and what follows it."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_every_image_is_pinned(services: dict[str, Any], instructions: list[tuple[str, str]]) -> None:
    bases = [rest.split()[0] for word, rest in instructions if word == "FROM"]
    for image in [*(service["image"] for service in services.values()), *bases]:
        assert PINNED.fullmatch(image), image
    assert len(set(bases)) == 1


def test_every_command_of_ours_exists(ours: dict[str, Any], instructions: list[tuple[str, str]]) -> None:
    assert {name: service["command"] for name, service in ours.items()} == {name: [name] for name in ours}
    assert set(ours) == {"migrate", "api", "worker"} <= COMMANDS
    said = dict(instructions)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert json.loads(said["ENTRYPOINT"])[0] in scripts
    assert json.loads(said["CMD"])[0] in COMMANDS


def test_every_variable_of_ours_is_a_setting(ours: dict[str, Any], instructions: list[tuple[str, str]]) -> None:
    named = {name for service in ours.values() for name in service["environment"]}
    named |= {pair.partition("=")[0] for word, rest in instructions if word == "ENV" for pair in shlex.split(rest)}
    assert {name for name in named if name.startswith("MANOFLOW_")} <= SETTINGS
    assert {"MANOFLOW_HOME", "MANOFLOW_DATABASE_URL", "MANOFLOW_TEMPORAL_ADDRESS", "MANOFLOW_SECRET_KEY"} <= named


def test_the_settings_of_each_process_are_accepted(ours: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for service in ours.values():
        with monkeypatch.context() as patch:
            for name, value in service["environment"].items():
                patch.setenv(name, value)
            settings = Settings.load()
        assert settings.database_url.startswith("postgresql://manoflow:one@database:5432/")
        assert settings.temporal_address.split(":")[0] == "temporal"
        assert settings.secret_key is not None


def test_the_api_serves_others_and_knows_its_callers(ours: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ours["api"]["environment"].items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert settings.host == "0.0.0.0"  # noqa: S104 - that of the container
    assert settings.auth.is_set
    (published,) = ours["api"]["ports"]
    assert published.split(":") == ["127.0.0.1", "8080", str(settings.port)]


def test_the_keys_of_an_authorization_server_can_take_the_place_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {
        "MANOFLOW_AUTH__CLIENTS_FILE": "",
        "MANOFLOW_AUTH__JWKS_URL": "https://sso.example/keys",
        "MANOFLOW_AUTH__ISSUER": "https://sso.example",
        "MANOFLOW_AUTH__AUDIENCE": "manoflow",
    }
    for name, value in compose({**VALUES, **keys})["services"]["api"]["environment"].items():
        monkeypatch.setenv(name, value)
    auth = Settings.load().auth
    assert (auth.clients_file, auth.jwks_url) == (None, keys["MANOFLOW_AUTH__JWKS_URL"])


def test_the_how_to_tells_every_variable_of_the_env_file() -> None:
    told = HOW_TO.read_text()
    assert {name for name in variables() if f"`{name}`" not in told} == set()
    assert set(VALUES) <= variables()


def test_whoever_is_waited_for_can_be(services: dict[str, Any]) -> None:
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            awaited = services[other]
            if how["condition"] == "service_healthy":
                assert awaited.get("healthcheck", {}).get("test"), other
            else:
                assert how["condition"] == "service_completed_successfully"
                assert awaited["restart"].startswith("on-failure"), f"{other} must end"


def test_what_is_mounted_is_declared_and_kept(services: dict[str, Any]) -> None:
    whole = compose(VALUES)
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    assert mounted == set(whole["volumes"])
    configs = {config["source"] for service in services.values() for config in service.get("configs", ())}
    assert configs == set(whole["configs"])
    homes = {volume for name in ("api", "worker") for volume in services[name]["volumes"]}
    assert homes == {f"home:{services['api']['environment']['MANOFLOW_HOME']}"}


def test_nothing_secret_stands_in_the_file() -> None:
    for line in FILE.read_text().splitlines():
        name, _, value = line.strip().partition(": ")
        if re.search(r"PASSWORD|PWD|SECRET", name):
            assert value.startswith("${"), line


def test_what_the_image_copies_is_there_and_is_all_that_is_needed(instructions: list[tuple[str, str]]) -> None:
    copied = {
        source
        for word, rest in instructions
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_in
    assert all((ROOT / path).exists() for path in copied)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {name for name in packages if "." not in name} <= copied


def test_the_image_runs_as_nobody_special_and_says_how_it_is(instructions: list[tuple[str, str]]) -> None:
    last = max(number for number, (word, _) in enumerate(instructions) if word == "FROM")
    final = instructions[last:]
    assert ("USER", "manoflow") in final
    assert not [rest for word, rest in final if word == "RUN" and re.search(r"apt|gcc|pip install", rest)]
    (probe,) = [rest for word, rest in final if word == "HEALTHCHECK"]
    asked = re.search(r"http://127\.0\.0\.1:8080(/\w+)", probe)
    assert asked
    assert asked[1] in {route.path for route in health.routes if isinstance(route, APIRoute)}


def test_the_image_is_made_of_locked_wheels_that_the_tests_ran_with(instructions: list[tuple[str, str]]) -> None:
    (installing,) = [rest for word, rest in instructions if word == "RUN" and ".lock" in rest]
    assert {"--require-hashes", "--only-binary"} <= set(installing.split())
    tested, shipped = (_pins(name) for name in ("requirements.lock", "requirements-image.lock"))
    assert shipped < tested
    assert not {name for name, _ in shipped} & {"pytest", "mypy", "ruff", "hypothesis"}


def _pins(lock: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
