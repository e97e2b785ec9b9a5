"""Targets of operating, and of a graceful termination: who is started, who is stopped, and what stays as it is."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from manoflow.domain.cloud import Power
from manoflow.domain.diff import Action, Verb, apply, diff, staged
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.identity import Kind, place_id
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.operate_request import OperateVnfRequest
from manoflow.domain.plan import Plan
from manoflow.domain.targets.operate import check_operating, operated, operating
from manoflow.domain.targets.powering import powered
from manoflow.domain.targets.terminate import LONGEST_SHUTDOWN, SHUTDOWN_SECONDS, drained, termination
from manoflow.domain.topology import Topology, VnfcElement
from manoflow.domain.vnf import TerminateVnfRequest
from tests.builders import INSTANTIATED, VIM
from tests.domain.topologies import topologies
from tests.reference import reference_instance, reference_vnfd

INSTANCE = reference_instance("operated").model_copy(update={"state": INSTANTIATED})
VNFD = reference_vnfd()


def asked(**body: object) -> OperateVnfRequest:
    return OperateVnfRequest.model_validate({"changeStateTo": "STOPPED", **body})


def chosen_of(current: Topology, data: st.DataObject) -> list[UUID]:
    keys = sorted(current.of_kind(Kind.VNFC))
    drawn = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    return [place_id(INSTANCE.id, key) for key in drawn]


def mixed(current: Topology, data: st.DataObject) -> Topology:
    """Some of it runs and some does not."""
    vnfcs = {
        key: vnfc.model_copy(update={"power": data.draw(st.sampled_from(Power))})
        for key, vnfc in current.of_kind(Kind.VNFC).items()
    }
    return Topology(elements={**current.elements, **vnfcs})


def plan_to_terminate(current: Topology) -> Plan:
    return Plan(
        id=uuid4(),
        lcm_op_occ_id=uuid4(),
        vnf_instance_id=INSTANCE.id,
        vnfd_id=VNFD.id,
        operation=LcmOperationType.TERMINATE,
        vim_connection_id=VIM,
        changes=diff(current, Topology()),
        outcome=None,
    )


@given(topologies, st.data())
def test_those_that_are_chosen_get_the_power_and_nothing_else_changes(current: Topology, data: st.DataObject) -> None:
    current = mixed(current, data)
    named = chosen_of(current, data)
    request = asked(changeStateTo=data.draw(st.sampled_from(["STARTED", "STOPPED"])), vnfcInstanceId=named)
    target = operating(INSTANCE, VNFD, request, VIM, current)
    assert target.outcome == INSTANCE.state
    assert target.topology.elements.keys() == current.elements.keys()
    for key, after in target.topology.elements.items():
        before = current.elements[key]
        chosen = isinstance(before, VnfcElement) and (not named or place_id(INSTANCE.id, key) in named)
        assert after == (before.model_copy(update={"power": request.power}) if chosen else before)


@given(topologies, st.data())
def test_whoever_is_chosen_gets_a_step_whatever_is_recorded_and_the_steps_lead_to_the_target(
    current: Topology, data: st.DataObject
) -> None:
    current = mixed(current, data)
    request = asked(vnfcInstanceId=chosen_of(current, data))
    chosen = operated(INSTANCE, request, current)
    changes = powered(chosen, request.power)
    assert [change.key for change in changes] == list(chosen)
    assert {change.verb for change in changes} <= {Verb.UPDATE}
    target = operating(INSTANCE, VNFD, request, VIM, current).topology
    assert apply(current, changes) == target
    assert all(change in changes for change in diff(current, target))


@given(topologies)
def test_stopping_and_starting_again_leads_back(current: Topology) -> None:
    stopped = operating(INSTANCE, VNFD, asked(), VIM, current).topology
    assert operating(INSTANCE, VNFD, asked(changeStateTo="STARTED"), VIM, stopped).topology == current


@given(topologies)
def test_a_vnfc_that_there_is_not_is_refused_naming_those_that_there_are(current: Topology) -> None:
    stranger = uuid4()
    with pytest.raises(InvalidInputError, match=f"cannot operate VNFC {stranger}") as refused:
        operating(INSTANCE, VNFD, asked(vnfcInstanceId=[stranger]), VIM, current)
    for key in current.of_kind(Kind.VNFC):
        assert str(place_id(INSTANCE.id, key)) in refused.value.message


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"changeStateTo": "STARTED", "stopType": "FORCEFUL"}, "stopType"),
        ({"changeStateTo": "STARTED", "gracefulStopTimeout": 1}, "gracefulStopTimeout"),
        ({"stopType": "FORCEFUL", "gracefulStopTimeout": 1}, "gracefulStopTimeout"),
        ({"gracefulStopTimeout": 1}, "gracefulStopTimeout"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name_before_anything_is_read(body: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInputError, match=f"cannot .*{named}"):
        check_operating(INSTANCE, VNFD, asked(**body), VIM)


def test_a_time_that_only_the_vim_can_give_is_warned_of() -> None:
    graceful = asked(stopType="GRACEFUL", gracefulStopTimeout=7)
    check_operating(INSTANCE, VNFD, graceful, VIM)
    (warning,) = operating(INSTANCE, VNFD, graceful, VIM, Topology()).warnings
    assert "gracefulStopTimeout 7" in warning
    assert operating(INSTANCE, VNFD, asked(stopType="GRACEFUL"), VIM, Topology()).warnings == ()


@given(topologies, st.data())
def test_a_graceful_termination_stops_whatever_runs_before_it_deletes_anything(
    current: Topology, data: st.DataObject
) -> None:
    current = mixed(current, data)
    running = {key for key, vnfc in current.of_kind(Kind.VNFC).items() if getattr(vnfc, "power", "") is Power.STARTED}
    assume(running)
    plan = plan_to_terminate(current)
    graceful = TerminateVnfRequest.model_validate({"terminationType": "GRACEFUL", "gracefulTerminationTimeout": 3})

    longer = drained(plan, graceful, current)

    first, *others = staged(longer.changes)
    assert (first.action, {change.key for change in first.changes}) == (Action.UPDATE, running)
    assert all(stage.action is Action.DELETE for stage in others)
    assert apply(current, longer.changes) == Topology()
    assert longer.shutdown_seconds == 3
    assert longer.changes[len(running) :] == plan.changes


@given(topologies)
def test_a_forceful_termination_stops_nothing(current: Topology) -> None:
    plan = plan_to_terminate(current)
    forceful = TerminateVnfRequest.model_validate({"terminationType": "FORCEFUL", "gracefulTerminationTimeout": 3})
    assert drained(plan, forceful, current) == plan


def test_how_long_a_graceful_termination_waits() -> None:
    plan = plan_to_terminate(Topology())
    seconds = {None: SHUTDOWN_SECONDS, 0: 0, LONGEST_SHUTDOWN: LONGEST_SHUTDOWN}
    for timeout, waited in seconds.items():
        request = TerminateVnfRequest.model_validate(
            {"terminationType": "GRACEFUL", "gracefulTerminationTimeout": timeout}
        )
        termination(INSTANCE, VNFD, request, VIM)
        assert drained(plan, request, Topology()).shutdown_seconds == waited
    endless = {"terminationType": "GRACEFUL", "gracefulTerminationTimeout": LONGEST_SHUTDOWN + 1}
    with pytest.raises(InvalidInputError, match="gracefulTerminationTimeout"):
        termination(INSTANCE, VNFD, TerminateVnfRequest.model_validate(endless), VIM)
