"""Instances and packages: what may be recorded and forgotten while somebody depends on it."""

import asyncio
from uuid import uuid4

import pytest

from manoflow.domain.errors import ConflictError, NotFoundError
from manoflow.domain.external_artifacts import ArtifactAccess, ExternalArtifactsAccessConfig
from manoflow.domain.lcm import LcmOperationState, ProblemDetails
from manoflow.domain.packages import OnboardingState, OperationalState, VnfPackage
from manoflow.domain.vnf import VimConnectionInfo, VnfInstance
from manoflow.ports.records import Records
from tests.adapters.records.run import Run, entries
from tests.builders import creation, plan_of, save_package
from tests.reference import NOW, PACKAGE_ID, VNFD_ID, reference_instance, reference_package

ENABLED = reference_package()
DISABLED = ENABLED.model_copy(update={"operational_state": OperationalState.DISABLED})


async def test_an_instance_is_read_as_it_was_written(records: Records) -> None:
    written = reference_instance("full").model_copy(
        update={
            "vnf_instance_description": "Größe: 1 ✓",
            "vim_connection_info": {"vim": VimConnectionInfo(vim_id="vim", interface_info={"endpoint": "http://vim"})},
            "extensions": {"a": [1, None, {"b": 0.5}]},
            "metadata": {"owner": "alice"},
        }
    )
    await records.add_instance(written)
    assert await records.instance(written.id) == written


async def test_instances_are_listed_as_they_were_recorded(records: Records) -> None:
    recorded = [reference_instance(name) for name in ("c", "a", "b")]
    for one in recorded:
        await records.add_instance(one)
    assert await records.instances() == recorded


async def test_an_instance_is_recorded_once(records: Records, instance: VnfInstance) -> None:
    with pytest.raises(ConflictError, match=f"cannot create VNF instance {instance.id}: the id is taken"):
        await records.add_instance(instance)


@pytest.mark.parametrize(
    "package",
    [DISABLED, VnfPackage(id=ENABLED.id, created_at=NOW)],
    ids=["disabled", "without content"],
)
async def test_no_instance_is_made_of_a_package_that_is_not_enabled(records: Records, package: VnfPackage) -> None:
    await save_package(records, package)
    with pytest.raises(ConflictError, match=f"its VNF package {package.id} is .* and DISABLED; enable it first"):
        await records.add_instance(reference_instance("late"))
    assert await records.instances() == []


async def test_no_instance_is_made_of_a_package_that_is_gone(records: Records) -> None:
    lost = reference_instance("lost").model_copy(update={"vnf_pkg_id": uuid4()})
    with pytest.raises(ConflictError, match=f"its VNF package {lost.vnf_pkg_id} is gone"):
        await records.add_instance(lost)


async def ended(records: Records) -> None:
    """Disable the package, then delete it."""
    await save_package(records, DISABLED)
    await records.delete_package(ENABLED.id)


async def test_of_a_new_instance_and_the_end_of_its_package_one_comes_first(records: Records) -> None:
    await save_package(records, DISABLED)
    await records.delete_package(DISABLED.id)
    for _ in range(5):
        await records.add_package(ENABLED)
        instance = reference_instance("racing")
        outcomes = await asyncio.gather(records.add_instance(instance), ended(records), return_exceptions=True)
        refused = [one for one in outcomes if isinstance(one, ConflictError)]
        assert len(refused) == 1, outcomes
        if await records.instances():
            await records.delete_instance(instance.id)
            await records.delete_package(ENABLED.id)


async def test_an_identifier_is_forgotten_and_its_occurrences_are_not(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.ROLLED_BACK)
    await records.delete_instance(instance.id)
    with pytest.raises(NotFoundError, match=f"cannot find VNF instance {instance.id}"):
        await records.instance(instance.id)
    assert [one.id for one in await records.occurrences(instance.id)] == [run.occurrence.id]
    for asking in (records.delete_instance, records.resources):
        with pytest.raises(NotFoundError):
            await asking(instance.id)


