"""Laws of `manoflow.domain.diff`, for all topologies."""

from hypothesis import given
from hypothesis import strategies as st

from manoflow.domain.diff import Action, Verb, apply, diff, staged
from manoflow.domain.topology import Topology
from tests.domain.topologies import topologies


@given(topologies, topologies)
def test_applying_the_difference_gives_the_target(a: Topology, b: Topology) -> None:
    assert apply(a, diff(a, b)) == b


@given(topologies)
def test_nothing_differs_from_itself(a: Topology) -> None:
    assert diff(a, a) == ()


@given(topologies, st.data())
def test_a_marked_place_gets_a_new_incarnation_though_nothing_differs(a: Topology, data: st.DataObject) -> None:
    marked = set(data.draw(st.lists(st.sampled_from(sorted(a.elements)), unique=True))) if a.elements else set()
    changes = diff(a, a, replace=marked)
    assert {change.key for change in changes} == marked
    assert all(change.verb is Verb.REPLACE for change in changes)


@given(topologies, topologies)
def test_every_change_is_in_a_stage_and_a_replacement_is_in_one_of_each_half(a: Topology, b: Topology) -> None:
    changes = diff(a, b)
    deleted = [change.key for stage in staged(changes) if stage.action is Action.DELETE for change in stage.changes]
    made = [change.key for stage in staged(changes) if stage.action is Action.CREATE for change in stage.changes]
    assert sorted(deleted) == sorted(c.key for c in changes if c.verb in {Verb.DELETE, Verb.REPLACE})
    assert sorted(made) == sorted(c.key for c in changes if c.verb in {Verb.CREATE, Verb.REPLACE})
    updated = [change.key for stage in staged(changes) if stage.action is Action.UPDATE for change in stage.changes]
    assert sorted(updated) == sorted(c.key for c in changes if c.verb is Verb.UPDATE)


@given(topologies, topologies)
def test_nothing_is_made_before_what_it_needs_nor_deleted_before_what_needs_it(a: Topology, b: Topology) -> None:
    stages = staged(diff(a, b))
    at = {(stage.action, change.key): place for place, stage in enumerate(stages) for change in stage.changes}
    for stage in stages:
        for change in stage.changes:
            element = change.before if stage.action is Action.DELETE else change.after
            assert element is not None
            here = at[stage.action, change.key]
            needed = [at[stage.action, need] for need in element.needs if (stage.action, need) in at]
            assert all(there > here if stage.action is Action.DELETE else there < here for there in needed)


@given(topologies, topologies)
def test_all_deleting_comes_before_all_making(a: Topology, b: Topology) -> None:
    halves = [stage.action is Action.CREATE for stage in staged(diff(a, b)) if stage.action is not Action.UPDATE]
    assert halves == sorted(halves)
