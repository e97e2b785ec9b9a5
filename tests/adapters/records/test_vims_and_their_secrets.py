"""Registered VIMs: what people see, and what nobody finds in the database's files."""

import asyncio
import stat
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from manoflow.adapters.records import generate_key, key_in, open_records
from manoflow.domain.errors import ConflictError, InvalidInputError, NotFoundError, PermanentError
from manoflow.domain.vim import Vim, VimConnection
from manoflow.ports.records import Records
from tests.reference import NOW

CANARY = "canary-7f3a"
INTERFACE = {"endpoint": "http://keystone:5000/v3"}


def vim(name: str, *, default: bool = False) -> Vim:
    return Vim(
        id=name, vim_id=f"{name}-id", driver="openstack", default=default, interface_info=INTERFACE, created_at=NOW
    )


def connection(name: str) -> VimConnection:
    secret = {"username": SecretStr("demo"), "password": SecretStr(CANARY)}
    return VimConnection(
        id=name, vim_id=f"{name}-id", driver="openstack", interface_info=INTERFACE, access_info=secret, extra={"a": 1}
    )


async def test_a_vim_is_read_with_and_without_its_credentials(records: Records) -> None:
    await records.add_vim(vim("lab"), connection("lab"))
    assert await records.vim("lab") == vim("lab")
    assert await records.connection("lab") == connection("lab")


async def test_a_connection_changes_and_its_vim_stays_what_it_is(records: Records) -> None:
    await records.add_vim(vim("lab", default=True), connection("lab"))
    moved = connection("lab").model_copy(update={"interface_info": {"endpoint": "http://moved:5000/v3"}})
    await records.change_connection(moved)
    assert await records.connection("lab") == moved
    assert await records.vim("lab") == vim("lab", default=True).model_copy(
        update={"interface_info": moved.interface_info, "extra": moved.extra}
    )
    with pytest.raises(NotFoundError, match="edge"):
        await records.change_connection(connection("edge"))


async def test_credentials_are_found_in_no_file_and_no_error(records: Records, stored: Callable[[], bytes]) -> None:
    await records.add_vim(vim("lab"), connection("lab"))
    with pytest.raises(ConflictError) as refusal:
        await records.add_vim(vim("lab"), connection("lab"))
    shown = "".join(traceback.format_exception(refusal.value)) + repr(vars(refusal.value.__cause__))
    assert "uniq" in shown.lower()
    assert CANARY not in shown
    assert b"keystone" in stored()
    assert CANARY.encode() not in stored()


async def test_vims_are_listed_as_they_were_registered(records: Records) -> None:
    for name in ("c", "a", "b"):
        await records.add_vim(vim(name), connection(name))
    assert [one.id for one in await records.vims()] == ["c", "a", "b"]


async def test_an_id_is_taken_once_and_the_default_stays(records: Records) -> None:
    await records.add_vim(vim("lab", default=True), connection("lab"))
    await records.add_vim(vim("edge"), connection("edge"))
    with pytest.raises(ConflictError, match="cannot register VIM edge: the id is taken"):
        await records.add_vim(vim("edge", default=True), connection("edge"))
    assert [one.default for one in await records.vims()] == [True, False]


async def test_of_several_that_are_to_be_the_default_at_once_the_last_one_is(records: Records) -> None:
    names = [f"site-{number}" for number in range(8)]
    await asyncio.gather(*(records.add_vim(vim(name, default=True), connection(name)) for name in names))
    assert [one.default for one in await records.vims()].count(True) == 1
    assert {one.id for one in await records.vims()} == set(names)


async def test_the_last_one_that_is_to_be_the_default_is(records: Records) -> None:
    await records.add_vim(vim("lab", default=True), connection("lab"))
    await records.add_vim(vim("edge", default=True), connection("edge"))
    assert [one.default for one in await records.vims()] == [False, True]


async def test_an_unknown_vim_is_named(records: Records) -> None:
    for asking in (records.vim("nowhere"), records.connection("nowhere")):
        with pytest.raises(NotFoundError, match="cannot find VIM nowhere"):
            await asking


async def test_credentials_of_another_key_are_told_apart_from_none(records: Records, url: str) -> None:
    await records.add_vim(vim("lab"), connection("lab"))
    stranger = open_records(url, generate_key())
    with pytest.raises(PermanentError, match=r"cannot decrypt the credentials of VIM lab.*put that key back"):
        await stranger.connection("lab")
    assert await stranger.vim("lab") == vim("lab")
    await stranger.close()


@pytest.mark.parametrize("key", ["", "too short", "é" * 44])
def test_a_key_that_is_none_is_refused_without_showing_it(url: str, key: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot use the key for credentials") as refusal:
        open_records(url, key)
    assert not key or key not in refusal.value.message


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def test_a_place_where_no_key_can_be_is_named(tmp_path: Path) -> None:
    for place in (tmp_path / "missing" / "secret.key", tmp_path):
        with pytest.raises(InvalidInputError, match=f"cannot use {place} as the file of the key"):
            key_in(place)


async def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    keys = await asyncio.gather(*(asyncio.to_thread(key_in, path) for _ in range(8)))
    assert set(keys) == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert files_in(tmp_path) == [path]
    assert key_in(path) == keys[0]
