"""Laws of `manoflow.domain.disruption`: whoever goes or stops is named, and nobody counts twice."""

from collections.abc import Sequence

from hypothesis import given

from manoflow.domain.cloud import Power
from manoflow.domain.diff import Action, Change, Verb, diff, staged
from manoflow.domain.disruption import Disruption, Effect, disruption
from manoflow.domain.identity import Kind, place_id, uid_of
from manoflow.domain.plan import PlannedStep, Step, UndoClass
from manoflow.domain.topology import PortElement, Topology, VnfcElement
from manoflow.domain.vnfd import VirtualCompute
from tests.domain.recorded import INSTANCE, MADE_BY, recorded
from tests.domain.topologies import topologies


def step(action: Action, change: Change) -> PlannedStep:
    element = change.before if action is Action.DELETE else change.after
    assert element is not None
    return PlannedStep(
        action=action,
        step=Step(
            key=change.key,
            uid=uid_of(MADE_BY, change.key),
            kind=change.kind,
            vim_connection_id="fake",
            vnf_instance_id=INSTANCE.id,
            action=action,
        ),
        element=element,
        undo_class=UndoClass.REVERSIBLE,
    )


def disrupted(current: Topology, *batches: Sequence[Change]) -> Disruption:
    stages = [[step(stage.action, change) for change in stage.changes] for batch in batches for stage in staged(batch)]
    return disruption(INSTANCE.id, stages, recorded(current))


def vnfc(ordinal: int, power: Power = Power.STARTED) -> VnfcElement:
    port = f"port/a/{ordinal}/cp"
    compute = VirtualCompute(num_vcpus=1, memory_mib=512)
    return VnfcElement(
        key=f"vnfc/a/{ordinal}", vdu_id="a", ordinal=ordinal, compute=compute, ports=(port,), power=power
    )


def replaced(element: VnfcElement) -> Change:
    return Change(verb=Verb.REPLACE, key=element.key, before=element, after=element)


@given(topologies, topologies)
def test_whoever_goes_is_named(a: Topology, b: Topology) -> None:
    found = disrupted(a, diff(a, b))
    effects = {one.key: one.effect for one in found.vnfcs}
    before, after = a.of_kind(Kind.VNFC), b.of_kind(Kind.VNFC)
    assert {key for key, effect in effects.items() if effect is Effect.REMOVED} == before.keys() - after.keys()
    gone = {key for key, effect in effects.items() if effect in {Effect.REMOVED, Effect.REPLACED}}
    assert found.at_once == len(gone) <= found.running == len(before)
    assert {one.vnfc_instance_id for one in found.vnfcs} == {place_id(INSTANCE.id, key) for key in effects}


@given(topologies)
def test_what_is_only_made_disrupts_nobody(a: Topology) -> None:
    assert disrupted(Topology(), diff(Topology(), a)) == Disruption()


def test_one_after_the_other_is_one_at_once() -> None:
    vnfcs = [vnfc(0), vnfc(1), vnfc(2)]
    current = Topology.of(vnfcs)
    assert disrupted(current, [replaced(one) for one in vnfcs]).at_once == 3
    assert disrupted(current, *([replaced(one)] for one in vnfcs)).at_once == 1


def test_who_does_not_run_counts_for_nobody() -> None:
    stopped, running = vnfc(0, Power.STOPPED), vnfc(1)
    stop = [
        Change(verb=Verb.UPDATE, key=one.key, before=one, after=one.model_copy(update={"power": Power.STOPPED}))
        for one in (stopped, running)
    ]
    found = disrupted(Topology.of([stopped, running]), stop)
    assert [(one.key, one.effect) for one in found.vnfcs] == [("vnfc/a/1", Effect.STOPPED)]
    assert (found.at_once, found.running) == (1, 1)


def test_whose_port_goes_is_named() -> None:
    port = PortElement(key="port/a/0/cp", cpd_id="cp", vdu_id="a", ordinal=0)
    current = Topology.of([vnfc(0), vnfc(1), port])
    found = disrupted(current, diff(current, current, replace={port.key}))
    assert [(one.key, one.effect) for one in found.vnfcs] == [("vnfc/a/0", Effect.REATTACHED)]
    assert found.at_once == 0
