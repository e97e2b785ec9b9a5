"""The list of clients: tokens, hashes, and a file that changes under a running server."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from manoflow.adapters.callers.client_list import add_client, hash_of, read_clients, remove_client
from manoflow.adapters.callers.static import StaticCallers
from manoflow.domain.callers import Scope
from manoflow.domain.errors import (
    ConflictError,
    InvalidInputError,
    InvalidTokenError,
    NotFoundError,
    UnreachableError,
)

WRITE = frozenset({Scope.WRITE})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "clients.json"


def replaced(path: Path, text: str | None) -> str:
    """Give the file another text, or remove it; gives what it had."""
    before = path.read_text()
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    return before


async def test_a_client_is_known_by_its_token(path: Path) -> None:
    osm = add_client(path, "osm", WRITE)
    portal = add_client(path, "portal", frozenset({Scope.READ}))
    callers = StaticCallers(path)
    assert (await callers.verify(osm)).principal == "osm"
    assert (await callers.verify(portal)).scopes == {Scope.READ}


@pytest.mark.parametrize("shown", ["", "nonsense", "é", "\0", "x" * 60_000])
async def test_other_tokens_are_refused(path: Path, shown: str) -> None:
    token = add_client(path, "osm", WRITE)
    callers = StaticCallers(path)
    for wrong in (shown, f"{token}x", token[:-1], token.swapcase(), hash_of(token)):
        with pytest.raises(InvalidTokenError) as refused:
            await callers.verify(wrong)
        assert not wrong or wrong not in refused.value.message


def test_no_token_is_kept(path: Path) -> None:
    token = add_client(path, "osm", WRITE)
    assert len(token) == 43
    assert token not in path.read_text()
    assert [client.token_sha256 for client in read_clients(path)] == [hash_of(token)]
    assert {file.stat().st_mode & 0o777 for file in path.parent.glob("*.json")} == {0o600}


async def test_a_change_of_the_file_counts_at_once(path: Path) -> None:
    first = add_client(path, "first", WRITE)
    callers = StaticCallers(path)
    second = add_client(path, "second", WRITE)
    assert (await callers.verify(second)).principal == "second"
    remove_client(path, "first")
    with pytest.raises(InvalidTokenError):
        await callers.verify(first)
    assert (await callers.verify(second)).principal == "second"


async def test_a_new_token_takes_the_place_of_the_last(path: Path) -> None:
    old = add_client(path, "osm", WRITE)
    callers = StaticCallers(path)
    remove_client(path, "osm")
    new = add_client(path, "osm", WRITE)
    assert (await callers.verify(new)).principal == "osm"
    with pytest.raises(InvalidTokenError):
        await callers.verify(old)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"clients": [{"name": "osm"}]}', '{"clients": [7]}'])
async def test_a_list_that_cannot_be_read_lets_nobody_in(path: Path, text: str) -> None:
    token = add_client(path, "osm", WRITE)
    callers = StaticCallers(path)
    good = replaced(path, text)
    for _ in range(2):
        with pytest.raises(UnreachableError) as refused:
            await callers.verify(token)
        assert str(path) not in refused.value.message
    replaced(path, good)
    assert (await callers.verify(token)).principal == "osm"


async def test_a_list_that_is_gone_lets_nobody_in(path: Path) -> None:
    token = add_client(path, "osm", WRITE)
    callers = StaticCallers(path)
    replaced(path, None)
    with pytest.raises(UnreachableError):
        await callers.verify(token)


def test_a_list_that_cannot_be_read_is_refused_at_the_start(path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"`manoflow client add NAME` makes it"):
        StaticCallers(path)
    path.parent.mkdir()
    secret = json.dumps({"clients": [{"name": "osm", "tokenSha256": "s3cret", "scopes": [], "addedAt": "now"}]})
    path.write_text(secret)
    with pytest.raises(InvalidInputError) as refused:
        StaticCallers(path)
    assert "clients.0.tokenSha256" in refused.value.message
    assert "s3cret" not in refused.value.message
    path.unlink()
    path.mkdir()
    with pytest.raises(InvalidInputError, match="cannot read the client list"):
        StaticCallers(path)


def test_names_are_unique_and_printable(path: Path) -> None:
    add_client(path, "osm", WRITE)
    with pytest.raises(ConflictError, match="cannot add client osm"):
        add_client(path, "osm", WRITE)
    for name in ("", "a\nb", "x" * 256):
        with pytest.raises(InvalidInputError, match="1 to 255 printable"):
            add_client(path, name, WRITE)
    with pytest.raises(NotFoundError, match="cannot remove client portal"):
        remove_client(path, "portal")
    assert [client.name for client in read_clients(path)] == ["osm"]


def test_of_many_added_at_once_none_is_lost(path: Path) -> None:
    names = {f"client-{number}" for number in range(12)}
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: add_client(path, name, WRITE), names))
    assert {client.name for client in read_clients(path)} == names
    assert [file.name for file in path.parent.iterdir() if file.suffix not in {".json", ".lock"}] == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(InvalidInputError, match="cannot write the client list"):
        add_client(file / "clients.json", "osm", WRITE)
