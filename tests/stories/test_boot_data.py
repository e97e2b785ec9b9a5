"""Boot data on its way: from a descriptor and a request's parameters to the server that reads it."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from manoflow.adapters.vim.fake.world import visit
from manoflow.domain.boot_data import BootSettings
from manoflow.domain.lcm import LcmOperationState, VerdictKind
from manoflow.domain.vnf import VnfInstance
from tests.laws.preparing import INSTANTIATE, TERMINATE
from tests.reference import reference_package
from tests.stand import Stand
from tests.striking import Strike, Striking

VNFD = "5b1e0000-0000-4000-8000-000000000021"
PACKAGE = UUID("5b1e0000-0000-4000-8000-000000000022")
LONG = "# " + "x" * 30_000 + "\n"
TEXT = f"#cloud-config\nhostname: {{{{ host }}}}\n{LONG}"
PARAMETERS = {"host": "größe", "peer": "10.0.0.9"}


@pytest.fixture
async def instance(bench: Stand) -> VnfInstance:
    """Of the reference VNF, whose VDU has boot data."""
    package = reference_package()
    assert package.content is not None
    (flavour,) = package.content.vnfd.flavours
    (app,) = flavour.vdus
    settings = BootSettings(pairs={"peer": "{{ peer }}"})
    booting = app.model_copy(update={"boot_data": TEXT, "boot_settings": settings})
    changed = flavour.model_copy(update={"vdus": (booting,)})
    vnfd = package.content.vnfd.model_copy(update={"id": VNFD, "flavours": (changed,)})
    content = package.content.model_copy(update={"vnfd": vnfd})
    await bench.records.add_package(package.model_copy(update={"id": PACKAGE, "content": content}))
    instance = (await bench.instance("boot")).model_copy(update={"vnfd_id": VNFD, "vnf_pkg_id": PACKAGE})
    await bench.records.delete_instance(instance.id)
    await bench.records.add_instance(instance)
    return instance


def servers(world: Path) -> list[dict[str, Any]]:
    with visit(world) as connection:
        rows = connection.execute("SELECT user_data, metadata, config_drive FROM servers").fetchall()
    return [dict(row) for row in rows]


async def test_a_server_gets_its_boot_data_with_the_requests_parameters(bench: Stand, instance: VnfInstance) -> None:
    level = {"instantiationLevelId": "pair"}
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance, additionalParams=PARAMETERS, **level)
        assert done.operation_state is LcmOperationState.COMPLETED, done.error
        assert servers(bench.world) == 2 * [
            {
                "user_data": f"#cloud-config\nhostname: größe\n{LONG}",
                "metadata": json.dumps({"peer": "10.0.0.9"}),
                "config_drive": 1,
            }
        ]
        history = await bench.client.get_workflow_handle(bench.history_id(instance)).fetch_history()
        assert LONG[2:100] not in history.to_json(), "the text went through Temporal"
        assert done.plan_id is not None
        assert len((await bench.records.plan(done.plan_id)).model_dump_json()) < len(LONG)
        state = (await bench.records.instance(instance.id)).state
        assert state is not None
        assert state.boot_data.keys() == {"app"}
        assert (await bench.perform(TERMINATE, instance)).operation_state is LcmOperationState.COMPLETED


async def test_a_parameter_that_is_missing_is_refused_before_anything_is_made(
    bench: Stand, instance: VnfInstance
) -> None:
    async with bench.working():
        done = await bench.perform(INSTANTIATE, instance)
    assert done.operation_state is LcmOperationState.ROLLED_BACK
    assert done.error is not None
    assert "its parameter host has no value; add host to additionalParams" in done.error.detail
    assert servers(bench.world) == []


async def test_boot_data_that_a_worker_does_not_find_parks_and_may_be_brought(
    bench: Stand, instance: VnfInstance
) -> None:
    point = "create_vnfc:vnfc/app/0"
    striking = Striking(lambda _, at, attempt: Strike.HELD_BEFORE if at == point and attempt == 1 else None)
    hold = striking.holds[bench.history_id(instance), point]
    async with bench.working(striking):
        asked = await bench.ask(INSTANTIATE, instance, additionalParams=PARAMETERS)
        await hold.reached.wait()
        plan_id = (await bench.records.occurrence(asked)).plan_id
        assert plan_id is not None
        outcome = (await bench.records.plan(plan_id)).outcome
        assert outcome is not None
        (stored,) = (bench.world.parent / "artifacts").rglob(outcome.boot_data["app"])
        elsewhere = stored.replace(bench.world.parent / "elsewhere")
        hold.released.set()
        parked = await bench.settled(asked)
        assert parked.error is not None
        assert f"its boot data {stored.name} is not stored where this worker looks" in parked.error.detail
        assert servers(bench.world) == []
        elsewhere.replace(stored)
        await bench.decide(parked, VerdictKind.RETRY)
        assert (await bench.final(asked)).operation_state is LcmOperationState.COMPLETED
        assert len(servers(bench.world)) == 1
