"""Two tenants in one database: neither sees, changes or hinders the other."""

from collections.abc import AsyncIterator

import pytest

from manoflow.adapters.records import open_records
from manoflow.adapters.records.columns import metadata
from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.journal import PageRequest
from manoflow.domain.lcm import LcmOperationState
from manoflow.domain.vim import Vim, VimConnection
from manoflow.domain.vnf import VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.conftest import KEY
from tests.adapters.records.run import Run, entries, notified
from tests.builders import VIM, creation, grant_of, plan_of, save_package
from tests.reference import NOW, PACKAGE_ID, VNFD_ID, reference_package


@pytest.fixture
async def foreign(url: str) -> AsyncIterator[Records]:
    """The record as another tenant sees it."""
    opened = open_records(url, KEY, tenant="other")
    yield opened
    await opened.close()


async def performed(records: Records, instance: VnfInstance) -> tuple[Run, PageRequest]:
    """An operation that has left a row in every table."""
    await records.add_vim(
        Vim(id=VIM, vim_id=VIM, driver="fake", created_at=NOW), VimConnection(id=VIM, vim_id=VIM, driver="fake")
    )
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "internal")
    await records.save_plan(plan_of(run.occurrence))
    await records.save_grant(grant_of(run.occurrence))
    build = await run.build([step])
    await run.enter(LcmOperationState.PROCESSING, done=entries(build, [step]))
    return run, PageRequest(stage=build.stages[0], offset=0)


async def test_a_tenant_sees_nothing_of_another(
    records: Records, foreign: Records, url: str, instance: VnfInstance
) -> None:
    await performed(records, instance)
    for listed in (
        foreign.instances(),
        foreign.occurrences(),
        foreign.packages(),
        foreign.vims(),
        foreign.open_occurrences(),
        foreign.reports(),
    ):
        assert await listed == []
    assert await foreign.recorded_uids(VIM) == frozenset()
    assert not await foreign.package_in_use(PACKAGE_ID)
    assert await notified(url, "other") == []


async def test_a_tenant_finds_nothing_of_another(records: Records, foreign: Records, instance: VnfInstance) -> None:
    run, request = await performed(records, instance)
    occurrence = run.occurrence
    assert run.last is not None
    stranger = Run(foreign, occurrence)
    for asking in (
        foreign.instance(instance.id),
        foreign.resources(instance.id),
        foreign.delete_instance(instance.id),
        foreign.admit(occurrence),
        foreign.occurrence(occurrence.id),
        foreign.affected(occurrence.id),
        foreign.progress(occurrence.id),
        stranger.claim(),
        foreign.project(run.last),
        foreign.save_plan(plan_of(occurrence)),
        foreign.plan(plan_of(occurrence).id),
        foreign.grant(grant_of(occurrence).id),
        foreign.page(request),
        foreign.package(PACKAGE_ID),
        foreign.package_of(VNFD_ID),
        save_package(foreign, reference_package()),
        foreign.delete_package(PACKAGE_ID),
        foreign.vim(VIM),
        foreign.connection(VIM),
        foreign.revision(VIM),
        foreign.change_vim(VIM, lambda same: same),
        foreign.delete_vim(VIM),
    ):
        with pytest.raises(NotFoundError, match="cannot find"):
            await asking


async def test_what_is_unique_is_so_within_a_tenant(records: Records, foreign: Records) -> None:
    vim = Vim(id=VIM, vim_id=VIM, driver="fake", default=True, created_at=NOW)
    package = reference_package().model_copy(update={"id": reference_package().id.__class__(int=7)})
    for tenant in (records, foreign):
        await tenant.add_vim(vim, VimConnection(id=VIM, vim_id=VIM, driver="fake"))
    await foreign.add_package(package)
    assert (await records.vim(VIM)).default
    assert (await foreign.package_of(VNFD_ID)).tenant == "other"
    assert (await records.package_of(VNFD_ID)).id == PACKAGE_ID


async def test_a_vim_is_used_by_its_own_tenant_alone(records: Records, foreign: Records, instance: VnfInstance) -> None:
    await performed(records, instance)
    await foreign.add_vim(
        Vim(id=VIM, vim_id=VIM, driver="fake", created_at=NOW), VimConnection(id=VIM, vim_id=VIM, driver="fake")
    )
    await foreign.delete_vim(VIM)
    with pytest.raises(ConflictError, match=f"VNF instance {instance.id}"):
        await records.delete_vim(VIM)
    assert [vim.tenant for vim in await records.vims()] == ["default"]


def test_every_table_has_a_tenant() -> None:
    assert [table.name for table in metadata.tables.values() if "tenant" not in table.c] == []
