"""What a rehearsal makes of a list of steps that decides and does other things than those of today."""

from dataclasses import replace
from datetime import UTC, datetime

from api.admitting import occurrence_of
from api.services import Services
from manoflow.domain.callers import ANYBODY
from manoflow.domain.lcm import LcmOperationType, Ticket
from manoflow.domain.vnf import InstantiateVnfRequest
from tests.api.consumer import Vnf, instantiation
from tests.api.executing import OPERATIONS
from workflows.rehearsal import rehearse
from workflows.vnf.instantiate import InstantiateVnf

INSTANTIATE = OPERATIONS[LcmOperationType.INSTANTIATE]


class Greetings:
    """Effects that are no stage of a build."""

    async def greet(self, ticket: Ticket) -> None:
        """Never done."""
        raise AssertionError(ticket)

    async def forget(self, ticket: Ticket) -> None:
        """Nor undone."""
        raise AssertionError(ticket)


class Greeting(InstantiateVnf):
    """Greets before and after."""

    async def steps(self) -> None:
        """Twice, once without a way back."""
        await self.do(Greetings.greet, self.ticket, undo=Greetings.forget)
        await super().steps()
        await self.do(Greetings.greet, self.ticket)


async def test_other_effects_are_noted_and_not_done(vnf: Vnf, services: Services) -> None:
    operation = replace(INSTANTIATE, workflow=Greeting)
    request = InstantiateVnfRequest.model_validate(instantiation())
    instance = (await services.records.instances())[0]
    occurrence = occurrence_of(operation, request, instance, ANYBODY, datetime.now(UTC))
    rehearsed = await rehearse(operation, occurrence, services.records, services.vims, services.granting)
    names = [(stage.name, stage.can_be_undone) for stage in rehearsed.stages]
    assert (names[0], names[-1]) == (("greet", True), ("greet", False))
    assert ("create vnfc", True) in names
    assert vnf.execution.tickets == []


async def test_who_wants_only_the_plan_asks_nobody_for_a_grant(vnf: Vnf, services: Services) -> None:
    request = InstantiateVnfRequest.model_validate(instantiation())
    instance = await services.records.instance((await services.records.instances())[0].id)
    occurrence = occurrence_of(INSTANTIATE, request, instance, ANYBODY, datetime.now(UTC))
    rehearsed = await rehearse(INSTANTIATE, occurrence, services.records, services.vims)
    assert (rehearsed.stages, rehearsed.grant) == ((), None)
    assert str(rehearsed.plan.vnf_instance_id) == vnf.id