async def test_an_identifier_stays_while_an_operation_is_open(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await run.enter(LcmOperationState.FAILED_TEMP)
    with pytest.raises(ConflictError, match=f"operation {run.occurrence.id} .*FAILED_TEMP.* holds it"):
        await records.delete_instance(instance.id)


async def test_an_identifier_stays_while_it_is_instantiated(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    await records.save_plan(plan_of(run.occurrence))
    await run.enter(LcmOperationState.COMPLETED)
    with pytest.raises(ConflictError, match="it is INSTANTIATED; terminate it first"):
        await records.delete_instance(instance.id)


async def test_an_identifier_stays_while_a_resource_is_recorded(records: Records, instance: VnfInstance) -> None:
    run = await Run.begin(records, instance)
    step = creation(run.occurrence, "left")
    await run.write(done=entries(await run.build([step]), [step]))
    # What a rollback never leaves, but a restored database may show.
    await run.enter(LcmOperationState.ROLLED_BACK)
    with pytest.raises(ConflictError, match=r"1 resources of it are still recorded, among them vl/left"):
        await records.delete_instance(instance.id)
    assert len(await records.resources(instance.id)) == 1


async def test_a_package_is_read_as_it_was_written(records: Records) -> None:
    assert await records.package(ENABLED.id) == ENABLED
    assert await records.package_of(VNFD_ID) == ENABLED
    failed = VnfPackage(
        id=uuid4(),
        onboarding_state=OnboardingState.ERROR,
        user_defined_data={"owner": "alice"},
        failure=ProblemDetails(status=422, detail="cannot read it"),
        created_at=NOW,
    )
    await records.add_package(failed)
    assert await records.packages() == [ENABLED, failed]


async def test_an_unknown_package_is_named(records: Records) -> None:
    nobody = VnfPackage(id=uuid4(), created_at=NOW)
    for asking in (records.package(nobody.id), save_package(records, nobody), records.delete_package(nobody.id)):
        with pytest.raises(NotFoundError, match=f"cannot find VNF package {nobody.id}"):
            await asking
    with pytest.raises(NotFoundError, match="cannot find an onboarded VNF package with VNFD unheard-of"):
        await records.package_of("unheard-of")
    assert not await records.package_in_use(nobody.id)


async def test_a_vnfd_id_names_one_package(records: Records) -> None:
    second = VnfPackage(id=uuid4(), created_at=NOW)
    await records.add_package(second)
    with pytest.raises(ConflictError, match=f"cannot record VNF package {second.id}.*{VNFD_ID}.*{ENABLED.id}"):
        await save_package(records, ENABLED.model_copy(update={"id": second.id}))
    assert await records.package(second.id) == second
    with pytest.raises(ConflictError, match=str(ENABLED.id)):
        await records.add_package(ENABLED.model_copy(update={"id": uuid4()}))


async def test_a_package_that_failed_may_name_the_vnfd_of_another(records: Records) -> None:
    failed = ENABLED.model_copy(update={"id": uuid4(), "onboarding_state": OnboardingState.ERROR})
    await records.add_package(failed)
    assert (await records.package_of(VNFD_ID)).id == ENABLED.id


async def test_a_package_stays_while_it_is_enabled_or_used(records: Records, instance: VnfInstance) -> None:
    assert await records.package_in_use(ENABLED.id)
    await save_package(records, DISABLED)
    with pytest.raises(ConflictError, match=f"cannot delete VNF package {ENABLED.id}: VNF instance {instance.id}"):
        await records.delete_package(ENABLED.id)
    await records.delete_instance(instance.id)
    await save_package(records, ENABLED)
    with pytest.raises(ConflictError, match="it is ENABLED; disable it first"):
        await records.delete_package(ENABLED.id)
    await save_package(records, DISABLED)
    await records.delete_package(ENABLED.id)
    assert await records.packages() == []


async def test_how_external_artifacts_are_got_goes_with_its_package(records: Records) -> None:
    package = VnfPackage(id=uuid4(), created_at=NOW)
    await records.add_package(package)
    access = ArtifactAccess(artifact_uri="https://vendor.example/tool", override_uri="https://mirror.example/tool")
    config = ExternalArtifactsAccessConfig(artifact=(access,))
    for changed in (config, ExternalArtifactsAccessConfig(), config):
        await records.change_external_access(package.id, changed)
        assert await records.external_access(package.id) == changed
    assert await records.external_access(PACKAGE_ID) == ExternalArtifactsAccessConfig()
    await records.delete_package(package.id)
    with pytest.raises(NotFoundError):
        await records.external_access(package.id)
    with pytest.raises(NotFoundError):
        await records.change_external_access(package.id, config)
