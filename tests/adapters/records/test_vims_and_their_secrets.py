"""Registered VIMs: what people see, and what nobody finds in the database's files."""

import asyncio
import traceback
from collections.abc import Callable

import pytest

from manoflow.adapters.records import generate_key, open_records
from manoflow.domain.errors import ConflictError, NotFoundError, PermanentError
from manoflow.ports.records import Records
from tests.adapters.records.vims import CANARY, connection, vim


async def test_a_vim_is_read_with_and_without_its_credentials(records: Records) -> None:
    await records.add_vim(vim("lab"), connection("lab"))
    assert await records.vim("lab") == vim("lab")
    assert await records.connection("lab") == connection("lab")


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
