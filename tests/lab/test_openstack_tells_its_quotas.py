"""Quotas an administrator sets, as the driver tells a member's capacity."""

from collections.abc import Iterator

import pytest

from manoflow.domain.capacity import Measure
from manoflow.domain.errors import QuotaError
from tests.adapters.vim.conformance import Bench
from tests.lab import laboratory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]


@pytest.fixture
def some_without_limit() -> Iterator[None]:
    """Every service limits one thing of the member's and leaves another free."""
    sdk = laboratory.sdk("oslab")
    project = laboratory.identity("oslab").find_project("demo", ignore_missing=False).id
    sdk.network.update_quota(project, networks=7, ports=-1)
    sdk.block_storage.update_quota_set(project, volumes=-1, gigabytes=11)
    sdk.compute.update_quota_set(project, cores=13, ram=-1, instances=-1, server_groups=3)
    yield
    sdk.network.delete_quota(project)
    sdk.block_storage.revert_quota_set(project)
    sdk.compute.revert_quota_set(project)


@pytest.mark.usefixtures("some_without_limit")
async def test_limits_are_told_as_they_are_set_and_where_there_is_none_none_is_told(member: Bench) -> None:
    capacity = await member.driver.site.capacity()

    assert capacity.limits == {
        Measure.VCPUS: 13,
        Measure.PLACEMENT_GROUPS: 3,
        Measure.STORAGE_GIB: 11,
        Measure.VIRTUAL_LINKS: 7,
    }
    assert set(capacity.used) == set(Measure)


@pytest.mark.usefixtures("some_without_limit")
async def test_what_is_told_as_free_can_be_had_and_not_more(member: Bench) -> None:
    capacity = await member.driver.site.capacity()
    free = capacity.limits[Measure.STORAGE_GIB] - capacity.used[Measure.STORAGE_GIB]
    all_of_it = (await member.storage("all")).model_copy(update={"size_gib": free})

    await member.make(all_of_it)
    with pytest.raises(QuotaError, match="volume"):
        await member.create(await member.storage("more"))
