"""Key rotation: nothing is lost, nothing is left with an old key, and it may be interrupted anywhere."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from manoflow.adapters.records import generate_key, open_records, rotate, rotating
from manoflow.adapters.records.columns import Listed, metadata
from manoflow.domain.errors import InvalidInputError, PermanentError
from manoflow.domain.onboarding import PackageSource, begun
from manoflow.domain.packages import OnboardingState, Upload, VnfPackage
from manoflow.domain.vim import VimConnection
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.vims import CANARY, connection, vim
from tests.reference import NOW

NEW = generate_key()
BOTH = f"{NEW},{KEY}"
SOURCE = PackageSource(uri="https://packages.example/a.csar", user_name="osm", password=SecretStr(CANARY))
PACKAGE = UUID(int=4)


@asynccontextmanager
async def opened(url: str, keys: str) -> AsyncIterator[Records]:
    records = open_records(url, keys)
    yield records
    await records.close()


@pytest.fixture
async def sealed(records: Records, url: str) -> None:
    """Three VIMs and the source of a package that is being fetched, and a VIM of another tenant."""
    for name in ("a", "b", "c"):
        await records.add_vim(vim(name), connection(name))
    waiting = VnfPackage(id=PACKAGE, onboarding_state=OnboardingState.CREATED, created_at=NOW)
    await records.add_package(waiting)
    upload = Upload(id=uuid4(), heard_of_at=datetime.now(UTC))
    await records.change_package(PACKAGE, begun(upload), SOURCE)
    other = open_records(url, KEY, tenant="other")
    await other.add_vim(vim("a"), connection("a"))
    await other.close()


async def everything(url: str, keys: str) -> list[object]:
    """What these keys open."""
    async with opened(url, keys) as records:
        mine = [await records.connection(name) for name in ("a", "b", "c")]
        source = await records.package_source(PACKAGE)
    other = open_records(url, keys, tenant="other")
    theirs = await other.connection("a")
    await other.close()
    return [*mine, source, theirs]


ALL = [connection("a"), connection("b"), connection("c"), SOURCE, connection("a")]


def test_every_sealed_column_is_in_a_listed_table_with_an_id() -> None:
    names = {str(column) for column in rotating.SEALED}
    assert names == {"vims.sealed_connection", "vnf_packages.sealed_source", "ext_artifacts_access.sealed_access"}
    for column in rotating.SEALED:
        assert {"serial", "tenant", "id"} <= set(metadata.tables[column.table.name].c.keys())
    assert "serial" in Listed.__annotations__


@pytest.mark.usefixtures("sealed")
async def test_the_newest_key_opens_everything_afterwards_and_the_old_one_nothing(
    url: str, stored: Callable[[], bytes]
) -> None:
    assert await everything(url, KEY) == ALL
    assert await rotate(url, BOTH) == (5, 0)
    assert await everything(url, NEW) == ALL
    async with opened(url, KEY) as records:
        for asking in (*(records.connection(name) for name in ("a", "b", "c")), records.package_source(PACKAGE)):
            with pytest.raises(PermanentError, match="encrypted with another key"):
                await asking
    assert await rotate(url, BOTH) == (0, 5)
    assert CANARY.encode() not in stored()


@pytest.mark.usefixtures("sealed")
async def test_several_keys_open_what_each_has_sealed_and_the_first_seals(url: str) -> None:
    async with opened(url, BOTH) as records:
        assert await records.connection("a") == connection("a")
        await records.add_vim(vim("new"), connection("new"))
    async with opened(url, f"{KEY}\n{NEW}") as records:
        assert await records.connection("new") == connection("new")
    async with opened(url, KEY) as records:
        with pytest.raises(PermanentError, match="cannot decrypt the credentials of VIM new"):
            await records.connection("new")
    assert await rotate(url, BOTH) == (5, 1)


@pytest.mark.parametrize("written", range(5))
@pytest.mark.usefixtures("sealed")
async def test_one_that_was_killed_is_begun_again(url: str, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(Exception):
        pass

    write, left = rotating._write, written

    async def until_killed(*given: object) -> None:
        nonlocal left
        if left == 0:
            raise KilledError
        left -= 1
        await write(*given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(rotating, "_write", until_killed)
    with pytest.raises(KilledError):
        await rotate(url, BOTH)
    monkeypatch.setattr(rotating, "_write", write)
    assert await everything(url, BOTH) == ALL
    assert await rotate(url, BOTH) == (5 - written, written)
    assert await everything(url, NEW) == ALL


@pytest.mark.usefixtures("sealed")
async def test_what_is_changed_meanwhile_is_not_overwritten(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(before: VimConnection) -> VimConnection:
        return before.model_copy(update={"access_info": {"password": SecretStr("fresh")}})

    write = rotating._write

    async def overtaken(*given: object) -> None:
        # A process that knows the old key alone changes each VIM under our hands, once.
        async with opened(url, KEY) as late:
            for name in ("a", "b", "c"):
                if (await late.connection(name)).access_info != fresh(connection(name)).access_info:
                    await late.change_vim(name, fresh)
        monkeypatch.setattr(rotating, "_write", write)
        await write(*given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(rotating, "_write", overtaken)
    await rotate(url, BOTH)
    assert await everything(url, NEW) == [*(fresh(connection(name)) for name in ("a", "b", "c")), SOURCE, ALL[-1]]


@pytest.mark.usefixtures("sealed")
async def test_it_may_be_done_while_others_work(url: str) -> None:
    def to(number: int) -> Callable[[VimConnection], VimConnection]:
        return lambda before: before.model_copy(update={"extra": {"number": number}})

    async def work(records: Records, name: str) -> None:
        for number in range(10):
            await records.change_vim(name, to(number))
            assert (await records.connection(name)).extra == {"number": number}

    async with opened(url, BOTH) as records:
        await asyncio.gather(rotate(url, BOTH), *(work(records, name) for name in ("a", "b", "c")))
    async with opened(url, NEW) as records:
        assert {(await records.connection(name)).extra["number"] for name in ("a", "b", "c")} == {9}


async def test_what_no_key_opens_is_named_and_hinders_nothing_else(records: Records, url: str) -> None:
    async with opened(url, generate_key()) as stranger:
        await stranger.add_vim(vim("lost"), connection("lost"))
    await records.add_vim(vim("kept"), connection("kept"))
    with pytest.raises(PermanentError, match=r"cannot rotate the key of vims lost of tenant default \(1 in all\)"):
        await rotate(url, BOTH)
    async with opened(url, NEW) as rotated:
        assert await rotated.connection("kept") == connection("kept")


async def test_one_key_cannot_be_rotated(url: str) -> None:
    with pytest.raises(InvalidInputError, match="there is one only; put a new one before it"):
        await rotate(url, NEW)


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param("", id="none"),
        pytest.param(",", id="two that are empty"),
        pytest.param("too short", id="too short"),
        pytest.param("é" * 44, id="not base64"),
        pytest.param(f"{NEW},too short", id="a good one and a bad one"),
    ],
)
def test_a_key_that_is_none_is_refused_without_showing_it(url: str, keys: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot use the key for credentials") as refusal:
        open_records(url, keys)
    assert not keys.strip(",") or keys not in refusal.value.message
