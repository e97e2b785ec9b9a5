"""The file of the key: made once, for its owner only; a new key takes its place when nobody uses the old one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from manoflow.adapters.records import keys_in_use, keys_rotated
from manoflow.adapters.records.key_file import key_in
from manoflow.domain.errors import ConflictError, InvalidInputError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def others(path: Path) -> list[str]:
    """What is beside it."""
    return sorted(file.name for file in path.parent.iterdir() if file != path)


def test_a_place_where_no_key_can_be_is_named(tmp_path: Path) -> None:
    for place in (tmp_path / "missing" / "secret.key", tmp_path):
        with pytest.raises(InvalidInputError, match=f"cannot use {place} as the file of the key"):
            key_in(place)
    missing = tmp_path / "missing" / "secret.key"
    with pytest.raises(InvalidInputError, match=f"cannot use {missing} as the file"), keys_in_use(missing):
        pytest.fail("nothing can be used")


def test_the_key_is_made_once_and_for_its_owner_only(path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(key_in, [path] * 8))
    assert set(keys) == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert others(path) == []
    assert key_in(path) == keys[0]


def test_a_new_key_is_there_before_it_is_used_and_alone_when_it_was(path: Path) -> None:
    old = key_in(path)
    with keys_rotated(path) as keys:
        new, kept = keys.split()
        assert (kept, path.read_text()) == (old, keys)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == new != old
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert others(path) == ["secret.key.lock"]


def test_one_that_was_interrupted_goes_on_with_the_key_that_it_began_with(path: Path) -> None:
    key_in(path)
    with pytest.raises(RuntimeError, match="killed"), keys_rotated(path) as begun:
        raise RuntimeError("killed")
    assert path.read_text() == begun
    with keys_in_use(path) as usable:
        assert usable == begun
    with keys_rotated(path) as again:
        assert again == begun
    assert path.read_text() == begun.split()[0]


def test_nobody_rotates_what_a_process_uses(path: Path) -> None:
    with keys_in_use(path) as used, keys_in_use(path) as shared:
        assert used == shared
        with (
            pytest.raises(ConflictError, match=r"are running and know only the old one; stop them"),
            keys_rotated(path),
        ):
            pytest.fail("it must not begin")
    assert path.read_text() == used


def test_nobody_begins_to_use_what_is_rotated(path: Path) -> None:
    key_in(path)
    with keys_rotated(path):
        with pytest.raises(ConflictError, match="`manoflow rotate-key` is at work there"), keys_in_use(path):
            pytest.fail("it must not begin")
        with pytest.raises(ConflictError, match="cannot rotate the key"), keys_rotated(path):
            pytest.fail("one at a time")


def test_where_there_is_no_key_there_is_nothing_to_rotate(path: Path) -> None:
    with pytest.raises(InvalidInputError, match="there is no such file"), keys_rotated(path):
        pytest.fail("it must not begin")
    assert others(path) == []
    assert not path.exists()
