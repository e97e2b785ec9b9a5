"""Settings: what is derived, what is refused, and that another process reads the same."""

from pathlib import Path

import pytest

from manoflow.domain.errors import InvalidInputError
from manoflow.runtime.auth import AuthSettings
from manoflow.runtime.reference import page
from manoflow.runtime.settings import PREFIX, Settings

CLIENTS = {"MANOFLOW_AUTH__CLIENTS_FILE": "clients.json"}
JWKS = {
    "MANOFLOW_AUTH__JWKS_URL": "https://sso.example/keys",
    "MANOFLOW_AUTH__ISSUER": "https://sso.example",
    "MANOFLOW_AUTH__AUDIENCE": "manoflow",
}
SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)


def test_everything_follows_from_the_home_and_the_ports(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MANOFLOW_PORT", "8090")
    monkeypatch.setenv("MANOFLOW_TEMPORAL_PORT", "7243")
    settings = Settings.load()
    assert settings.home == tmp_path / ".manoflow"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/.manoflow/manoflow.db"
    assert settings.temporal_address == "127.0.0.1:7243"
    assert {settings.address, settings.url, settings.public_url} == {"http://127.0.0.1:8090"}


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_PORT", "")
    assert Settings.load().port == 8080


def test_a_group_is_set_variable_by_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_WORKER__STICKY_SECONDS", "3")
    monkeypatch.setenv("MANOFLOW_TIMINGS__CREATION__FIRST_RETRY", "0.5")
    monkeypatch.setenv("MANOFLOW_TIMINGS__CREATION__BUDGET", "null")
    settings, default = Settings.load(), Settings.model_fields["timings"].default
    assert settings.worker.sticky_seconds == 3
    assert settings.worker.grace_seconds == 5
    assert settings.timings.creation == default.creation.model_copy(update={"first_retry": 0.5, "budget": None})
    assert settings.timings.removal == default.removal


def test_another_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MANOFLOW_SECRET_KEY", "a key")
    monkeypatch.setenv("MANOFLOW_TIMINGS__QUICK__BUDGET", "7")
    ours = Settings(home=tmp_path, port=8090, public_url="https://mano.example/", fake_server_seconds=0.1)
    for name, value in ours.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings.load() == ours
    assert ours.public_url == "https://mano.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_served(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MANOFLOW_HOST", host)
    assert Settings.load().address == f"http://{f'[{host}]' if ':' in host else host}:8080"


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::", "mano.example"])  # noqa: S104 - refused
def test_nothing_but_loopback_is_served(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("MANOFLOW_HOST", host)
    with pytest.raises(InvalidInputError) as refused:
        Settings.load()
    assert refused.value.message == (
        f"cannot use MANOFLOW_HOST={host}: without authentication Manoflow serves loopback only; use 127.0.0.1, or set "
        "MANOFLOW_AUTH__CLIENTS_FILE or MANOFLOW_AUTH__JWKS_URL (docs/how-to/authenticate-callers.md tells how)"
    )


@pytest.mark.parametrize("host", ["10.0.0.1", "mano.example"])
@pytest.mark.parametrize("auth", [CLIENTS, JWKS])
def test_with_authentication_every_address_is_served(
    monkeypatch: pytest.MonkeyPatch, host: str, auth: dict[str, str]
) -> None:
    monkeypatch.setenv("MANOFLOW_HOST", host)
    for name, value in auth.items():
        monkeypatch.setenv(name, value)
    assert Settings.load().public_url == f"http://{host}:8080"


@pytest.mark.parametrize(("host", "here"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])  # noqa: S104 - that is tested
def test_no_link_begins_with_every_address(monkeypatch: pytest.MonkeyPatch, host: str, here: str) -> None:
    monkeypatch.setenv("MANOFLOW_AUTH__CLIENTS_FILE", "clients.json")
    monkeypatch.setenv("MANOFLOW_HOST", host)
    with pytest.raises(InvalidInputError, match="cannot use MANOFLOW_PUBLIC_URL=: give the URL"):
        Settings.load()
    monkeypatch.setenv("MANOFLOW_PUBLIC_URL", "https://mano.example")
    settings = Settings.load()
    assert (settings.public_url, settings.url) == ("https://mano.example", f"http://{here}:8080")
    assert settings.address == settings.url


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({**CLIENTS, **JWKS}, "cannot use MANOFLOW_AUTH__JWKS_URL=https://sso.example/keys: callers are verified by"),
        ({"MANOFLOW_AUTH__JWKS_URL": "https://sso.example/keys"}, "cannot use MANOFLOW_AUTH__ISSUER=: it is needed"),
        ({"MANOFLOW_AUTH__JWKS_URL": "https://sso.example/keys"}, "cannot use MANOFLOW_AUTH__AUDIENCE=: it is needed"),
        ({**JWKS, "MANOFLOW_AUTH__JWKS_URL": "http://sso.example/keys"}, "keys are trusted that come over https"),
        ({**JWKS, "MANOFLOW_AUTH__JWKS_URL": "/keys"}, "keys are trusted that come over https"),
        ({"MANOFLOW_AUTH__LEEWAY_SECONDS": "-1"}, "cannot use MANOFLOW_AUTH__LEEWAY_SECONDS=-1: "),
    ],
)
def test_half_an_authentication_is_refused(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], complaint: str
) -> None:
    for name, value in changes.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InvalidInputError) as refused:
        Settings.load()
    assert complaint in refused.value.message


def test_keys_may_come_from_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**JWKS, "MANOFLOW_AUTH__JWKS_URL": "http://127.0.0.1:9000/keys"}.items():
        monkeypatch.setenv(name, value)
    assert Settings.load().auth.is_set


def test_servers_are_not_given_the_token_of_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_TOKEN", "a-token")
    settings = Settings.load()
    assert "a-token" not in str(settings.environment()) + repr(settings)


def test_what_is_given_in_code_wins_in_other_processes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_AUTH__CLIENTS_FILE", "clients.json")
    ours = Settings(auth=AuthSettings())
    for name, value in ours.environment().items():
        monkeypatch.setenv(name, value)
    assert not Settings.load().auth.is_set


def test_everything_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MANOFLOW_PORT", "http")
    monkeypatch.setenv("MANOFLOW_LOG_LEVEL", "loud")
    monkeypatch.setenv("MANOFLOW_WORKER__GRACE_SECONDS", "-1")
    with pytest.raises(InvalidInputError) as refused:
        Settings.load()
    for variable in ("MANOFLOW_PORT=http", "MANOFLOW_LOG_LEVEL=loud", "MANOFLOW_WORKER__GRACE_SECONDS=-1"):
        assert f"cannot use {variable}: " in refused.value.message


def test_the_page_of_settings_is_up_to_date() -> None:
    assert SETTINGS_PAGE.read_text() == page(), f"write it anew: python -m manoflow.runtime.reference > {SETTINGS_PAGE}"
