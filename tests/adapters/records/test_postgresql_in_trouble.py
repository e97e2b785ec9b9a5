"""When PostgreSQL does not answer, or somebody is in the way: errors of the port, and nothing half written."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Iterator

import pytest

from manoflow.adapters.records import migrate, open_records, postgresql
from manoflow.adapters.records.engine import Database
from manoflow.adapters.records.tables import instances, packages
from manoflow.domain.errors import InvalidInputError, UnreachableError
from manoflow.domain.journal import Entry
from manoflow.domain.vim import DEFAULT_TENANT
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.run import Run
from tests.postgres import MISSING, PASSWORD, Postgres, programs, server
from tests.reference import reference_instance, reference_package

SOON = 0.2


@pytest.fixture
def url(postgres_url: str) -> str:
    """PostgreSQL, whatever the option says."""
    return postgres_url


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """The database below the record."""
    opened = Database(url, DEFAULT_TENANT)
    yield opened
    await opened.close()


@pytest.fixture
def mortal() -> Iterator[Postgres]:
    """A server that the test may kill."""
    found = programs()
    if found is None:
        pytest.skip(MISSING)
    with server(found) as running:
        yield running


async def half_written(database: Database, instance: VnfInstance, meanwhile: Awaitable[None]) -> None:
    """A transaction in the middle of which something happens."""
    async with database.writing() as tx:
        await tx.update(instances, instances.c.id == instance.id, {"vnf_instance_name": "half"})
        await meanwhile
        await tx.rows(instances)


async def test_who_is_not_let_in_is_told_without_the_password(url: str) -> None:
    for wrong, reason in (
        (url.replace(PASSWORD, "hidden"), "password authentication failed"),
        (f"{url}_missing", "does not exist"),
    ):
        records = open_records(wrong, KEY)
        for asking in (records.check(), migrate(wrong)):
            with pytest.raises(UnreachableError, match=f"cannot reach the record in .*{reason}") as refusal:
                await asking
            assert "hidden" not in refusal.value.message
            assert PASSWORD not in refusal.value.message
        await records.close()


async def test_a_database_without_tables_is_not_ready(postgres: Postgres) -> None:
    name = postgres.create()
    records = open_records(postgres.url(name), KEY)
    with pytest.raises(UnreachableError, match='"vnf_lcm_op_occs" does not exist'):
        await records.check()
    await records.close()
    postgres.drop(name)


async def test_a_server_killed_in_a_transaction_is_temporary_and_loses_nothing(mortal: Postgres) -> None:
    url = mortal.url(mortal.create())
    await migrate(url)
    records = open_records(url, KEY)
    await records.add_package(reference_package())
    await records.add_instance(instance := reference_instance("one"))
    run = await Run.begin(records, instance)
    await run.write(done=[Entry(key="before", value=1)])
    database = Database(url, DEFAULT_TENANT)
    with pytest.raises(UnreachableError, match="cannot reach the record"):
        await half_written(database, instance, asyncio.to_thread(mortal.kill))
    with pytest.raises(UnreachableError, match="cannot reach the record"):
        await run.write(done=[Entry(key="during", value=2)])
    await asyncio.to_thread(mortal.start)
    await run.write(done=[Entry(key="after", value=3)])
    assert (await run.claim()).journal.done == ("before", "after")
    assert (await records.instance(instance.id)).vnf_instance_name == instance.vnf_instance_name
    await database.close()
    await records.close()


async def test_connections_that_were_cut_off_are_made_anew(
    records: Records, postgres: Postgres, postgres_database: str
) -> None:
    await asyncio.gather(*(records.packages() for _ in range(10)))
    postgres.cut_off(postgres_database)
    answers = await asyncio.gather(*(records.packages() for _ in range(10)))
    assert [len(packages) for packages in answers] == [1] * 10


async def test_too_many_connections_are_temporary(url: str, postgres: Postgres, postgres_database: str) -> None:
    postgres.run(f"ALTER DATABASE {postgres_database} CONNECTION LIMIT 1")
    first, second = open_records(url, KEY), open_records(url, KEY)
    await first.check()
    with pytest.raises(UnreachableError, match="too many connections"):
        await second.check()
    await first.close()
    await second.check()
    postgres.run(f"ALTER DATABASE {postgres_database} CONNECTION LIMIT -1")
    await second.close()


async def test_whoever_waits_too_long_for_a_row_may_try_again(
    database: Database, records: Records, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", SOON)
    impatient = open_records(url, KEY)
    async with database.writing() as tx:
        await tx.row(packages, packages.c.id == reference_package().id, lock=True)
        with pytest.raises(UnreachableError, match="lock timeout"):
            await impatient.add_instance(reference_instance("one"))
    await impatient.add_instance(reference_instance("one"))
    assert len(await records.instances()) == 1
    await impatient.close()


async def test_of_two_who_wait_for_each_other_one_may_try_again(database: Database, instance: VnfInstance) -> None:
    both_hold = asyncio.Barrier(2)

    async def lock(*rows: str) -> None:
        async with database.writing() as tx:
            for row in rows:
                table = {"package": packages, "instance": instances}[row]
                await tx.row(table, lock=True)
                if row == rows[0]:
                    await both_hold.wait()

    outcomes = await asyncio.gather(lock("package", "instance"), lock("instance", "package"), return_exceptions=True)
    (loser,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(loser, UnreachableError)
    assert "deadlock" in loser.message
    assert instance.vnf_pkg_id == reference_package().id


async def test_a_transaction_that_stands_still_ends_and_blocks_nobody(
    url: str, records: Records, instance: VnfInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one does whose process was stopped: what it wrote is gone, also when it wakes up."""
    monkeypatch.setattr(postgresql, "IDLE_SECONDS", SOON)
    stopped = Database(url, DEFAULT_TENANT)
    with pytest.raises(UnreachableError):
        await half_written(stopped, instance, records.delete_instance(instance.id))
    assert await records.instances() == []
    await stopped.close()


async def test_a_server_that_stands_still_is_waited_for_so_long_and_no_longer(
    url: str, postgres: Postgres, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "ANSWER_SECONDS", SOON)
    records = open_records(url, KEY)
    await records.check()
    (pid,) = postgres.serving(postgres_database)
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(UnreachableError, match="cannot reach the record"):
            await records.check()
    finally:
        os.kill(pid, signal.SIGCONT)
    await records.check()
    await records.close()


async def test_what_can_never_be_stored_is_refused_for_good(records: Records) -> None:
    unstorable = reference_instance("one").model_copy(update={"vnf_instance_name": "a\x00b"})
    with pytest.raises(InvalidInputError, match="cannot write the record: invalid byte sequence"):
        await records.add_instance(unstorable)
    assert await records.instances() == []


async def test_all_statements_of_one_look_see_the_same_moment(database: Database, records: Records) -> None:
    async with database.reading() as tx:
        before = await tx.rows(instances)
        await records.add_instance(reference_instance("one"))
        assert await tx.rows(instances) == before == []
    assert len(await records.instances()) == 1
