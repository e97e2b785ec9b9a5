"""A release lacks steps that an older one did: a rollback that cannot undo them says so and leaves everything."""

from dataclasses import replace

import pytest
from temporalio import workflow

from activities.granting import Granting
from activities.networks import Networks
from activities.planning import Planning
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, Ticket, VerdictKind
from tests.laws.preparing import INSTANTIATE, prepared
from tests.laws.test_every_undo_may_be_cancelled import last_step, parked_at_its_last_step
from tests.stand import Stand
from tests.striking import Striking
from workflows.vnf.instantiate import InstantiateVnf


@workflow.defn(name="InstantiateVnf", sandboxed=False)
class OnlyLinks(InstantiateVnf):
    """The operation without whatever is not a link."""

    @workflow.run
    async def run(self, ticket: Ticket) -> str:  # noqa: ARG002 - the SDK wants what __init__ takes
        return await self.perform()

    async def steps(self) -> None:
        plan = await self.do(Planning.plan_instantiation, self.ticket)
        grant = await self.do(Granting.request_grant, plan, undo=Granting.release_grant)
        build = await self.do(Planning.bind, grant)
        await self.begin_processing()
        await self.do_each(
            build.create(Kind.VIRTUAL_LINK), Networks.create_virtual_link, undo=Networks.delete_virtual_link
        )


async def test_a_rollback_refuses_by_name_and_the_older_release_can_do_it(
    bench: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    striking = Striking()
    async with bench.working(striking):
        last = await last_step(bench, INSTANTIATE, striking)
        instance = await prepared(bench, INSTANTIATE, "parked")
        parked = await parked_at_its_last_step(bench, INSTANTIATE, striking, instance, last)
    made = await bench.recorded(instance)

    with monkeypatch.context() as later:
        later.setattr("manoflow.runtime.workers.operations", lambda: (replace(INSTANTIATE, workflow=OnlyLinks),))
        async with bench.working():
            await bench.decide(parked, VerdictKind.ROLLBACK)
            refused = await bench.settled(parked.id)
    assert refused.operation_state is LcmOperationState.FAILED_TEMP
    assert refused.error is not None
    assert "no step any more that undoes create flavor:" in refused.error.detail
    assert await bench.recorded(instance) == made == bench.there()

    async with bench.working():
        await bench.decide(refused, VerdictKind.ROLLBACK)
        ended = await bench.settled(parked.id)
    assert ended.operation_state is LcmOperationState.ROLLED_BACK, ended.error
    assert bench.there() == set()
