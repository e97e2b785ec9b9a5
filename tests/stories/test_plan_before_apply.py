"""A plan is what happens: it changes nothing when it is made, and when it is executed nothing else is changed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from manoflow.adapters.vim.fake import knobs
from manoflow.domain.capacity import Measure
from manoflow.domain.identity import Kind
from manoflow.domain.lcm import LcmOperationState, LcmOperationType
from manoflow.domain.proposals import LIFETIME
from manoflow.domain.resources import AffectedResource
from tests.laws.preparing import INSTANTIATE, OPERATIONS, TERMINATE, prepared
from tests.stand import Stand
from tests.stories.planning import PLANS, Json, planning
from workflows.catalogue import Operation

BY_TYPE = {operation.operation: operation for operation in OPERATIONS}
SCALE, HEAL = BY_TYPE[LcmOperationType.SCALE], BY_TYPE[LcmOperationType.HEAL]
SAID = {"create": "ADDED", "delete": "REMOVED", "update": "MODIFIED"}

Change = tuple[str, str, str, str]


def announced(plan: Json) -> list[Change]:
    """Change, kind, place and incarnation of every step, in the order of the stages."""
    changes = (change for stage in plan["stages"] for change in stage["changes"])
    return [_told(SAID[one["action"]], one["kind"], one["key"], one["uid"]) for one in changes]


def happened(affected: Sequence[AffectedResource]) -> list[Change]:
    """The same of what was done."""
    return [_told(one.change, one.kind, one.key, str(one.uid)) for one in affected]


def _told(change: str, kind: str, key: str, uid: str) -> Change:
    """Images are shared: which one it will be is not known before."""
    return change, kind, key, "" if kind == Kind.IMAGE else uid


def stages(changes: list[Change]) -> list[tuple[str, str]]:
    """Change and kind, stage after stage."""
    return [stage for stage, _ in groupby((change, kind) for change, kind, _, _ in changes)]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_a_plan_is_what_happens(bench: Stand, operation: Operation) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, operation, "planned")
        before = (await bench.recorded(instance), bench.there(), await bench.records.occurrences(instance.id))
        plan = await planner.planned(operation, instance)
        after = (await bench.recorded(instance), bench.there(), await bench.records.occurrences(instance.id))
        assert before == after
        assert await bench.records.reservations() == []
        done = await planner.executed(plan)
        affected = happened(await bench.records.affected(done.id))
        assert sorted(announced(plan)) == sorted(affected)
        assert stages(announced(plan)) == stages(affected)
        assert done.plan_id is not None
        modified = (await bench.records.plan(done.plan_id)).modification
        assert plan["modification"] == (modified.shown if modified else {})
        assert bool(plan["stages"]) is (modified is None)
        names = {row.uid: row.observed.name for row in await bench.records.resources(instance.id)}
        told = {change["uid"]: change["name"] for stage in plan["stages"] for change in stage["changes"]}
        assert {str(uid): name for uid, name in names.items() if str(uid) in told}.items() <= told.items()
        assert (await planner.http.get(f"{PLANS}/{plan['id']}")).json() == {**plan, "lcmOpOccId": str(done.id)}


async def test_it_is_executed_once(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("once")
        plan = await planner.planned(INSTANTIATE, instance)
        done = await planner.executed(plan)
        assert str(done.id) in await planner.refused(plan)
        assert len(await bench.records.occurrences(instance.id)) == 1


async def test_it_is_not_executed_in_another_world(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, SCALE, "another")
        plan = await planner.planned(SCALE, instance)
        await bench.perform(SCALE, instance)
        refused = await planner.refused(plan)
        assert "vnfc/app/1 is recorded, it was not" in refused
        assert "its state has changed" in refused
        await bench.perform(BY_TYPE[LcmOperationType.MODIFY_INFO], instance)
        plan = await planner.planned(TERMINATE, instance)
        await bench.perform(BY_TYPE[LcmOperationType.MODIFY_INFO], instance, vnfInstanceName="other")
        assert "its vnfInstanceName is other" in await planner.refused(plan)


async def test_a_heal_is_not_executed_where_something_else_is_ill_by_now(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await prepared(bench, HEAL, "ill")
        plan = await planner.planned(HEAL, instance, additionalParams={})
        assert plan["stages"] == []
        assert plan["disruption"] == {"vnfcs": [], "atOnce": 0, "running": 1}
        places = {row.key: row.uid for row in await bench.records.resources(instance.id)}
        knobs.vanish(bench.world, places["vnfc/app/0"])
        assert "vnfc/app/0 would be replaced, it was to be left alone" in await planner.refused(plan)
        plan = await planner.planned(HEAL, instance, additionalParams={})
        (vnfc,) = plan["disruption"]["vnfcs"]
        assert (vnfc["key"], vnfc["effect"]) == ("vnfc/app/0", "REPLACED")
        assert plan["pointOfNoReturn"] == "delete vnfc"
        await planner.executed(plan)


async def test_what_would_not_fit_is_told_and_nothing_is_reserved(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("large")
        knobs.limit(bench.world, Measure.SERVERS, 1)
        plan = await planner.planned(INSTANTIATE, instance, instantiationLevelId="pair")
        assert plan["grant"]["fits"] is False
        assert "2 servers wanted, 1 of 1 free" in plan["grant"]["reason"]
        assert [stage["name"] for stage in plan["stages"]][-1] == "create vnfc"
        assert await bench.records.reservations() == []
        answer = await planner.execute(plan)
        done = await bench.settled((await bench.records.occurrences(instance.id))[0].id)
        assert (answer.status_code, done.operation_state) == (202, LcmOperationState.ROLLED_BACK)


async def test_where_the_way_back_ends_is_told(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("ways")
        plan = await planner.planned(INSTANTIATE, instance)
        assert "pointOfNoReturn" not in plan
        assert {change["undoClass"] for stage in plan["stages"] for change in stage["changes"]} == {"reversible"}
        await planner.executed(plan)
        out = await planner.executed(await planner.planned(SCALE, instance, type="SCALE_OUT"))
        assert out.point_of_no_return is None
        plan = await planner.planned(SCALE, instance, type="SCALE_IN")
        removed = {stage["name"]: stage for stage in plan["stages"]}["delete vnfc"]
        assert [change["undoClass"] for change in removed["changes"]] == ["replaceable"]
        assert (plan["disruption"]["atOnce"], plan["disruption"]["running"]) == (1, 2)
        plan = await planner.planned(TERMINATE, instance, terminationType="GRACEFUL")
        assert (plan["stages"][0]["name"], plan["stages"][0]["canBeUndone"]) == ("update vnfc", True)
        assert plan["pointOfNoReturn"] == "delete vnfc"
        assert {one["effect"] for one in plan["disruption"]["vnfcs"]} == {"REMOVED"}


async def test_one_that_nobody_executes_expires(bench: Stand) -> None:
    async with planning(bench) as planner:
        instance = await bench.instance("late")
        plan = await planner.planned(INSTANTIATE, instance)
        now = datetime.now(UTC)
        assert await bench.records.forget_proposals(now + LIFETIME - timedelta(minutes=1)) == 0
        executed = await planner.planned(INSTANTIATE, instance)
        await planner.executed(executed)
        assert await bench.records.forget_proposals(now + LIFETIME + timedelta(minutes=1)) == 1
        assert (await planner.http.get(f"{PLANS}/{plan['id']}")).status_code == 404
        assert (await planner.http.get(f"{PLANS}/{executed['id']}")).status_code == 200
